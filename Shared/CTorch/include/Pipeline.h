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

/// A stage, bound to a trainer whose network outputs a list of values.
typedef struct gyrus_stage gyrus_stage;

/// Makes a stage that receives and sends values of these shapes. The last stage's values are the network's output,
/// which is not sent. `name` seeds the random draws of its layers.
gyrus_stage *gyrus_stage_create(
    gyrus_trainer *trainer, const char *name, const gyrus_value_shape *received, int64_t received_count,
    const gyrus_value_shape *sent, int64_t sent_count, bool is_last, char **error);
void gyrus_stage_free(gyrus_stage *stage);

/// Number of values with which a frame begins: sum of losses, correct answers, samples. Marks of each value follow.
#define GYRUS_FRAME_STATISTICS 3
/// Floats of a frame with the values, or the gradients, of a number of samples, to receive or to send.
int64_t gyrus_stage_frame(const gyrus_stage *stage, bool is_sent, int64_t samples);

/// Computes the samples `order[first] …` of a mini-batch of `batch` samples and keeps what `gyrus_stage_backward`
/// needs. `received` is a frame from the previous stage, null at the first one; `sent` becomes the frame for the next
/// stage, null at the last one, which computes the loss instead.
bool gyrus_stage_forward(
    gyrus_stage *stage, int64_t micro_batch, const gyrus_samples *samples, const int32_t *order, int64_t first,
    int64_t count, int64_t batch, const float *received, float *sent, char **error);
/// Accumulates the gradients of a micro-batch and discards it. `gradient` is a frame from the next stage, null at the
/// last one; `passed` becomes the frame for the previous stage, null at the first one. It includes the statistics of the
/// samples.
bool gyrus_stage_backward(
    gyrus_stage *stage, int64_t micro_batch, const float *gradient, float *passed, gyrus_progress *progress,
    char **error);
/// Makes one step of the optimizers.
bool gyrus_stage_step(gyrus_stage *stage, char **error);
/// Discards the gradients and everything that was kept.
void gyrus_stage_clear(gyrus_stage *stage);
/// Computes samples `first ..< first + count` in evaluation mode; the last stage returns the network's outputs for them
/// and adds to the loss.
bool gyrus_stage_evaluate(
    gyrus_stage *stage, const gyrus_samples *samples, int64_t first, int64_t count, const float *received, float *sent,
    float *outputs, double *loss_sum, char **error);

/// Bytes of tensors that the functions above have allocated and not freed.
int64_t gyrus_stage_bytes(const gyrus_stage *stage);
/// The peak since the last call.
int64_t gyrus_stage_take_peak_bytes(gyrus_stage *stage);

#ifdef __cplusplus
}
#endif
