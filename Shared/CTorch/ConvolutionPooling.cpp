#include "Kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace gyrus {
namespace {

// Sixteen lanes everywhere; the compiler splits them if the processor's registers are narrower.
typedef float Lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t Marks __attribute__((vector_size(64), aligned(4)));
typedef uint8_t Bytes __attribute__((vector_size(16), aligned(1)));

#define INLINE inline __attribute__((always_inline))

/// The padded columns of an image, with even and odd columns separated, so that two adjacent candidates are two plain
/// vector loads for sixteen pooled columns at a time.
struct Planes {
    int64_t rows, columns;
    std::vector<float> even, odd;

    explicit Planes(const ConvolutionPooling &shape)
        : rows(2 * shape.pooled_height() + shape.kernel), columns(shape.row() + shape.kernel / 2 + 17),
          even(shape.input_channels * rows * columns), odd(even.size()) {}

    void fill(const ConvolutionPooling &shape, const float *input) {
        for (int64_t channel = 0; channel < shape.input_channels; channel++) {
            for (int64_t y = 0; y < shape.height && y + shape.padding < rows; y++) {
                const float *source = input + (channel * shape.height + y) * shape.width;
                const int64_t base = (channel * rows + y + shape.padding) * columns;
                const int64_t limit = std::min(shape.width, 2 * columns - shape.padding - 1);
                for (int64_t x = 0; x < limit; x++) {
                    const int64_t column = x + shape.padding;
                    (column % 2 ? odd : even)[base + column / 2] = source[x];
                }
            }
        }
    }

