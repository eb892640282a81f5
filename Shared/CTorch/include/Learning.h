// What networks learn from samples without labels, and how samples are distorted for it.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The most by which samples of one modality are changed at random. What moves or hides is for pictures, [channels][rows]
/// [columns]; values count in standard deviations of the training samples.
typedef struct gyrus_augmentation {
    /// Angle, in radians.
    float rotation;
    /// Sideways shift of the top row against the bottom row, as a share of the width.
    float shear;
    /// Share by which columns and rows come closer or move apart.
    float width, height;
    /// Shift to the side and upwards, as a share of the picture.
    float across, along;
    /// Largest share of rows, and of columns, that is hidden in one band each.
    float row_band, column_band;
    /// Side of a hidden square, as a share of the picture.
    float hole;
    /// Share by which values grow or shrink, and what is added to all.
    float contrast, brightness;
    /// Largest noise that is added to each value by itself.
    float noise;
    /// Whether half of the samples are mirrored, left for right.
    bool flips;
} gyrus_augmentation;

/// What a mini-batch teaches.
typedef enum gyrus_lesson_kind {
    /// Labels of weakly distorted samples.
    GYRUS_LABELS = 0,
    /// The same, and for samples without labels the network's own sure answers: those to weakly distorted samples are the
    /// labels of strongly distorted ones.
    GYRUS_PSEUDO_LABELS = 1,
    /// Two strongly distorted forms of a sample have outputs that point the same way (NT-Xent).
    GYRUS_CONTRAST = 2,
    /// The output is the samples as they are, all inputs one after the other, from strongly distorted ones.
    GYRUS_RECONSTRUCTION = 3,
} gyrus_lesson_kind;

/// A lesson with its settings.
typedef struct gyrus_lesson_plan {
    gyrus_lesson_kind kind;
    /// One for each input of the network.
    const gyrus_augmentation *weak, *strong;
    int64_t inputs;
    /// `GYRUS_LABELS`: what the names of the only weights begin with that change; null for all.
    const char *only;
    /// `GYRUS_PSEUDO_LABELS`: so many samples at the beginning have labels.
    int64_t labelled;
    /// `GYRUS_PSEUDO_LABELS`: how sure an answer must be, and how much such answers count beside the labels.
    double confidence, share;
    /// `GYRUS_CONTRAST`: by what likenesses are divided.
    double temperature;
} gyrus_lesson_plan;

/// Has a trainer teach something else than labels of samples as they are.
bool gyrus_trainer_learn(gyrus_trainer *trainer, const gyrus_lesson_plan *plan, char **error);

#ifdef __cplusplus
}
#endif
