#include <cmath>

#include "Kernels.h"

namespace gyrus {

void OptimizerStep::sgd(float *weight, const float *gradient, float *velocity, int64_t count) const {
    const float rate = float(learning_rate), decay = float(weight_decay), keep = float(momentum);
    for (int64_t i = 0; i < count; i++) {
        velocity[i] = keep * velocity[i] + gradient[i] + decay * weight[i];
        weight[i] -= rate * velocity[i];
    }
}

void OptimizerStep::adam(
    float *weight, const float *gradient, float *first, float *second, int64_t count, bool decoupled) const {
    const double one = 1 - std::pow(0.9, double(step)), two = 1 - std::pow(0.999, double(step));
    const float rate = float(learning_rate / one), scale = float(1 / std::sqrt(two));
    const float shrink = decoupled ? float(1 - learning_rate * weight_decay) : 1;
    const float decay = decoupled ? 0 : float(weight_decay);
    for (int64_t i = 0; i < count; i++) {
        const float change = gradient[i] + decay * weight[i];
        first[i] = 0.9f * first[i] + 0.1f * change;
        second[i] = 0.999f * second[i] + 0.001f * change * change;
        weight[i] = weight[i] * shrink - rate * first[i] / (std::sqrt(second[i]) * scale + 1e-8f);
    }
}

void OptimizerStep::rmsprop(
    float *weight, const float *gradient, float *square, float *velocity, int64_t count) const {
    const float rate = float(learning_rate), decay = float(weight_decay), keep = float(momentum);
    for (int64_t i = 0; i < count; i++) {
        const float change = gradient[i] + decay * weight[i];
        square[i] = 0.99f * square[i] + 0.01f * change * change;
        velocity[i] = keep * velocity[i] + change / (std::sqrt(square[i]) + 1e-8f);
        weight[i] -= rate * velocity[i];
    }
}

// MARK: - Numbers

Sequence::Sequence(uint64_t seed, const char *name) : state(seed ^ 0xcbf29ce484222325) {
    for (; *name; name++) state = (state ^ uint8_t(*name)) * 0x100000001b3;
    next();
}

uint64_t Sequence::next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void Sequence::fill(float *values, int64_t count, float value, float bound) {
    for (int64_t i = 0; i < count; i++)
        values[i] = bound == 0 ? value : value + bound * (float(next() >> 40) * 0x1p-23f - 1);
}

}  // namespace gyrus
