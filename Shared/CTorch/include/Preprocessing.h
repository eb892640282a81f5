#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Principal components of rows of bytes.
/// Computes the mean and the leading components that together hold at most `kept_share` of the variance.
/// `mean` has room for `features` numbers, `components` for `features * features`; `components` is filled with
/// `kept` rows of `features` numbers each. `kept_energy` becomes the share of the variance that they hold.
/// Returns 0, or 1 with a message in `*error` that the caller frees with `gyrus_preprocessing_free`.
int gyrus_principal_components(const uint8_t *rows, int64_t count, int64_t features, double kept_share, double *mean,
                               double *components, int64_t *kept, double *kept_energy, char **error);

/// Rows rebuilt from some components: mean + (row - mean) · componentsᵀ · components.
/// `rebuilt` has room for `count * features` numbers.
int gyrus_rebuild(const uint8_t *rows, int64_t count, int64_t features, const double *mean, const double *components,
                  int64_t kept, float *rebuilt, char **error);

/// Logarithmic spectrograms of `count` clips of `length` samples.
/// Frame t covers samples t · hop … t · hop + window − 1, weighted by a periodic Hann window; bin f is the squared
/// magnitude of its discrete Fourier transform. Decibels below the clip's loudest bin, cut at `range`, become bytes:
/// 255 for the loudest, 0 for `range` decibels below it and less.
/// `spectrograms` has room for `count * bins * frames` bytes, bins from the highest frequency (first row) to the
/// lowest.
int gyrus_spectrograms(const float *samples, int64_t count, int64_t length, int64_t window, int64_t hop, int64_t bins,
                       int64_t frames, double range, uint8_t *spectrograms, char **error);

/// Frees a message.
void gyrus_preprocessing_free(char *error);

#ifdef __cplusplus
}
#endif
