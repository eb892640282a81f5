// What networks learn from samples without labels, and how samples are distorted for this purpose.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The maximum random changes to samples of one modality. Moving and hiding is for pictures, [channels][rows][columns];
/// values are in standard deviations of the training samples.
typedef struct gyrus_augmentation {
    /// Angle, in radians.
    float rotation;
    /// Sideways shift of the top row against the bottom row, as a share of the width.
    float shear;
    /// Share by which columns and rows come closer or move apart.
    float width, height;
    /// Horizontal and vertical shift, as a share of the picture.
    float across, along;
    /// Largest share of rows, and of columns, that is hidden in one band each.
    float row_band, column_band;
    /// Side of a hidden square, as a share of the picture.
    float hole;
    /// Share by which values grow or shrink, and the offset that is added to all values.
    float contrast, brightness;
    /// Maximum noise that is added to each value independently.
    float noise;
    /// Whether half of the samples are mirrored horizontally.
    bool flips;
} gyrus_augmentation;

/// A kind of training signal.
typedef enum gyrus_signal_kind {
    /// Labels of weakly distorted samples.
    GYRUS_LABELS = 0,
    /// The same, and for samples without labels the network's own confident answers: the answers to weakly distorted
    /// samples are the labels of strongly distorted ones.
    GYRUS_PSEUDO_LABELS = 1,
    /// Two strongly distorted forms of a sample must have outputs that point in the same direction (NT-Xent).
    GYRUS_CONTRAST = 2,
    /// The output must reproduce the unchanged samples, all inputs concatenated, from strongly distorted ones.
    GYRUS_RECONSTRUCTION = 3,
} gyrus_signal_kind;

/// What a mini-batch teaches, with its settings.
typedef struct gyrus_signal_plan {
    gyrus_signal_kind kind;
    /// One for each input of the network.
    const gyrus_augmentation *weak, *strong;
    int64_t inputs;
    /// `GYRUS_LABELS`: prefix of the names of the only weights that are updated; null for all.
    const char *only;
    /// `GYRUS_PSEUDO_LABELS`: number of samples at the beginning that have labels.
    int64_t labeled;
    /// `GYRUS_PSEUDO_LABELS`: minimum confidence of an answer, and the weight of such answers relative to labels.
    double confidence, share;
    /// `GYRUS_CONTRAST`: temperature that divides similarities.
    double temperature;
} gyrus_signal_plan;

/// Makes a trainer teach something other than the labels of unchanged samples.
bool gyrus_trainer_learn(gyrus_trainer *trainer, const gyrus_signal_plan *plan, char **error);

#ifdef __cplusplus
}
#endif
