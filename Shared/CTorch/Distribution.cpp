#define USE_C10D_GLOO

#include "Distribution.h"

#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <atomic>
#include <set>
#include <thread>

#include "Rendezvous.h"
#include "Network.h"

using namespace gyrus;

// MARK: - Flat vectors

int64_t gyrus_trainer_parameter_count(const gyrus_trainer *trainer) {
    int64_t count = 0;
    for (const auto &slot : trainer->slots) count += slot.weight.numel();
    return count;
}

void gyrus_trainer_read(const gyrus_trainer *trainer, float *values) {
    for (const auto &slot : trainer->slots) {
        copy_out(slot.weight, values);
        values += slot.weight.numel();
    }
}

void gyrus_trainer_write(gyrus_trainer *trainer, const float *values) {
    for (auto &slot : trainer->slots) {
        copy_in(slot.weight, values);
        values += slot.weight.numel();
    }
}

void gyrus_trainer::take_gradient(float *values) {
    for (auto &slot : slots) {
        if (slot.weight.grad().defined())
            copy_out(slot.weight.grad(), values);
        else
            std::fill(values, values + slot.weight.numel(), 0.0f);
        slot.weight.mutable_grad().reset();
        values += slot.weight.numel();
    }
}

bool gyrus_trainer_apply(gyrus_trainer *trainer, const float *gradient, char **error) {
    return guarded(error, false, [&] {
        const Computing computing(trainer->network->place);
        DenormalsAreZero denormals;
        for (auto &slot : trainer->slots) {
            auto part = at::empty_like(slot.weight.detach());
            copy_in(part, gradient);
            slot.weight.mutable_grad() = part;
            gradient += part.numel();
        }
        trainer->update();
        return true;
    });
}

// MARK: - Groups

struct gyrus_store {
    /// Of rank 0.
    std::unique_ptr<RendezvousServer> server;
    uint16_t port;
    c10::intrusive_ptr<RendezvousStore> store;
};

struct gyrus_group {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;

    explicit gyrus_group(c10::intrusive_ptr<c10d::ProcessGroupGloo> group) : group(std::move(group)) {}

    bool is_given_up() const { return given_up; }
    void give_up();
    /// Starts summing a part of a vector, and keeps its memory until the sum has ended.
    c10::intrusive_ptr<c10d::Work> sum(const at::Tensor &part);
    /// Waits for a sum, or until it is abandoned.
    void finish_sum(c10d::Work &work) const;
    /// Waits for bytes to be received or sent, or until the transfer is abandoned.
    void finish_transfer(const c10::intrusive_ptr<c10d::Work> &work);

private:
    std::atomic<bool> given_up{false};
    std::mutex mutex;
    /// The operations being waited for.
    std::set<c10::intrusive_ptr<c10d::Work>> transfers;
};

struct gyrus_sum {
    gyrus_group *group;
    at::Tensor values;
    std::vector<c10::intrusive_ptr<c10d::Work>> buckets;
};

namespace {

/// Number of values per bucket: 4 MiB are enough to fill a connection, and few enough that buckets overlap.
constexpr int64_t largest_bucket = 1 << 20;
/// Minimum number of values in a bucket of gradients: smaller ones cost more in messages than they hide.
constexpr int64_t least_gradients = 1 << 16;
/// Statistics that travel with gradients: loss, right answers, samples.
constexpr int64_t statistic_count = 3;

std::chrono::milliseconds milliseconds(double seconds) { return std::chrono::milliseconds(int64_t(seconds * 1000)); }

[[noreturn]] void abandon() { throw std::runtime_error("waiting for the other workers was abandoned"); }

}  // namespace

c10::intrusive_ptr<c10d::Work> gyrus_group::sum(const at::Tensor &part) {
    std::vector<at::Tensor> parts{part};
    return group->allreduce(parts);
}

void gyrus_group::finish_sum(c10d::Work &work) const {
    // A sum cannot be interrupted, but the wait for it can.
    while (!work.isCompleted()) {
        if (given_up) abandon();
        try {
            work.wait(std::chrono::seconds(1));
        } catch (...) {
            // The sum has not failed; the wait has timed out.
            if (!work.isCompleted()) continue;
            throw;
        }
    }
    work.wait();
}

void gyrus_group::finish_transfer(const c10::intrusive_ptr<c10d::Work> &work) {
    {
        const std::lock_guard<std::mutex> lock(mutex);
        if (given_up) abandon();
        transfers.insert(work);
    }
    const auto forget = [&] {
        const std::lock_guard<std::mutex> lock(mutex);
        transfers.erase(work);
    };
    bool is_done = false;
    try {
        is_done = work->wait();
    } catch (...) {
        forget();
        throw;
    }
    forget();
    if (!is_done) abandon();
}

void gyrus_group::give_up() {
    given_up = true;
    const std::lock_guard<std::mutex> lock(mutex);
    for (const auto &work : transfers) work->abort();
}

