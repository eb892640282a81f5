// Where a network computes, and in which precision. Included by files that include libtorch anyway.
#pragma once

#include <ATen/autocast_mode.h>
#include <c10/core/DeviceGuard.h>
#include <torch/version.h>

#include <new>

#include "CTorch.h"

namespace gyrus {

/// A device with the precision of its products.
struct Place {
    at::Device device = at::Device(at::kCPU);
    gyrus_precision precision = GYRUS_FP32;
    /// Whether our own loops are used where available, so that equal trainings give identical bits: 32 bits on a CPU.
    bool is_exact = true;

    Place() = default;
    Place(const gyrus_place &given)
        : device(given.device < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, c10::DeviceIndex(given.device))),
          precision(given.precision),
          is_exact(given.device < 0 && given.precision == GYRUS_FP32 && !given.is_like_device) {}

    bool is_cpu() const { return device.is_cpu(); }
    /// Whether small gradients are scaled so that they fit into 16 bits.
    bool scales_loss() const { return precision == GYRUS_FP16; }
    bool is_half() const { return precision == GYRUS_BF16 || precision == GYRUS_FP16; }

    /// A tensor at this place, in the memory layout that suits its products best.
    at::Tensor take(const at::Tensor &tensor) const {
        const auto here = tensor.to(device, tensor.scalar_type(), /* non_blocking */ true);
        return !is_cpu() && is_half() && here.dim() == 4 ? here.contiguous(at::MemoryFormat::ChannelsLast) : here;
    }
};

/// The scope of computations at a place.
class Computing {
public:
    explicit Computing(const Place &place) {
        if (place.is_cpu()) return;
        guard.reset_device(place.device);
        const bool allows_less = place.precision != GYRUS_FP32;
        at::globalContext().setAllowTF32CuBLAS(allows_less);
        at::globalContext().setAllowTF32CuDNN(allows_less);
        at::globalContext().setBenchmarkCuDNN(true);
    }

private:
    c10::OptionalDeviceGuard guard;
};

/// Makes products compute in 16 bits during its lifetime, if the place says so.
class Autocast {
public:
    explicit Autocast(const Place &place) : is_on(place.is_half()), is_cpu(place.is_cpu()) {
        if (!is_on) return;
        at::autocast::increment_nesting();
        turn(true, place.precision == GYRUS_BF16 ? at::kBFloat16 : at::kHalf);
    }
    ~Autocast() {
        if (!is_on) return;
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
        turn(false, at::kBFloat16);
    }
    Autocast(const Autocast &) = delete;

private:
    const bool is_on, is_cpu;

    void turn(bool on, at::ScalarType type) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
        const auto device = is_cpu ? at::kCPU : at::kCUDA;
        if (on) at::autocast::set_autocast_dtype(device, type);
        at::autocast::set_autocast_enabled(device, on);
#else
        if (on && is_cpu) at::autocast::set_autocast_cpu_dtype(type);
        if (on && !is_cpu) at::autocast::set_autocast_gpu_dtype(type);
        if (is_cpu) at::autocast::set_cpu_enabled(on);
        else at::autocast::set_enabled(on);
#endif
    }
};

/// Whether the exception being caught means that a device's memory, or that of the machine, is full.
inline bool is_out_of_memory(const std::exception &exception) {
    if (dynamic_cast<const std::bad_alloc *>(&exception) || dynamic_cast<const c10::OutOfMemoryError *>(&exception))
        return true;
    return std::string(exception.what()).find("DefaultCPUAllocator: can't allocate memory") != std::string::npos;
}

/// The values of a tensor with any location and layout, in host memory.
inline void copy_out(const at::Tensor &tensor, float *values) {
    at::from_blob(values, tensor.sizes(), at::kFloat).copy_(tensor.detach());
}

/// Sets the values of a tensor.
inline void copy_in(const at::Tensor &tensor, const float *values) {
    c10::NoGradGuard none;
    // The caller's memory is only read.
    tensor.detach().copy_(at::from_blob(const_cast<float *>(values), tensor.sizes(), at::kFloat));
}

}  // namespace gyrus
