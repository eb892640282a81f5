// The C++ side of the opaque handles. Included only by CTorch.cpp: every file that includes libtorch costs 14 s to
// build.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/subgraph_rewrite.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>
#include <torch/version.h>

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "CTorch.h"
#include "Kernels.h"
#include "Place.h"

namespace gyrus {

namespace jit = torch::jit;

struct Batch;
struct Shelf;

/// A tensor with the data that a view of it points to.
struct Entry {
    std::string name;
    std::vector<int64_t> shape;
    at::Tensor tensor;

    Entry(std::string name, at::Tensor tensor)
        : name(std::move(name)), shape(tensor.sizes().vec()), tensor(std::move(tensor)) {}

    gyrus_tensor_view view() const {
        return {name.c_str(), shape.data(), int64_t(shape.size()), tensor.numel(), &tensor};
    }
};

/// A message for the caller.
inline void report(char **error, const std::string &message) noexcept {
    if (error) *error = strdup(message.c_str());
}

/// The message of an exception, with the process's limit if memory is full.
inline std::string explained(const std::exception &exception, const char *message) {
    rlimit limit{};
    if (!is_out_of_memory(exception) || getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return message;
    return std::string(message) + "\nThis process may use at most " + std::to_string(limit.rlim_cur >> 20)
        + " MiB of memory, because its file is of unknown origin";
}

/// Runs the body of a C function; an exception becomes a message and the failure value.
template <class Result, class Body>
Result guarded(char **error, Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const c10::Error &exception) {
        report(error, explained(exception, exception.what_without_backtrace()));
    } catch (const std::exception &exception) {
        report(error, explained(exception, exception.what()));
    } catch (...) {
        report(error, "an exception of unknown type");
    }
    return failed;
}

/// The loss is not finite.
struct Diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Rounds tiny numbers to zero during its lifetime: vanishing weights would otherwise slow down every operation.
struct DenormalsAreZero {
    DenormalsAreZero() { at::globalContext().setFlushDenormal(true); }
    ~DenormalsAreZero() { at::globalContext().setFlushDenormal(false); }
};

/// The computation does not fit into memory.
struct Full : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Computes at a place; full memory and a loss that is not finite have their own status.
template <class Body>
gyrus_status computing(const Place &place, char **error, Body body) noexcept {
    return guarded(error, GYRUS_FAILED, [&] {
        try {
            const Computing computing(place);
            body();
            return GYRUS_OK;
        } catch (const Diverged &exception) {
            report(error, exception.what());
            return GYRUS_DIVERGED;
        } catch (const Full &exception) {
            report(error, exception.what());
            return GYRUS_FULL;
        } catch (const std::exception &exception) {
            if (!is_out_of_memory(exception)) throw;
            report(error, exception.what());
            return GYRUS_FULL;
        }
    });
}

}  // namespace gyrus

/// A module with its tensors, and its `forward` as run by the interpreter.
struct gyrus_network {
    torch::jit::Module module;
    std::vector<gyrus::Entry> tensors;
    std::vector<std::string> inputs;
    std::unique_ptr<torch::jit::Code> code;
    /// `constrained`, which returns the output and what is added to the loss; null if nothing constrains the network.
    std::unique_ptr<torch::jit::Code> constrained;
    bool has_dropout = false;
    gyrus::Place place;

    gyrus_network(torch::jit::Module made, const gyrus::Place &place) : module(std::move(made)), place(place) {}

    void prepare();
    at::Tensor forward(const std::vector<at::Tensor> &values, bool is_training);
    /// The outputs, if there is a list of them.
    std::vector<at::Tensor> values(const std::vector<at::Tensor> &inputs, bool is_training);
    /// The output in training mode, and the term that is added to the loss, undefined if there is none.
    std::pair<at::Tensor, at::Tensor> train(const std::vector<at::Tensor> &values);

private:
    torch::jit::Stack run(const torch::jit::Code &code, const std::vector<at::Tensor> &values, bool is_training);
};

/// Weights that one optimizer updates, with its state.
struct gyrus_slot {
    at::Tensor weight, first, second;
    int kind = 0;
    double learning_rate = 0, weight_decay = 0, momentum = 0;
};

/// What preserves a network's knowledge: a teacher, or important weights.
struct gyrus_retention {
    gyrus_network *teacher = nullptr;
    at::Tensor classes;
    double share = 0, temperature = 1, stiffness = 0;
    /// One for each slot; empty if no weights are tied.
    std::vector<at::Tensor> anchors, importance;

