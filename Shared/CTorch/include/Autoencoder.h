// Encoder, predictor and decoder of strings of choices (neural architecture optimization), in coarse steps.
//
// Errors and memory follow the rules of CTorch.h. Strings are `count × slots` numbers: the choice in each slot, from 0;
// -1 if the slot is skipped.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A model of the strings of one search space.
typedef struct gyrus_autoencoder gyrus_autoencoder;

/// The form of the strings, and the sizes of a model.
typedef struct gyrus_autoencoder_plan {
    /// `slots` numbers: the kind of each slot's decision, from 0.
    const int32_t *kinds;
    /// `slots` numbers: the slot with which a string continues after choice 0.
    const int32_t *skips;
    int64_t slots;
    /// `kind_count` numbers: the number of choices for decisions of each kind.
    const int32_t *options;
    int64_t kind_count;
    /// Size of an embedded choice.
    int64_t embedding;
    /// Size of a point.
    int64_t size;
    uint64_t seed;
} gyrus_autoencoder_plan;

/// How a model learns.
typedef struct gyrus_autoencoder_training {
    /// `steps × batch` numbers: the strings of each step.
    const int32_t *order;
    int64_t steps;
    int64_t batch;
    double learning_rate;
    /// Weight of the prediction error; the remainder is for decoding the string.
    double tradeoff;
    /// Maximum joint norm of the gradients.
    double longest_gradient;
} gyrus_autoencoder_training;

gyrus_autoencoder *gyrus_autoencoder_create(const gyrus_autoencoder_plan *plan, char **error);
void gyrus_autoencoder_free(gyrus_autoencoder *model);

/// Trains encoder, predictor and decoder together on strings and their worth, from 0 to 1.
gyrus_status gyrus_autoencoder_learn(
    gyrus_autoencoder *model, const int32_t *strings, const float *worths, int64_t count,
    const gyrus_autoencoder_training *training, char **error);
/// Returns the predicted worth of strings, `count` numbers.
bool gyrus_autoencoder_predict(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *worths, char **error);
/// Returns the points of strings, `count × size` numbers.
bool gyrus_autoencoder_points(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *points, char **error);
/// Decodes strings from the points of others, after moving these along the gradient of the predicted worth; the length
/// of the move may be 0.
bool gyrus_autoencoder_read(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, double step, int32_t *read, char **error);

#ifdef __cplusplus
}
#endif
