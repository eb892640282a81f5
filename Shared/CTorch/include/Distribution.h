// Training by several workers: gradients and weights as flat vectors, and their sums over all workers with Gloo.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Total number of values of the weights that a trainer updates, one weight after another.
int64_t gyrus_trainer_parameter_count(const gyrus_trainer *trainer);
/// Copies those weights out.
void gyrus_trainer_read(const gyrus_trainer *trainer, float *values);
/// Copies those weights in.
void gyrus_trainer_write(gyrus_trainer *trainer, const float *values);
/// Copies out the mean gradient over samples `order[first] …` without changing anything.
gyrus_status gyrus_trainer_gradient(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float *gradient, gyrus_progress *progress, char **error);
/// Makes one step of the optimizers with a gradient.
bool gyrus_trainer_apply(gyrus_trainer *trainer, const float *gradient, char **error);

/// The rendezvous of workers.
typedef struct gyrus_store gyrus_store;
/// Opens it on a port, which the system chooses if it is 0, or connects to it. Waits at most the given number of
/// seconds.
gyrus_store *gyrus_store_create(const char *host, uint16_t port, bool is_server, double seconds, char **error);
uint16_t gyrus_store_port(const gyrus_store *store);
void gyrus_store_free(gyrus_store *store);

/// Workers that sum vectors.
typedef struct gyrus_group gyrus_group;
/// Joins the named group as one of `size` workers that all do so; a sum that takes longer than the given seconds fails.
gyrus_group *gyrus_group_create(
    gyrus_store *store, const char *name, const char *host, int32_t rank, int32_t size, double seconds, char **error);
/// Makes everything that waits for others fail soon; callable from any thread.
void gyrus_group_give_up(gyrus_group *group);
void gyrus_group_free(gyrus_group *group);

/// A sum in progress.
typedef struct gyrus_sum gyrus_sum;
/// Starts summing values over all workers, in buckets; all workers start their sums in the same order.
gyrus_sum *gyrus_group_sum(gyrus_group *group, const float *values, int64_t count, char **error);
/// Waits for the end, and copies the sums out.
bool gyrus_sum_finish(gyrus_sum *sum, float *values, char **error);
void gyrus_sum_free(gyrus_sum *sum);

/// Gradients of a trainer that workers sum in buckets, each as soon as the backward pass has passed its weights.
typedef struct gyrus_gradient_sum gyrus_gradient_sum;
/// Must not outlive trainer and group.
gyrus_gradient_sum *gyrus_gradient_sum_create(gyrus_trainer *trainer, gyrus_group *group, char **error);
void gyrus_gradient_sum_free(gyrus_gradient_sum *sum);
/// Bytes that one sum contributes.
int64_t gyrus_gradient_sum_bytes(const gyrus_gradient_sum *sum);
/// Computes the mean gradient over samples `order[first] …` and starts summing `weight` times that of each worker, with
/// the statistics of its samples. A worker without samples takes part with zeros. If the loss is not finite, neither is
/// the sum of the losses.
gyrus_status gyrus_gradient_sum_begin(
    gyrus_gradient_sum *sum, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float weight, gyrus_progress *progress, char **error);
/// Waits for the end, and returns the statistics of the samples of all workers.
bool gyrus_gradient_sum_finish(gyrus_gradient_sum *sum, gyrus_progress *progress, char **error);
/// Makes one step of the optimizers with the sum.
bool gyrus_gradient_sum_step(gyrus_gradient_sum *sum, char **error);

/// Bytes in transfer from one worker to another.
typedef struct gyrus_transfer gyrus_transfer;
/// Starts sending bytes, which must not change until the transfer has ended.
gyrus_transfer *gyrus_group_send(
    gyrus_group *group, void *bytes, int64_t count, int32_t to, int32_t tag, char **error);
/// Starts receiving as many bytes as are sent with the same tag; transfers with one tag arrive in order.
gyrus_transfer *gyrus_group_receive(
    gyrus_group *group, void *bytes, int64_t count, int32_t from, int32_t tag, char **error);
/// Waits for the end and frees the transfer.
bool gyrus_transfer_finish(gyrus_transfer *transfer, char **error);
/// Abandons a transfer.
void gyrus_transfer_free(gyrus_transfer *transfer);

#ifdef __cplusplus
}
#endif
