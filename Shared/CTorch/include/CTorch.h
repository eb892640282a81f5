// What Gyrus needs from libtorch, as coarse steps of our training instead of tensor operations.
//
// Every function that can fail takes `char **error` and stores a message there, which the caller frees with `free`.
// C++ exceptions never escape. Objects are freed with their `_free` function; a null pointer is allowed there.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A network: a TorchScript module with its tensors.
typedef struct gyrus_network gyrus_network;
/// Optimizers with their state, bound to a network.
typedef struct gyrus_trainer gyrus_trainer;

/// The result of a function.
typedef enum gyrus_status {
    /// Success.
    GYRUS_OK = 0,
    /// It failed; the message says why.
    GYRUS_FAILED = 1,
    /// The loss became infinite or NaN.
    GYRUS_DIVERGED = 2,
    /// The device's memory is too small.
    GYRUS_FULL = 3,
} gyrus_status;

/// The number format of products; weights and sums are always 32-bit floats.
typedef enum gyrus_precision {
    GYRUS_FP32 = 0,
    /// 32 bits with short mantissas in products (NVIDIA).
    GYRUS_TF32 = 1,
    GYRUS_BF16 = 2,
    GYRUS_FP16 = 3,
} gyrus_precision;

/// Where a network computes.
typedef struct gyrus_place {
    /// Number of a CUDA device; -1 for the CPU.
    int32_t device;
    gyrus_precision precision;
    /// Whether a CPU also uses the code paths of other devices instead of its own, which are exact to the bit.
    bool is_like_device;
} gyrus_place;

/// A tensor of a new network; its initial values are uniform between `value − bound` and `value + bound`.
typedef struct gyrus_tensor_plan {
    const char *name;
    const int64_t *shape;
    int64_t rank;
    bool is_trained;
    float value;
    float bound;
} gyrus_tensor_plan;

/// A tensor of 32-bit floats on any device. The pointers are valid as long as their owner.
typedef struct gyrus_tensor_view {
    const char *name;
    const int64_t *shape;
    int64_t rank;
    int64_t count;
    const void *tensor;
} gyrus_tensor_view;

/// Copies the values out, the last dimension fastest. A device that fails to do so ends the process.
void gyrus_tensor_read(gyrus_tensor_view view, float *values);
/// Copies values in.
void gyrus_tensor_write(gyrus_tensor_view view, const float *values);

/// How elements of a row are stored.
typedef enum gyrus_element {
    GYRUS_UINT8 = 0,
    GYRUS_FLOAT16 = 1,
    GYRUS_FLOAT32 = 2,
    GYRUS_INT32 = 3,
} gyrus_element;

/// Rows of one input; a value is `stored × scale + offset`. Modalities are in the order of the network's inputs.
typedef struct gyrus_modality {
    const void *rows;
    const int32_t *indices;
    const int64_t *shape;
    int64_t rank;
    gyrus_element element;
    /// One for all values, or one per channel, the first dimension of the shape.
    const float *scales, *offsets;
    int64_t channels;
} gyrus_modality;

/// The loss that compares outputs with the correct answers.
typedef enum gyrus_loss_kind {
    /// One class of several, from its logits.
    GYRUS_CROSS_ENTROPY = 0,
    /// Any number of labels, from their logits.
    GYRUS_BINARY_CROSS_ENTROPY = 1,
    /// Numbers.
    GYRUS_SQUARED_ERROR = 2,
    /// Numbers; errors beyond `delta` count linearly.
    GYRUS_HUBER = 3,
} gyrus_loss_kind;

/// A loss with its settings.
typedef struct gyrus_loss {
    gyrus_loss_kind kind;
    /// The weight of each class, or of each label when it applies; null if all weights are 1.
    const float *weights;
    /// `GYRUS_CROSS_ENTROPY`: the share of a label that is spread over all classes.
    double smoothing;
    /// `GYRUS_HUBER`: the error above which the loss is linear.
    double delta;
} gyrus_loss;

/// Samples: for each, a row of each modality, and the correct answer: a class number for `GYRUS_CROSS_ENTROPY`,
/// otherwise as many numbers as a network has outputs.
typedef struct gyrus_samples {
    const gyrus_modality *modalities;
    int64_t modality_count;
    const int32_t *labels;
    const float *numbers;
    int64_t count;
    int64_t outputs;
    gyrus_loss loss;
} gyrus_samples;

/// Version of libtorch that the program was built with.
const char *gyrus_torch_version(void);
/// Returns the memory of freed tensors to the system.
void gyrus_release_memory(void);
/// Number of threads that computations of the calling thread use.
void gyrus_set_threads(int32_t count);
/// Number of CUDA devices that libtorch can use; 0 if it was built without CUDA or its CUDA libraries are not found.
int32_t gyrus_cuda_count(void);

/// Makes a network from the TorchScript source of its `forward`; values depend only on the seed and a tensor's name.
/// `constrained` is the source of a method of that name, which returns the output and what is added to the loss during
/// training; null if there is none.
gyrus_network *gyrus_network_create(
    const char *source, const char *constrained, const gyrus_tensor_plan *plans, int64_t count, uint64_t seed,
    gyrus_place place, char **error);
/// Reads a TorchScript file.
gyrus_network *gyrus_network_load(const char *path, gyrus_place place, char **error);
/// Writes the network as a TorchScript file.
bool gyrus_network_save(gyrus_network *network, const char *path, char **error);
void gyrus_network_free(gyrus_network *network);

