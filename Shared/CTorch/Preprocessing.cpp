// What the preparation of datasets needs from ATen: principal components and spectrograms.
#include "include/Preprocessing.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace {

/// Runs a body; an exception becomes a message, because none may leave a C function.
template <typename Body> int guarded(char **error, Body body) noexcept {
    try {
        const c10::NoGradGuard without_gradients;
        body();
        return 0;
    } catch (const std::exception &exception) {
        *error = strdup(exception.what());
    } catch (...) {
        *error = strdup("an unknown C++ exception");
    }
    return 1;
}

at::Tensor bytes(const uint8_t *rows, at::IntArrayRef shape) {
    return at::from_blob(const_cast<uint8_t *>(rows), shape, at::kByte);
}

at::Tensor doubles(const double *numbers, at::IntArrayRef shape) {
    return at::from_blob(const_cast<double *>(numbers), shape, at::kDouble);
}

} // namespace

int gyrus_principal_components(const uint8_t *rows, int64_t count, int64_t features, double kept_share, double *mean,
                               double *components, int64_t *kept, double *kept_energy, char **error) {
    return guarded(error, [&] {
        // Sums of products of bytes are whole numbers that a double holds exactly, so neither the number of threads nor
        // the size of a block changes the result.
        at::Tensor products = at::zeros({features, features}, at::kDouble);
        at::Tensor sum = at::zeros({features}, at::kDouble);
        const int64_t block = 4096;
        for (int64_t start = 0; start < count; start += block) {
            const int64_t size = std::min(block, count - start);
            const at::Tensor part = bytes(rows + start * features, {size, features}).to(at::kDouble);
            products.addmm_(part.t(), part);
            sum += part.sum(0);
        }
        const at::Tensor average = sum / static_cast<double>(count);
        const at::Tensor covariance = products / static_cast<double>(count) - at::outer(average, average);
        const auto [values, vectors] = at::linalg_eigh(covariance);
        const at::Tensor energies = values.clamp_min(0).flip(0);
        const at::Tensor shares = energies.cumsum(0) / energies.sum().clamp_min(1e-300);
        const int64_t leading = (shares <= kept_share + 1e-12).sum().item<int64_t>();
        doubles(mean, {features}).copy_(average);
        doubles(components, {leading, features}).copy_(vectors.flip(1).slice(1, 0, leading).t());
        *kept = leading;
        *kept_energy = leading == 0 ? 0 : shares[leading - 1].item<double>();
    });
}

int gyrus_rebuild(const uint8_t *rows, int64_t count, int64_t features, const double *mean, const double *components,
                  int64_t kept, float *rebuilt, char **error) {
    return guarded(error, [&] {
        const at::Tensor average = doubles(mean, {features});
        const at::Tensor directions = doubles(components, {kept, features});
        const int64_t block = 4096;
        for (int64_t start = 0; start < count; start += block) {
            const int64_t size = std::min(block, count - start);
            const at::Tensor part = bytes(rows + start * features, {size, features}).to(at::kDouble) - average;
            const at::Tensor result = part.mm(directions.t()).mm(directions) + average;
            at::from_blob(rebuilt + start * features, {size, features}, at::kFloat).copy_(result);
        }
    });
}

int gyrus_spectrograms(const float *samples, int64_t count, int64_t length, int64_t window, int64_t hop, int64_t bins,
                       int64_t frames, double range, uint8_t *spectrograms, char **error) {
    return guarded(error, [&] {
        const at::Tensor hann = at::hann_window(window, at::kFloat);
        const int64_t block = 64;
        for (int64_t start = 0; start < count; start += block) {
            const int64_t size = std::min(block, count - start);
            const at::Tensor clips =
                at::from_blob(const_cast<float *>(samples) + start * length, {size, length}, at::kFloat);
            const at::Tensor framed = clips.unfold(1, window, hop).slice(1, 0, frames) * hann;
            const at::Tensor spectrum = at::view_as_real(at::fft_rfft(framed)).slice(2, 0, bins);
            const at::Tensor power = spectrum.square().sum(-1);
            const at::Tensor decibels = power.clamp_min(1e-10).log10() * 10;
            const at::Tensor below = decibels - decibels.amax({1, 2}, true);
            const at::Tensor levels = ((below / range + 1).clamp(0, 1) * 255).round();
            bytes(spectrograms + start * bins * frames, {size, bins, frames})
                .copy_(levels.transpose(1, 2).flip(1).to(at::kByte));
        }
    });
}

void gyrus_preprocessing_free(char *error) { free(error); }