    at::Tensor loss(const std::vector<at::Tensor> &inputs, const at::Tensor &answers) const;
    void pull(size_t slot, const at::Tensor &weight, at::Tensor &gradient) const;
};

/// The statistics of a mini-batch.
struct gyrus_outcome {
    at::Tensor loss;
    /// Number of samples; undefined if answers are neither right nor wrong.
    at::Tensor correct;
    int64_t samples = 0;
};

/// Sums over steps, kept on the device until they are requested.
struct gyrus_tally {
    at::Tensor loss, correct;
    int64_t samples = 0;

    void add(const gyrus_outcome &outcome);
    void add(const gyrus_tally &other);
    /// Adds them to the progress, and resets them. The only place where the host waits for the device.
    void settle(gyrus_progress &progress);
};

/// What a mini-batch teaches, if it is more than its unchanged labels.
struct gyrus_signal {
    virtual ~gyrus_signal() = default;
    virtual gyrus_outcome outcome(
        gyrus_trainer &trainer, const gyrus_samples &samples, const gyrus::Batch &batch) const = 0;
    /// Whether consecutive parts of a mini-batch teach the same as the whole.
    virtual bool adds_up() const = 0;
};

struct gyrus_trainer {
    gyrus_network *network = nullptr;
    gyrus_retention retention;
    /// Null for unchanged labels.
    std::unique_ptr<gyrus_signal> signal;
    std::vector<gyrus_slot> slots;
    std::vector<gyrus::Entry> state;
    int64_t step = 0;
    gyrus_schedule schedule{};
    uint64_t seed = 0;
    /// Number of parts in which a mini-batch goes through the network, because it does not fit into memory at once.
    int64_t parts = 1;
    /// The current part.
    int64_t part = 0;
    /// Factor for losses when gradients are 16-bit, and number of steps since it last changed.
    double loss_scale = 1;
    int64_t steady_steps = 0;
    gyrus_tally tally;
    /// Samples that are already on the device; null if they come with each mini-batch.
    std::shared_ptr<gyrus::Shelf> shelf;
    /// In tests, more samples than this at once fail as if memory were full; 0 for any number.
    int64_t most_samples = 0;
    /// Whether mini-batches must not be split, because others take their gradients as they are computed.
    bool is_whole = false;
    /// Threads that gather mini-batches ahead of time.
    int loaders = 0;

    /// The output in training mode, and the term that is added to the loss. Dropout depends only on seed and step.
    std::pair<at::Tensor, at::Tensor> forward(const std::vector<at::Tensor> &values);
    /// Runs a computation. Dropout draws from the process's only generator, so a network with dropout holds it
    /// meanwhile and seeds it by step and name: what is drawn depends neither on earlier steps nor on other networks.
    template <class Body> auto drawing(const std::string &name, Body body) {
        std::unique_lock<std::mutex> lock(generator(), std::defer_lock);
        if (network->has_dropout) {
            lock.lock();
            const auto full = part == 0 ? name : name + " part " + std::to_string(part);
            at::manual_seed(gyrus::Sequence(seed + uint64_t(step), full.c_str()).next());
        }
        return body();
    }
    void update();
    /// Computes the gradients of a mini-batch; in parts if it does not fit into memory, which is found out by trying.
    void backward(const gyrus_samples &samples, const gyrus::Batch &batch);
    /// The same, and settles its statistics.
    void backward(
        const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, gyrus_progress &progress);
    /// Adds the statistics of mini-batches since the last call; throws if their loss is not finite.
    void settle(gyrus_progress &progress);
    /// Moves the gradients of all weights out, one after another.
    void take_gradient(float *values);

    /// Held while drawing from the generator of the process.
    static std::mutex &generator();

private:
    gyrus_tally backward_in_parts(const gyrus_samples &samples, const gyrus::Batch &batch);
    void check_finite(double loss) const;
    void forget_gradients();
    void update_exactly(double rate);
    void update_together(double rate);
    /// Factor for the learning rates of the current step.
    double rate() const;
    /// Factor for its gradients, which limits their norm.
    double shortening() const;
};

namespace gyrus {

/// Runs steps of a training.
template <class Body>
gyrus_status training(const gyrus_trainer &trainer, char **error, Body body) noexcept {
    return computing(trainer.network->place, error, [&] {
        at::AutoGradMode gradients(true);
        DenormalsAreZero denormals;
        body();
    });
}

}  // namespace gyrus
