// Our own loops, independent of libtorch.
#pragma once

#include <cstdint>

namespace gyrus {

/// A convolution of stride 1 followed by 2×2 maximum pooling.
struct ConvolutionPooling {
    int64_t input_channels, height, width;
    int64_t output_channels, kernel, padding;

    int64_t pooled_height() const { return (height + 2 * padding - kernel + 1) / 2; }
    int64_t pooled_width() const { return (width + 2 * padding - kernel + 1) / 2; }
    /// Columns of a row of pooled values, rounded up to whole vectors.
    int64_t row() const { return (pooled_width() + 15) / 16 * 16; }
    /// Number of bytes that record, for each pooled value of one image, which of its four candidates won.
    int64_t winners() const { return output_channels * pooled_height() * row(); }
    /// Whether the loops below support it.
    bool is_supported() const {
        return (kernel == 1 || kernel == 3 || kernel == 5) && padding < kernel && pooled_height() > 0
            && pooled_width() > 0;
    }
    /// For one image: `input` is [channels][height][width], `output` [height][width][channels]; `winners` may be null.
    void forward(const float *input, const float *weight, const float *bias, float *output, uint8_t *winners) const;
    /// For one image: adds to the gradients of weight and bias (which may be null).
    void backward(
        const float *input, const float *output_gradient, const uint8_t *winners, float *weight_gradient,
        float *bias_gradient) const;
};

/// One step of an optimizer for `count` weights.
struct OptimizerStep {
    double learning_rate, weight_decay, momentum;
    int64_t step;  // from 1

    void sgd(float *weight, const float *gradient, float *velocity, int64_t count) const;
    void adam(float *weight, const float *gradient, float *first, float *second, int64_t count, bool decoupled) const;
    void rmsprop(float *weight, const float *gradient, float *square, float *velocity, int64_t count) const;
};

/// A reproducible sequence of numbers (SplitMix64).
struct Sequence {
    uint64_t state;
    Sequence(uint64_t seed, const char *name);
    uint64_t next();
    /// Fills with values uniform in [value − bound, value + bound).
    void fill(float *values, int64_t count, float value, float bound);
};

}  // namespace gyrus
