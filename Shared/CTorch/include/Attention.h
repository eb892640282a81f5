// An ensemble of multi-head attentions of scenarios over models, in coarse steps.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Some attentions with the same widths and different weights.
typedef struct gyrus_attention gyrus_attention;

/// Sizes of an ensemble, and its initial weights.
typedef struct gyrus_attention_plan {
    int64_t scenario_width;
    int64_t model_width;
    int64_t evidence_width;
    int64_t heads;
    int64_t head_width;
    int64_t members;
    uint64_t seed;
    /// `evidence_width` numbers: the initial weight of each piece of evidence.
    const float *prior;
} gyrus_attention_plan;

/// The models of one scenario.
typedef struct gyrus_attention_list {
    /// `scenario_width` numbers.
    const float *scenario;
    /// `count × model_width` numbers.
    const float *models;
    /// `count × evidence_width` numbers.
    const float *evidence;
    /// The attention that each model deserves: `count` numbers that sum to 1. Not read unless the ensemble learns.
    const float *targets;
    int64_t count;
    /// Seed of how much each member weights the list: members differ because they learn from different mixtures.
    uint64_t key;
} gyrus_attention_list;

/// How an ensemble learns.
typedef struct gyrus_attention_training {
    int64_t steps;
    /// Number of lists per step.
    int64_t batch;
    /// Number of new lists, which come first and are in every step while they fit into half of it.
    int64_t fresh;
    double learning_rate;
    /// Share, times the learning rate, by which each step returns to the initial weights of the ensemble, so that the
    /// result depends on what was learned, not on how often.
    double pull;
    uint64_t seed;
} gyrus_attention_training;

gyrus_attention *gyrus_attention_create(const gyrus_attention_plan *plan, char **error);
void gyrus_attention_free(gyrus_attention *attention);
int64_t gyrus_attention_tensor_count(const gyrus_attention *attention);
gyrus_tensor_view gyrus_attention_tensor(const gyrus_attention *attention, int64_t index);

/// Learns from lists with a listwise ranking loss: the cross-entropy of the attention with the targets. `loss` becomes
/// its mean over the last quarter of the steps.
gyrus_status gyrus_attention_learn(
    gyrus_attention *attention, const gyrus_attention_list *lists, int64_t count, const gyrus_attention_training *training,
    double *loss, char **error);
/// Returns the attention weights of a list, `members × heads × count` numbers; those of a head sum to 1.
bool gyrus_attention_attend(
    gyrus_attention *attention, const gyrus_attention_list *list, float *weights, char **error);

#ifdef __cplusplus
}
#endif
