// The C++ side of the opaque handles. Included by CTorch.cpp only: every file that includes libtorch costs 14 s to build.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/subgraph_rewrite.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "CTorch.h"
#include "Kernels.h"

namespace gyrus {

namespace jit = torch::jit;

/// A tensor with what a view of it points to.
struct Entry {
    std::string name;
    std::vector<int64_t> shape;
    at::Tensor tensor;

    Entry(std::string name, at::Tensor tensor)
        : name(std::move(name)), shape(tensor.sizes().vec()), tensor(std::move(tensor)) {}

    gyrus_tensor_view view() const {
        return {name.c_str(), shape.data(), int64_t(shape.size()), tensor.numel(), tensor.data_ptr<float>()};
    }
};

/// A message for the caller.
inline void report(char **error, const std::string &message) noexcept {
    if (error) *error = strdup(message.c_str());
}

/// Runs the body of a C function; an exception becomes a message and the value for failure.
template <class Result, class Body>
Result guarded(char **error, Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const c10::Error &exception) {
        report(error, exception.what_without_backtrace());
    } catch (const std::exception &exception) {
        report(error, exception.what());
    } catch (...) {
        report(error, "an exception of unknown type");
    }
    return failed;
}

/// The loss is no finite number.
struct Diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Rounds tiny numbers to zero while it lives: weights that fade away would otherwise slow every operation down.
struct DenormalsAreZero {
    DenormalsAreZero() { at::globalContext().setFlushDenormal(true); }
    ~DenormalsAreZero() { at::globalContext().setFlushDenormal(false); }
};

/// Runs steps of a training; a loss that is no finite number has a status of its own.
template <class Body>
gyrus_status training(char **error, Body body) noexcept {
    return guarded(error, GYRUS_FAILED, [&] {
        try {
            at::AutoGradMode gradients(true);
            DenormalsAreZero denormals;
            body();
            return GYRUS_OK;
        } catch (const Diverged &exception) {
            report(error, exception.what());
            return GYRUS_DIVERGED;
        }
    });
}

}  // namespace gyrus

/// A module with its tensors, and its `forward` as the interpreter runs it.
struct gyrus_network {
    torch::jit::Module module;
    std::vector<gyrus::Entry> tensors;
    std::vector<std::string> inputs;
    std::unique_ptr<torch::jit::Code> code;
    /// `constrained`, which gives the output and what is added to the loss; null where nothing constrains the network.
    std::unique_ptr<torch::jit::Code> constrained;
    bool has_dropout = false;

    explicit gyrus_network(torch::jit::Module made) : module(std::move(made)) {}

    void prepare();
    at::Tensor forward(const std::vector<at::Tensor> &values, bool is_training);
    /// The outputs where there is a list of them.
    std::vector<at::Tensor> values(const std::vector<at::Tensor> &inputs, bool is_training);
    /// The output in training mode, and what is added to the loss, undefined where nothing is.
    std::pair<at::Tensor, at::Tensor> train(const std::vector<at::Tensor> &values);

private:
    torch::jit::Stack run(const torch::jit::Code &code, const std::vector<at::Tensor> &values, bool is_training);
};

/// Weights that one optimizer changes, with its state.
struct gyrus_slot {
    at::Tensor weight, first, second;
    int kind = 0;
    double learning_rate = 0, weight_decay = 0, momentum = 0;
};

/// What holds on to what a network knew: a teacher, or weights that matter.
struct gyrus_retention {
    gyrus_network *teacher = nullptr;
    at::Tensor classes;
    double share = 0, temperature = 1, stiffness = 0;
    /// One for each slot; empty where no weights are held.
    std::vector<at::Tensor> anchors, importance;

    at::Tensor loss(const std::vector<at::Tensor> &inputs, const at::Tensor &answers) const;
    void pull(size_t slot, const at::Tensor &weight, at::Tensor &gradient) const;
};

/// What a mini-batch came to.
struct gyrus_outcome {
    at::Tensor loss;
    int64_t correct = 0, samples = 0;
};

/// What a mini-batch teaches where it is more than its labels as they are.
struct gyrus_lesson {
    virtual ~gyrus_lesson() = default;
    virtual gyrus_outcome outcome(
        gyrus_trainer &trainer, const gyrus_samples &samples, const int32_t *order, int64_t first,
        int64_t count) const = 0;
};

struct gyrus_trainer {
    gyrus_network *network = nullptr;
    gyrus_retention retention;
    /// Null for labels as they are.
    std::unique_ptr<gyrus_lesson> lesson;
    std::vector<gyrus_slot> slots;
    std::vector<gyrus::Entry> state;
    int64_t step = 0;
    gyrus_schedule schedule{};
    uint64_t seed = 0;

    /// The output in training mode, and what is added to the loss. Dropout depends on seed and step alone.
    std::pair<at::Tensor, at::Tensor> forward(const std::vector<at::Tensor> &values);
    /// Runs a computation. Dropout draws from the process's one generator, so a network that has any holds it meanwhile and
    /// seeds it by step and name: what is drawn depends on neither earlier steps nor other networks.
    template <class Body> auto drawing(const std::string &name, Body body) {
        std::unique_lock<std::mutex> lock(generator(), std::defer_lock);
        if (network->has_dropout) {
            lock.lock();
            at::manual_seed(gyrus::Sequence(seed + uint64_t(step), name.c_str()).next());
        }
        return body();
    }
    void update();
    /// Computes the gradients of a mini-batch.
    void backward(
        const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, gyrus_progress &progress);
    /// Moves the gradients of all weights out, one after the other.
    void take_gradient(float *values);

private:
    static std::mutex &generator();
    /// What the learning rates of the step under way are multiplied by.
    double rate() const;
    /// What its gradients are multiplied by, so that they are not too long.
    double shortening() const;
};
