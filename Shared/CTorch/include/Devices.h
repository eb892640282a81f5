// What NVIDIA's driver reports about the devices of this machine. None of its libraries is needed to build or to start.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A device as the driver sees it.
typedef struct gyrus_gpu {
    char name[96];
    /// Total bytes of memory, and those that are free; 0 if unknown.
    uint64_t memory, free_memory;
    /// Recent utilization, in percent; -1 if unknown.
    int32_t utilization;
} gyrus_gpu;

/// Bytes of memory that this process may use: the machine's, or what its control group allows.
typedef struct gyrus_memory {
    uint64_t total, free;
} gyrus_memory;
gyrus_memory gyrus_machine_memory(void);

/// Number of devices that this process may use; 0 if there is no driver.
int32_t gyrus_gpu_count(void);
/// Describes one of them.
bool gyrus_gpu_describe(int32_t index, gyrus_gpu *gpu);

#ifdef __cplusplus
}
#endif