int64_t gyrus_network_tensor_count(const gyrus_network *network);
gyrus_tensor_view gyrus_network_tensor(const gyrus_network *network, int64_t index);
int64_t gyrus_network_input_count(const gyrus_network *network);
const char *gyrus_network_input_name(const gyrus_network *network, int64_t index);

/// Returns the outputs for samples `first ..< first + count`, each `width` floats, in evaluation mode. Adds their
/// losses to `loss_sum`, unless it is null.
gyrus_status gyrus_network_run(
    gyrus_network *network, const gyrus_samples *samples, int64_t first, int64_t count, float *outputs, int64_t width,
    double *loss_sum, char **error);
/// Times runs of one sample each, in seconds, after two uncounted runs.
bool gyrus_network_time(
    gyrus_network *network, const gyrus_samples *samples, double *seconds, int64_t count, char **error);

/// Whether an input may be left out: it has a default, or may be `None`.
bool gyrus_network_input_is_optional(const gyrus_network *network, int64_t index);
/// Name of an operation of the network that accesses the file system, such as `aten::from_file`; null if it has none.
/// To be freed with `free`.
char *gyrus_network_forbidden(gyrus_network *network);
/// Runs the network once, in evaluation mode, on inputs of these shapes (one after another, `ranks` sizes each) with
/// random values from 0 to 1; a rank of -1 leaves out its input. Returns the shapes of its outputs, such as `2x10 2x4`,
/// to be freed with `free`.
char *gyrus_network_probe(
    gyrus_network *network, const int64_t *shapes, const int64_t *ranks, int64_t count, char **error);
/// Number of outputs if a network returns several tensors; 0 if it returns one tensor, -1 for anything else.
int64_t gyrus_network_output_count(gyrus_network *network);
/// Runs the network in evaluation mode on one input, whose shape begins with a batch of one, and returns the values of
/// one of its outputs, which the caller frees with `free`. Other inputs take their defaults.
bool gyrus_network_features(
    gyrus_network *network, const float *values, const int64_t *shape, int64_t rank, int64_t output, float **numbers,
    int64_t *count, char **error);
/// Runs the network as a detector on an image of blue, green and red bytes. `numbers` becomes `count` rows of left,
/// top, right, bottom, score and class, which the caller frees with `free`.
bool gyrus_network_detect(
    gyrus_network *network, const uint8_t *pixels, int64_t width, int64_t height, float **numbers, int64_t *count,
    char **error);
/// Returns the operations of the network, one per line: operation, number of weights, and the lines (from 0) that it
/// reads or `-1`, `-2` … for the first, second … input, separated by spaces. To be freed with `free`.
char *gyrus_network_operations(gyrus_network *network, char **error);

/// How weights whose names begin with `prefix` are updated; the longest prefix that fits a weight wins.
typedef struct gyrus_optimizer {
    const char *prefix;
    /// `sgd`, `adam`, `adamw` or `rmsprop`.
    const char *kind;
    double learning_rate;
    double weight_decay;
    double momentum;
} gyrus_optimizer;

/// How learning rates change, and the maximum norm of gradients.
typedef struct gyrus_schedule {
    /// Rates rise from zero during the first steps.
    int64_t warm_up_steps;
    /// Afterward they follow a cosine to zero at this step, unless they are constant.
    int64_t total_steps;
    bool is_constant;
    /// Maximum norm of the gradient over all weights; 0 for no limit.
    double clipping;
} gyrus_schedule;

/// Makes a trainer.
gyrus_trainer *gyrus_trainer_create(
    gyrus_network *network, const gyrus_optimizer *optimizers, int64_t count, gyrus_schedule schedule, uint64_t seed,
    char **error);
void gyrus_trainer_free(gyrus_trainer *trainer);
/// Number of steps done.
int64_t gyrus_trainer_step(const gyrus_trainer *trainer);
/// Sets the number of steps done, when the state comes from a checkpoint.
void gyrus_trainer_set_step(gyrus_trainer *trainer, int64_t step);
int64_t gyrus_trainer_tensor_count(const gyrus_trainer *trainer);
gyrus_tensor_view gyrus_trainer_tensor(const gyrus_trainer *trainer, int64_t index);

/// The statistics of a run of steps.
typedef struct gyrus_progress {
    double loss_sum;
    /// Number of samples whose class, or all of whose labels, were answered correctly.
    int64_t correct;
    int64_t samples;
} gyrus_progress;

/// Keeps samples on the device, so that mini-batches of them are gathered there; all later calls of this trainer with
/// samples must use these.
bool gyrus_trainer_keep(gyrus_trainer *trainer, const gyrus_samples *samples, char **error);
/// Sets how many mini-batches separate threads gather ahead of time.
void gyrus_trainer_set_loaders(gyrus_trainer *trainer, int32_t count);
/// Number of parts in which a mini-batch goes through the network because it does not fit into memory at once.
int64_t gyrus_trainer_parts(const gyrus_trainer *trainer);
/// Makes more samples at once fail as if memory were full; for tests.
void gyrus_trainer_limit(gyrus_trainer *trainer, int64_t samples);

/// Trains on mini-batches `first ..< first + count` of an epoch whose samples come in `order`, split into `batches`
/// parts that differ by at most one sample.
gyrus_status gyrus_trainer_train(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t order_count, int64_t batches,
    int64_t first, int64_t count, gyrus_progress *progress, char **error);

#ifdef __cplusplus
}
#endif
