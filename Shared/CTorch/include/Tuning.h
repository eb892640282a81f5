// Training networks of others further, below a new head.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A network of others whose weights can learn, wherever they stand in it: as parameters, or within its code.
typedef struct gyrus_tuning gyrus_tuning;

/// What of a network learns.
typedef struct gyrus_tuning_plan {
    /// The number of the output that describes a sample.
    int64_t output;
    /// How many blocks of layers there are, each with about as many layers; the first is the one that reads the samples.
    int64_t blocks;
    /// Rank of the adapters that learn in place of the matrices of a network with attention; 0 for none.
    int64_t rank;
    uint64_t seed;
} gyrus_tuning_plan;

/// Finds the weights of a network that can learn; it must outlive the tuning. Layers that normalize over mini-batches keep the
/// moments that they have.
gyrus_tuning *gyrus_tuning_create(gyrus_network *network, gyrus_tuning_plan plan, char **error);
void gyrus_tuning_free(gyrus_tuning *tuning);
/// How many numbers learn.
int64_t gyrus_tuning_weight_count(const gyrus_tuning *tuning);
/// The rank of its adapters; 0 where the weights themselves learn.
int64_t gyrus_tuning_rank(const gyrus_tuning *tuning);
/// The network up to the output that describes a sample. Its one input has this name.
gyrus_network *gyrus_tuning_features(gyrus_tuning *tuning, const char *input, char **error);
/// The network with a new head of no weight yet: a linear layer, `head.weight` and `head.bias`, on its standardized `count`
/// features. The weights that learn are tensors of the names `block0.0`, `block0.1` … .
gyrus_network *gyrus_tuning_network(
    gyrus_tuning *tuning, const char *input, const float *means, const float *deviations, int64_t count, int64_t outputs,
    char **error);
/// Has the weights of blocks from this one on learn, and no others.
void gyrus_tuning_thaw(gyrus_tuning *tuning, int64_t first);
/// Puts what was learned into the network for good: it can be saved then, and nothing learns any more.
bool gyrus_tuning_settle(gyrus_tuning *tuning, char **error);

#ifdef __cplusplus
}
#endif
