// Fine-tuning of third-party networks below a new head.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A third-party network whose weights can learn, whether they are parameters or constants in its code.
typedef struct gyrus_tuning gyrus_tuning;

/// Which part of a network learns.
typedef struct gyrus_tuning_plan {
    /// Index of the output with the features.
    int64_t output;
    /// Number of blocks of layers, each with about the same number; the first one reads the samples.
    int64_t blocks;
    /// Rank of the adapters that learn instead of the matrices of a network with attention; 0 for none.
    int64_t rank;
    uint64_t seed;
} gyrus_tuning_plan;

/// Finds the weights of a network that can learn; the network must outlive the tuning. Batch normalization keeps its running
/// statistics.
gyrus_tuning *gyrus_tuning_create(gyrus_network *network, gyrus_tuning_plan plan, char **error);
void gyrus_tuning_free(gyrus_tuning *tuning);
/// Number of trained weights.
int64_t gyrus_tuning_weight_count(const gyrus_tuning *tuning);
/// Rank of its adapters; 0 if the weights themselves are trained.
int64_t gyrus_tuning_rank(const gyrus_tuning *tuning);
/// The network up to the output with the features. Its only input has this name.
gyrus_network *gyrus_tuning_features(gyrus_tuning *tuning, const char *input, char **error);
/// The network with a new head whose weights are zero: a linear layer, `head.weight` and `head.bias`, on its standardized `count`
/// features. The trained weights are tensors named `block0.0`, `block0.1`, ….
gyrus_network *gyrus_tuning_network(
    gyrus_tuning *tuning, const char *input, const float *means, const float *deviations, int64_t count, int64_t outputs,
    char **error);
/// Trains the weights of the blocks from this one on, and no others.
void gyrus_tuning_thaw(gyrus_tuning *tuning, int64_t first);
/// Merges the trained weights into the network, which can then be saved but no longer trained.
bool gyrus_tuning_settle(gyrus_tuning *tuning, char **error);

#ifdef __cplusplus
}
#endif
