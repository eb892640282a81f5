// A stage of a pipeline: some layers of a network with their optimizers, and the frames that go from stage to stage.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The shape of a value for one sample.
typedef struct gyrus_value_shape {
    const int64_t *sizes;
    int64_t rank;
} gyrus_value_shape;

/// A stage, bound to a trainer whose network gives a list of values.
typedef struct gyrus_stage gyrus_stage;

/// Makes a stage that receives and sends values of these shapes; the last one sends the network's output, and nobody gets
/// it. `name` seeds what its layers draw at random.
gyrus_stage *gyrus_stage_create(
    gyrus_trainer *trainer, const char *name, const gyrus_value_shape *received, int64_t received_count,
    const gyrus_value_shape *sent, int64_t sent_count, bool is_last, char **error);
void gyrus_stage_free(gyrus_stage *stage);

/// Numbers with which a frame begins: sum of losses, right answers, samples. Marks of each value follow.
#define GYRUS_FRAME_FIGURES 3
/// Floats of a frame with the values of so many samples, or with their gradients: those that are received or sent.
int64_t gyrus_stage_frame(const gyrus_stage *stage, bool is_sent, int64_t samples);

/// Computes the samples `order[first] …` of a mini-batch of `batch` samples and keeps what `gyrus_stage_backward` needs.
/// `received` is a frame of the stage before, null at the first one; `sent` becomes the one for the stage after, null at
/// the last one, which computes the loss instead.
bool gyrus_stage_forward(
    gyrus_stage *stage, int64_t micro_batch, const gyrus_samples *samples, const int32_t *order, int64_t first,
    int64_t count, int64_t batch, const float *received, float *sent, char **error);
/// Adds up the gradients of a micro-batch and forgets it. `gradient` is a frame of the stage after, null at the last one;
/// `passed` becomes the one for the stage before, null at the first one. What the samples came to goes along.
bool gyrus_stage_backward(
    gyrus_stage *stage, int64_t micro_batch, const float *gradient, float *passed, gyrus_progress *progress,
    char **error);
/// Makes one step of the optimizers.
bool gyrus_stage_step(gyrus_stage *stage, char **error);
/// Forgets the gradients and everything that was kept.
void gyrus_stage_clear(gyrus_stage *stage);
/// Computes samples `first ..< first + count` in evaluation mode; the last stage gives the network's outputs for them and
/// adds to the loss.
bool gyrus_stage_evaluate(
    gyrus_stage *stage, const gyrus_samples *samples, int64_t first, int64_t count, const float *received, float *sent,
    float *outputs, double *loss_sum, char **error);

/// Bytes of tensors that the functions above have allocated and not freed.
int64_t gyrus_stage_bytes(const gyrus_stage *stage);
/// The most there have been since the last call.
int64_t gyrus_stage_take_peak_bytes(gyrus_stage *stage);

#ifdef __cplusplus
}
#endif
