// Training by several workers: gradients and weights as flat vectors, and their sums over all workers by Gloo.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Number of values of all weights that a trainer changes, one weight after the other.
int64_t gyrus_trainer_parameter_count(const gyrus_trainer *trainer);
/// Copies those weights out.
void gyrus_trainer_read(const gyrus_trainer *trainer, float *values);
/// Copies those weights in.
void gyrus_trainer_write(gyrus_trainer *trainer, const float *values);
/// Copies out the mean gradient over samples `order[first] …`, and changes nothing.
gyrus_status gyrus_trainer_gradient(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float *gradient, gyrus_progress *progress, char **error);
/// Makes one step of the optimizers with a gradient.
bool gyrus_trainer_apply(gyrus_trainer *trainer, const float *gradient, char **error);

/// Where workers find each other.
typedef struct gyrus_store gyrus_store;
/// Opens it on a port, which the system chooses where it is 0, or connects to it. Waits at most so many seconds.
gyrus_store *gyrus_store_create(const char *host, uint16_t port, bool is_server, double seconds, char **error);
uint16_t gyrus_store_port(const gyrus_store *store);
void gyrus_store_free(gyrus_store *store);

/// Workers that add up vectors.
typedef struct gyrus_group gyrus_group;
/// Joins the group of a name as one of `size` workers that all do so; a sum that takes longer than so many seconds fails.
gyrus_group *gyrus_group_create(
    gyrus_store *store, const char *name, const char *host, int32_t rank, int32_t size, double seconds, char **error);
/// Has everything that waits for others fail soon, from whatever thread.
void gyrus_group_give_up(gyrus_group *group);
void gyrus_group_free(gyrus_group *group);

/// A sum under way.
typedef struct gyrus_sum gyrus_sum;
/// Begins to add up values over all workers, in buckets; all workers begin their sums in the same order.
gyrus_sum *gyrus_group_sum(gyrus_group *group, const float *values, int64_t count, char **error);
/// Waits for the end, and copies the sums out.
bool gyrus_sum_finish(gyrus_sum *sum, float *values, char **error);
void gyrus_sum_free(gyrus_sum *sum);

/// Gradients of a trainer that workers add up in buckets, each as soon as the backward pass has gone past its weights.
typedef struct gyrus_gradient_sum gyrus_gradient_sum;
/// Lives no longer than trainer and group.
gyrus_gradient_sum *gyrus_gradient_sum_create(gyrus_trainer *trainer, gyrus_group *group, char **error);
void gyrus_gradient_sum_free(gyrus_gradient_sum *sum);
/// Bytes that one sum hands in.
int64_t gyrus_gradient_sum_bytes(const gyrus_gradient_sum *sum);
/// Computes the mean gradient over samples `order[first] …` and begins to add up `weight` times that of each worker, with
/// what its samples came to. One without samples takes part with zeros. Where the loss is no finite number the sum of the
/// losses is none either.
gyrus_status gyrus_gradient_sum_begin(
    gyrus_gradient_sum *sum, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float weight, gyrus_progress *progress, char **error);
/// Waits for the end, and says what the samples of all workers came to.
bool gyrus_gradient_sum_finish(gyrus_gradient_sum *sum, gyrus_progress *progress, char **error);
/// Makes one step of the optimizers with the sum.
bool gyrus_gradient_sum_step(gyrus_gradient_sum *sum, char **error);

/// Bytes under way from one worker to another.
typedef struct gyrus_transfer gyrus_transfer;
/// Begins to send bytes, which stay as they are until the transfer has ended.
gyrus_transfer *gyrus_group_send(
    gyrus_group *group, void *bytes, int64_t count, int32_t to, int32_t tag, char **error);
/// Begins to receive as many bytes as are sent with the same tag; those of one tag come in order.
gyrus_transfer *gyrus_group_receive(
    gyrus_group *group, void *bytes, int64_t count, int32_t from, int32_t tag, char **error);
/// Waits for the end and frees the transfer.
bool gyrus_transfer_finish(gyrus_transfer *transfer, char **error);
/// Gives a transfer up.
void gyrus_transfer_free(gyrus_transfer *transfer);

#ifdef __cplusplus
}
#endif