gyrus_store *gyrus_store_create(const char *host, uint16_t port, bool is_server, double seconds, char **error) {
    return guarded<gyrus_store *>(error, nullptr, [&] {
        auto server = is_server ? std::make_unique<RendezvousServer>(host) : nullptr;
        if (server) port = server->port();
        auto store = c10::make_intrusive<RendezvousStore>(host, port, milliseconds(seconds));
        return new gyrus_store{std::move(server), port, std::move(store)};
    });
}

uint16_t gyrus_store_port(const gyrus_store *store) { return store->port; }
void gyrus_store_free(gyrus_store *store) { delete store; }

gyrus_group *gyrus_group_create(
    gyrus_store *store, const char *name, const char *host, int32_t rank, int32_t size, double seconds, char **error) {
    return guarded<gyrus_group *>(error, nullptr, [&] {
        auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(seconds));
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(host));
        options->threads = 1;
        auto names = c10::make_intrusive<c10d::PrefixStore>(name, store->store);
        auto group = c10::make_intrusive<c10d::ProcessGroupGloo>(names, rank, size, options);
        // By then, the last worker has read the addresses of all others, and the server may go.
        group->barrier()->wait();
        return new gyrus_group{std::move(group)};
    });
}

void gyrus_group_give_up(gyrus_group *group) { group->give_up(); }

void gyrus_group_free(gyrus_group *group) {
    if (!group->is_given_up()) return delete group;
    // Its destructor waits for abandoned sums, in which other workers may never take part.
    std::thread([group] { delete group; }).detach();
}

gyrus_sum *gyrus_group_sum(gyrus_group *group, const float *values, int64_t count, char **error) {
    return guarded<gyrus_sum *>(error, nullptr, [&] {
        auto sum = std::make_unique<gyrus_sum>();
        sum->group = group;
        sum->values = at::empty({count}, at::kFloat);
        std::memcpy(sum->values.data_ptr<float>(), values, size_t(count) * sizeof(float));
        for (int64_t first = 0; first < count; first += largest_bucket)
            sum->buckets.push_back(group->sum(sum->values.narrow(0, first, std::min(largest_bucket, count - first))));
        return sum.release();
    });
}

bool gyrus_sum_finish(gyrus_sum *sum, float *values, char **error) {
    return guarded(error, false, [&] {
        for (const auto &work : sum->buckets) sum->group->finish_sum(*work);
        std::memcpy(values, sum->values.data_ptr<float>(), size_t(sum->values.numel()) * sizeof(float));
        return true;
    });
}

void gyrus_sum_free(gyrus_sum *sum) { delete sum; }

// MARK: - Gradients

struct gyrus_gradient_sum {
    gyrus_gradient_sum(gyrus_trainer *trainer, gyrus_group *group);
    ~gyrus_gradient_sum();

    void begin(
        const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, float weight,
        gyrus_progress &progress);
    gyrus_progress finish();
    void step();
    const gyrus_trainer &owner() const { return *trainer; }
    int64_t bytes() const { return values.numel() * int64_t(sizeof(float)); }

private:
    /// Values that are summed together: gradients of neighbors, as soon as all of them are available.
    struct Bucket {
        int64_t first = 0, count = 0, slots = 0, missing = 0;
        c10::intrusive_ptr<c10d::Work> work;
    };
    struct Hook {
        std::shared_ptr<torch::autograd::Node> node;
        uintptr_t key;
    };

    gyrus_trainer *trainer;
    gyrus_group *group;
    /// Statistics, then the gradients of all slots.
    at::Tensor values;
    std::vector<int64_t> offsets;
    /// In the order in which the backward pass reaches them; the last one has the statistics.
    std::vector<Bucket> buckets;
    std::vector<size_t> bucket_of;
    std::vector<Hook> hooks;
    float weight = 0;
    size_t begun = 0;
    bool is_open = false;

    void take(size_t slot);
    void begin_next();
};

gyrus_gradient_sum::gyrus_gradient_sum(gyrus_trainer *trainer, gyrus_group *group) : trainer(trainer), group(group) {
    TORCH_CHECK(!trainer->network->place.scales_loss(), "gradients of fp16 cannot be summed; use bf16");
    trainer->is_whole = true;
    const auto &slots = trainer->slots;
    int64_t end = statistic_count;
    for (const auto &slot : slots) {
        offsets.push_back(end);
        end += slot.weight.numel();
    }
    values = at::zeros({end}, at::kFloat);
    bucket_of.resize(slots.size());
    Bucket bucket;
    for (size_t i = slots.size(); i-- > 0;) {
        bucket.slots++;
        bucket_of[i] = buckets.size();
        bucket.first = i == 0 ? 0 : offsets[i];
        bucket.count = end - bucket.first;
        if (i > 0 && bucket.count < least_gradients) continue;
        buckets.push_back(bucket);
        end = bucket.first;
        bucket = Bucket();
    }
    for (size_t i = 0; i < slots.size(); i++) {
        auto node = torch::autograd::impl::grad_accumulator(slots[i].weight);
        using Variables = torch::autograd::variable_list;
        const auto key = node->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
            [this, i](const Variables &outputs, const Variables &) {
                if (is_open) take(i);
                return outputs;
            }));
        hooks.push_back({std::move(node), key});
    }
}

