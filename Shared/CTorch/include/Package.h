// TorchScript modules that convert raw values to the input of a network, and packages of such a module with its
// network.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A stand-alone TorchScript module whose methods convert raw values to rows.
typedef struct gyrus_preparation gyrus_preparation;
/// A preparation and a network as one module, which takes raw values of whole samples.
typedef struct gyrus_package gyrus_package;

/// How the elements of a raw value are stored.
typedef enum gyrus_raw_element {
    GYRUS_RAW_UINT8 = 0,
    GYRUS_RAW_FLOAT32 = 1,
    GYRUS_RAW_INT32 = 2,
} gyrus_raw_element;

/// A raw value of one sample, such as the pixels of a picture. `rate` is the sample rate of a sound, and 0 for others.
typedef struct gyrus_raw_value {
    const void *data;
    const int64_t *shape;
    int64_t rank;
    gyrus_raw_element element;
    int64_t rate;
} gyrus_raw_value;

/// An input of a package: one value per sample.
typedef struct gyrus_raw_input {
    const gyrus_raw_value *values;
    /// Whether the package takes a sample rate with each value.
    bool has_rate;
} gyrus_raw_input;

/// Compiles the methods of a preparation.
gyrus_preparation *gyrus_preparation_create(const char *source, char **error);
void gyrus_preparation_free(gyrus_preparation *preparation);
/// Runs a method on one value and writes its `count` numbers to `numbers`; any other number of results is an error.
bool gyrus_preparation_run(
    gyrus_preparation *preparation, const char *method, const gyrus_raw_value *value, float *numbers, int64_t count,
    char **error);

/// Writes a package: the methods of `source`, whose `forward` calls the network of a TorchScript file as
/// `self.network`. The `part_count` networks of `part_files` become modules with the names in `parts`. `names` and
/// `texts` become extra files of the package.
bool gyrus_package_write(
    const char *source, const char *network, const char *const *parts, const char *const *part_files,
    int64_t part_count, const char *path, const char *const *names, const char *const *texts, int64_t count,
    char **error);
/// Its network computes at a place; values are prepared, and answers taken, on the CPU.
gyrus_package *gyrus_package_load(const char *path, gyrus_place place, char **error);
/// The text of an extra file of a package, `manifest.json` or `inputs.json`; null if it has none.
const char *gyrus_package_extra(const gyrus_package *package, const char *name);
void gyrus_package_free(gyrus_package *package);
/// Returns the `width` answers for each of `count` samples.
bool gyrus_package_run(
    gyrus_package *package, const gyrus_raw_input *inputs, int64_t input_count, int64_t count, float *answers,
    int64_t width, char **error);

#ifdef __cplusplus
}
#endif
