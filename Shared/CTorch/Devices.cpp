#include "Devices.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>

namespace {

/// Functions of a library that may be missing.
class Library {
public:
    explicit Library(const char *name) : handle(dlopen(name, RTLD_NOW | RTLD_LOCAL)) {}

    /// Calls a function that returns 0 on success.
    template <class... Arguments> bool call(const char *name, Arguments... arguments) const {
        if (!handle) return false;
        const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(handle, name));
        return function && function(arguments...) == 0;
    }

private:
    void *handle;
};

/// The driver, which numbers devices as libtorch does: those that `CUDA_VISIBLE_DEVICES` leaves visible.
const Library &driver() {
    static const Library library("libcuda.so.1");
    return library;
}

bool is_ready() {
    static const bool is_ready = driver().call("cuInit", 0u);
    return is_ready;
}

/// The management library, which identifies devices by their bus addresses.
const Library *watch() {
    static const Library library("libnvidia-ml.so.1");
    static const bool is_ready = library.call("nvmlInit_v2");
    return is_ready ? &library : nullptr;
}

void observe(int device, gyrus_gpu *gpu) {
    struct Memory {
        unsigned long long total, free, used;
    } memory{};
    struct Rates {
        unsigned int gpu, memory;
    } rates{};
    char bus[32] = "";
    void *handle = nullptr;
    const auto *library = watch();
    if (!library || !driver().call("cuDeviceGetPCIBusId", bus, int(sizeof bus), device)
        || !library->call("nvmlDeviceGetHandleByPciBusId_v2", static_cast<const char *>(bus), &handle))
        return;
    if (library->call("nvmlDeviceGetMemoryInfo", handle, &memory)) gpu->free_memory = memory.free;
    if (library->call("nvmlDeviceGetUtilizationRates", handle, &rates)) gpu->utilization = int32_t(rates.gpu);
}

/// The number in the first line of a file, or after a word; 0 if there is none.
uint64_t number(const char *file, const std::string &word = "") {
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line))
        if (line.compare(0, word.size(), word) == 0) return std::strtoull(line.c_str() + word.size(), nullptr, 10);
    return 0;
}

}  // namespace

gyrus_memory gyrus_machine_memory(void) {
    gyrus_memory memory{
        number("/proc/meminfo", "MemTotal:") << 10, number("/proc/meminfo", "MemAvailable:") << 10};
    // "max", which reads as 0, if the group has no limit.
    if (const auto most = number("/sys/fs/cgroup/memory.max")) {
        const auto used = number("/sys/fs/cgroup/memory.current");
        memory.total = std::min(memory.total, most);
        memory.free = std::min(memory.free, most - std::min(most, used));
    }
    return memory;
}

int32_t gyrus_gpu_count(void) {
    int count = 0;
    return is_ready() && driver().call("cuDeviceGetCount", &count) ? count : 0;
}

bool gyrus_gpu_describe(int32_t index, gyrus_gpu *gpu) {
    std::memset(gpu, 0, sizeof *gpu);
    gpu->utilization = -1;
    int device = 0;
    size_t memory = 0;
    if (!is_ready() || !driver().call("cuDeviceGet", &device, int(index))
        || !driver().call("cuDeviceGetName", gpu->name, int(sizeof gpu->name - 1), device)
        || !driver().call("cuDeviceTotalMem_v2", &memory, device))
        return false;
    gpu->memory = memory;
    observe(device, gpu);
    return true;
}