gyrus_gradient_sum::~gyrus_gradient_sum() {
    for (const auto &hook : hooks) hook.node->del_post_hook(hook.key);
    trainer->is_whole = false;
}

void gyrus_gradient_sum::take(size_t slot) {
    auto &tensor = trainer->slots[slot].weight;
    values.narrow(0, offsets[slot], tensor.numel()).view(tensor.sizes()).copy_(tensor.grad()).mul_(weight);
    tensor.mutable_grad().reset();
    buckets[bucket_of[slot]].missing--;
    // All workers start them in the same order. The last one waits for the statistics.
    while (begun + 1 < buckets.size() && buckets[begun].missing == 0) begin_next();
}

void gyrus_gradient_sum::begin_next() {
    auto &bucket = buckets[begun++];
    bucket.work = group->sum(values.narrow(0, bucket.first, bucket.count));
}

void gyrus_gradient_sum::begin(
    const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, float weight,
    gyrus_progress &progress) {
    this->weight = weight;
    for (auto &bucket : buckets) bucket.missing = bucket.slots;
    begun = 0;
    // A weight that does not affect the loss has no gradient, and a worker without samples has no gradients at all.
    values.zero_();
    try {
        is_open = true;
        if (count > 0) trainer->backward(samples, order, first, count, progress);
    } catch (const Diverged &) {
        // The others wait for this worker's part, and learn of the failure from the statistics.
        progress.loss_sum = NAN;
        progress.samples += count;
    } catch (...) {
        is_open = false;
        throw;
    }
    is_open = false;
    float *statistics = values.data_ptr<float>();
    statistics[0] = float(progress.loss_sum);
    statistics[1] = float(progress.correct);
    statistics[2] = float(progress.samples);
    while (begun < buckets.size()) begin_next();
}

gyrus_progress gyrus_gradient_sum::finish() {
    for (const auto &bucket : buckets) group->finish_sum(*bucket.work);
    const float *statistics = values.data_ptr<float>();
    gyrus_progress progress{};
    progress.loss_sum = statistics[0];
    progress.correct = int64_t(statistics[1]);
    progress.samples = int64_t(statistics[2]);
    return progress;
}

void gyrus_gradient_sum::step() {
    for (size_t i = 0; i < offsets.size(); i++) {
        auto &weight = trainer->slots[i].weight;
        weight.mutable_grad() =
            values.narrow(0, offsets[i], weight.numel()).view(weight.sizes()).to(weight.device());
    }
    trainer->update();
}

gyrus_gradient_sum *gyrus_gradient_sum_create(gyrus_trainer *trainer, gyrus_group *group, char **error) {
    return guarded<gyrus_gradient_sum *>(error, nullptr, [&] { return new gyrus_gradient_sum(trainer, group); });
}

void gyrus_gradient_sum_free(gyrus_gradient_sum *sum) { delete sum; }

int64_t gyrus_gradient_sum_bytes(const gyrus_gradient_sum *sum) { return sum->bytes(); }

gyrus_status gyrus_gradient_sum_begin(
    gyrus_gradient_sum *sum, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float weight, gyrus_progress *progress, char **error) {
    return training(sum->owner(), error, [&] { sum->begin(*samples, order, first, count, weight, *progress); });
}

bool gyrus_gradient_sum_finish(gyrus_gradient_sum *sum, gyrus_progress *progress, char **error) {
    return guarded(error, false, [&] {
        *progress = sum->finish();
        return true;
    });
}

bool gyrus_gradient_sum_step(gyrus_gradient_sum *sum, char **error) {
    return guarded(error, false, [&] {
        const Computing computing(sum->owner().network->place);
        DenormalsAreZero denormals;
        sum->step();
        return true;
    });
}

// MARK: - From one to another

struct gyrus_transfer {
    gyrus_group *group;
    c10::intrusive_ptr<c10d::Work> work;
};

gyrus_transfer *gyrus_group_send(
    gyrus_group *group, void *bytes, int64_t count, int32_t to, int32_t tag, char **error) {
    return guarded<gyrus_transfer *>(error, nullptr, [&] {
        std::vector<at::Tensor> values{at::from_blob(bytes, {count}, at::kByte)};
        return new gyrus_transfer{group, group->group->send(values, to, tag)};
    });
}

gyrus_transfer *gyrus_group_receive(
    gyrus_group *group, void *bytes, int64_t count, int32_t from, int32_t tag, char **error) {
    return guarded<gyrus_transfer *>(error, nullptr, [&] {
        std::vector<at::Tensor> values{at::from_blob(bytes, {count}, at::kByte)};
        return new gyrus_transfer{group, group->group->recv(values, from, tag)};
    });
}

bool gyrus_transfer_finish(gyrus_transfer *transfer, char **error) {
    const std::unique_ptr<gyrus_transfer> owned(transfer);
    return guarded(error, false, [&] {
        owned->group->finish_transfer(owned->work);
        return true;
    });
}

void gyrus_transfer_free(gyrus_transfer *transfer) { delete transfer; }
