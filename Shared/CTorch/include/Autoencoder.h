// Encoder, predictor and decoder of strings of choices (neural architecture optimization), as coarse steps.
//
// Errors and memory follow the rules of CTorch.h. Strings are `count × slots` numbers: the choice in each slot, from 0; -1
// where the slot is skipped.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A model of the strings of one search space.
typedef struct gyrus_autoencoder gyrus_autoencoder;

/// What the strings are like, and the sizes of a model.
typedef struct gyrus_autoencoder_plan {
    /// `slots` numbers: the kind of each slot's decision, from 0.
    const int32_t *kinds;
    /// `slots` numbers: the slot where a string goes on after choice 0.
    const int32_t *skips;
    int64_t slots;
    /// `kind_count` numbers: how many choices decisions of each kind have.
    const int32_t *options;
    int64_t kind_count;
    /// Size of an embedded choice.
    int64_t embedding;
    /// Size of a point.
    int64_t size;
    uint64_t seed;
} gyrus_autoencoder_plan;

/// How a model learns.
typedef struct gyrus_autoencoder_lesson {
    /// `steps × batch` numbers: the strings of each step.
    const int32_t *order;
    int64_t steps;
    int64_t batch;
    double learning_rate;
    /// How much the error of the prediction counts; the rest is for reading the string.
    double tradeoff;
    /// Gradients that are longer together are shortened to this.
    double longest_gradient;
} gyrus_autoencoder_lesson;

gyrus_autoencoder *gyrus_autoencoder_create(const gyrus_autoencoder_plan *plan, char **error);
void gyrus_autoencoder_free(gyrus_autoencoder *model);

/// Trains encoder, predictor and decoder together with strings and what each is worth, from 0 to 1.
gyrus_status gyrus_autoencoder_learn(
    gyrus_autoencoder *model, const int32_t *strings, const float *worths, int64_t count,
    const gyrus_autoencoder_lesson *lesson, char **error);
/// Gives the predicted worth of strings, `count` numbers.
bool gyrus_autoencoder_predict(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *worths, char **error);
/// Gives the points of strings, `count × size` numbers.
bool gyrus_autoencoder_points(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *points, char **error);
/// Reads strings from the points of others after these went a step along the gradient of the predicted worth; the step's
/// length may be 0.
bool gyrus_autoencoder_read(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, double step, int32_t *read, char **error);

#ifdef __cplusplus
}
#endif