    INLINE const float *even_at(int64_t channel, int64_t row, int64_t column) const {
        return even.data() + (channel * rows + row) * columns + column;
    }
    INLINE const float *odd_at(int64_t channel, int64_t row, int64_t column) const {
        return odd.data() + (channel * rows + row) * columns + column;
    }
};

// A macro, because a function that takes or returns vectors has a different calling convention on each processor
// generation.
#define LANES(pointer) (*reinterpret_cast<const Lanes *>(pointer))

/// Pooled values and winners of sixteen columns for `Count` channels from `channel` on.
template <int Kernel, int Count>
INLINE void forward_block(
    const ConvolutionPooling &shape, const Planes &planes, const float *weight, const float *bias, int64_t channel,
    int64_t row, int64_t column, float *pooled, int64_t pooled_stride, uint8_t *winners, int64_t winner_stride) {
    Lanes sum[Count][4];
    for (int n = 0; n < Count; n++) {
        const float start = bias ? bias[channel + n] : 0;
        for (int at = 0; at < 4; at++) sum[n][at] = Lanes{} + start;
    }
    for (int64_t input = 0; input < shape.input_channels; input++) {
        const float *kernel = weight + (channel * shape.input_channels + input) * Kernel * Kernel;
        const int64_t next = shape.input_channels * Kernel * Kernel;
        for (int y = 0; y < Kernel; y++) {
            const float *even = planes.even_at(input, 2 * row + y, column);
            const float *odd = planes.odd_at(input, 2 * row + y, column);
#pragma clang loop unroll(full)
            for (int x = 0; x < Kernel; x++) {
                const float *left = (x % 2 ? odd : even) + x / 2;
                const float *right = (x % 2 ? even : odd) + (x + 1) / 2;
                const Lanes a = LANES(left), b = LANES(right);
                const Lanes c = LANES(left + planes.columns), d = LANES(right + planes.columns);
#pragma clang loop unroll(full)
                for (int n = 0; n < Count; n++) {
                    const float factor = kernel[n * next + y * Kernel + x];
                    sum[n][0] += a * factor;
                    sum[n][1] += b * factor;
                    sum[n][2] += c * factor;
                    sum[n][3] += d * factor;
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int n = 0; n < Count; n++) {
        Lanes best = sum[n][0];
        Marks winner = {};
        for (int at = 1; at < 4; at++) {
            const Marks larger = sum[n][at] > best;
            best = larger ? sum[n][at] : best;
            winner = larger ? Marks{} + at : winner;
        }
        *reinterpret_cast<Lanes *>(pooled + n * pooled_stride) = best;
        if (winners) *reinterpret_cast<Bytes *>(winners + n * winner_stride) = __builtin_convertvector(winner, Bytes);
    }
}

template <int Kernel>
INLINE void forward_all(
    const ConvolutionPooling &shape, const Planes &planes, const float *weight, const float *bias, float *output,
    uint8_t *winners, float *scratch) {
    const int64_t height = shape.pooled_height(), width = shape.pooled_width(), stride = shape.row();
    const int64_t channels = shape.output_channels;
    for (int64_t row = 0; row < height; row++) {
        for (int64_t column = 0; column < stride; column += 16) {
            int64_t channel = 0;
            for (; channel < channels; channel += channel + 1 < channels ? 2 : 1) {
                float *pooled = scratch + channel * stride + column;
                uint8_t *marks = winners ? winners + (channel * height + row) * stride + column : nullptr;
                if (channel + 1 < channels)
                    forward_block<Kernel, 2>(
                        shape, planes, weight, bias, channel, row, column, pooled, stride, marks, height * stride);
                else
                    forward_block<Kernel, 1>(
                        shape, planes, weight, bias, channel, row, column, pooled, stride, marks, height * stride);
            }
        }
        float *line = output + row * width * channels;
        for (int64_t column = 0; column < width; column++)
            for (int64_t channel = 0; channel < channels; channel++)
                line[column * channels + channel] = scratch[channel * stride + column];
    }
}

/// Gradients of one kernel. Only the winning candidate has a gradient, so four masked vectors represent four positions.
template <int Kernel>
INLINE void backward_kernel(
    const ConvolutionPooling &shape, const Planes &planes, const float *gradient, const uint8_t *winners,
    int64_t input, float *weight_gradient) {
    Lanes sum[Kernel * Kernel] = {};
    const int64_t height = shape.pooled_height(), stride = shape.row();
    for (int64_t row = 0; row < height; row++) {
        for (int64_t column = 0; column < stride; column += 16) {
            const Lanes value = LANES(gradient + row * stride + column);
            const Bytes bytes = *reinterpret_cast<const Bytes *>(winners + row * stride + column);
            const Marks winner = __builtin_convertvector(bytes, Marks);
            const Lanes zero = {};
            const Lanes a = winner == 0 ? value : zero, b = winner == 1 ? value : zero;
            const Lanes c = winner == 2 ? value : zero, d = winner == 3 ? value : zero;
#pragma clang loop unroll(full)
            for (int y = 0; y < Kernel; y++) {
                const float *even = planes.even_at(input, 2 * row + y, column);
                const float *odd = planes.odd_at(input, 2 * row + y, column);
#pragma clang loop unroll(full)
                for (int x = 0; x < Kernel; x++) {
                    const float *left = (x % 2 ? odd : even) + x / 2;
                    const float *right = (x % 2 ? even : odd) + (x + 1) / 2;
                    sum[y * Kernel + x] += a * LANES(left) + b * LANES(right) + c * LANES(left + planes.columns)
                        + d * LANES(right + planes.columns);
                }
            }
        }
    }
    for (int at = 0; at < Kernel * Kernel; at++)
        for (int lane = 0; lane < 16; lane++) weight_gradient[at] += sum[at][lane];
}

template <int Kernel>
INLINE void backward_all(
    const ConvolutionPooling &shape, const Planes &planes, const float *gradients, const uint8_t *winners,
    float *weight_gradient) {
    const int64_t plane = shape.pooled_height() * shape.row();
    for (int64_t channel = 0; channel < shape.output_channels; channel++)
        for (int64_t input = 0; input < shape.input_channels; input++)
            backward_kernel<Kernel>(
                shape, planes, gradients + channel * plane, winners + channel * plane, input,
                weight_gradient + (channel * shape.input_channels + input) * Kernel * Kernel);
}

INLINE void forward_any(
    const ConvolutionPooling &shape, const Planes &planes, const float *weight, const float *bias, float *output,
    uint8_t *winners, float *scratch) {
    switch (shape.kernel) {
    case 1: return forward_all<1>(shape, planes, weight, bias, output, winners, scratch);
    case 3: return forward_all<3>(shape, planes, weight, bias, output, winners, scratch);
    default: return forward_all<5>(shape, planes, weight, bias, output, winners, scratch);
    }
}

INLINE void backward_any(
    const ConvolutionPooling &shape, const Planes &planes, const float *gradients, const uint8_t *winners,
    float *weight_gradient) {
    switch (shape.kernel) {
    case 1: return backward_all<1>(shape, planes, gradients, winners, weight_gradient);
    case 3: return backward_all<3>(shape, planes, gradients, winners, weight_gradient);
    default: return backward_all<5>(shape, planes, gradients, winners, weight_gradient);
    }
}

// One body, compiled for each relevant generation of processors; the plain version is for all others.
#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), noinline))
#define MIDDLE __attribute__((target("avx2,fma"), noinline))
#define VARIANT(attribute, suffix)                                                                                    \
    attribute void forward_##suffix(                                                                                   \
        const ConvolutionPooling &shape, const Planes &planes, const float *weight, const float *bias, float *output,  \
        uint8_t *winners, float *scratch) {                                                                            \
        forward_any(shape, planes, weight, bias, output, winners, scratch);                                            \
    }                                                                                                                  \
    attribute void backward_##suffix(                                                                                  \
        const ConvolutionPooling &shape, const Planes &planes, const float *gradients, const uint8_t *winners,         \
        float *weight_gradient) {                                                                                      \
        backward_any(shape, planes, gradients, winners, weight_gradient);                                              \
    }
VARIANT(WIDE, wide)
VARIANT(MIDDLE, middle)
#endif

enum class Processor { plain, middle, wide };

Processor processor() {
#if defined(__x86_64__)
    static const Processor found = [] {
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
            return Processor::wide;
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? Processor::middle : Processor::plain;
    }();
    return found;
#else
    return Processor::plain;
#endif
}

}  // namespace

void ConvolutionPooling::forward(
    const float *input, const float *weight, const float *bias, float *output, uint8_t *winners) const {
    Planes planes(*this);
    planes.fill(*this, input);
    std::vector<float> scratch(output_channels * row());
    switch (processor()) {
#if defined(__x86_64__)
    case Processor::wide: return forward_wide(*this, planes, weight, bias, output, winners, scratch.data());
    case Processor::middle: return forward_middle(*this, planes, weight, bias, output, winners, scratch.data());
#endif
    default: return forward_any(*this, planes, weight, bias, output, winners, scratch.data());
    }
}

void ConvolutionPooling::backward(
    const float *input, const float *output_gradient, const uint8_t *winners, float *weight_gradient,
    float *bias_gradient) const {
    Planes planes(*this);
    planes.fill(*this, input);
    const int64_t rows = pooled_height(), columns = pooled_width(), stride = row();
    std::vector<float> gradients(output_channels * rows * stride);
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++)
            for (int64_t channel = 0; channel < output_channels; channel++) {
                const float value = output_gradient[(y * columns + x) * output_channels + channel];
                gradients[(channel * rows + y) * stride + x] = value;
                if (bias_gradient) bias_gradient[channel] += value;
            }
    switch (processor()) {
#if defined(__x86_64__)
    case Processor::wide: return backward_wide(*this, planes, gradients.data(), winners, weight_gradient);
    case Processor::middle: return backward_middle(*this, planes, gradients.data(), winners, weight_gradient);
#endif
    default: return backward_any(*this, planes, gradients.data(), winners, weight_gradient);
    }
}

}  // namespace gyrus
