// TorchScript files of networks that were written for another runtime.
//
// Errors and memory follow the rules of CTorch.h.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A tensor of a module, with libtorch's type numbers: 0 for bytes, 1 to 4 for integers of 8 to 64 bits, 6 for 32-bit
/// floats, 11 for Booleans.
typedef struct gyrus_constant {
    const char *name;
    int32_t type;
    const int64_t *shape;
    int64_t rank;
    const void *data;
    /// Whether a training may change it.
    bool is_trained;
} gyrus_constant;

/// Writes a TorchScript file with the methods of `source`, one of them `forward`, which read the tensors as attributes.
bool gyrus_script_write(
    const char *source, const gyrus_constant *constants, int64_t count, const char *path, char **error);

#ifdef __cplusplus
}
#endif
