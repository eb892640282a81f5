// How well features fit a task, estimated without training.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Scores of features (`count` rows of `width` numbers) for labels: `log_evidence` is the mean logarithm of the
/// evidence of a linear model of each class per sample (LogME), `h_score` the variance of the classes' means in
/// whitened features.
bool gyrus_transferability(
    const float *features, int64_t count, int64_t width, const int32_t *labels, int64_t classes, double *log_evidence,
    double *h_score, char **error);

#ifdef __cplusplus
}
#endif
