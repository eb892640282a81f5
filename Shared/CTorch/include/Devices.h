// What NVIDIA's driver says of the devices of this machine. No library of it is needed to build or to start.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A device as the driver sees it.
typedef struct gyrus_gpu {
    char name[96];
    /// Bytes of memory in all, and those that no process has; 0 where that is not known.
    uint64_t memory, free_memory;
    /// Share of the last moments in which it computed, in percent; -1 where that is not known.
    int32_t utilization;
} gyrus_gpu;

/// Bytes of memory that this process may have: the machine's, or what its control group leaves.
typedef struct gyrus_memory {
    uint64_t total, free;
} gyrus_memory;
gyrus_memory gyrus_machine_memory(void);

/// Devices that this process may use; 0 where there is no driver.
int32_t gyrus_gpu_count(void);
/// Describes one of them.
bool gyrus_gpu_describe(int32_t index, gyrus_gpu *gpu);

#ifdef __cplusplus
}
#endif
