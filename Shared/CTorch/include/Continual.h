// Methods that keep a network from forgetting while it is trained on new data.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Adds a loss to each step: `share` times the divergence of the network's answers from a teacher's, both softened by a
/// temperature and restricted to some classes. The teacher must live as long as the trainer.
bool gyrus_trainer_teach(
    gyrus_trainer *trainer, gyrus_network *teacher, const int32_t *classes, int64_t class_count, double share,
    double temperature, char **error);
/// Ties each weight to its current value, with `stiffness` times its importance for samples `0 ..< count`: the mean
/// square of the gradient of a sample's log-likelihood (elastic weight consolidation).
bool gyrus_trainer_anchor(
    gyrus_trainer *trainer, const gyrus_samples *samples, int64_t count, double stiffness, char **error);
/// Returns the values of a modality's rows for `count` samples, as networks read them.
bool gyrus_modality_values(const gyrus_modality *modality, int64_t count, float *values, char **error);

#ifdef __cplusplus
}
#endif
