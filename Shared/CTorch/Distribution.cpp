#define USE_C10D_GLOO

#include "Distribution.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

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
        std::memcpy(values, slot.weight.data_ptr<float>(), size_t(slot.weight.numel()) * sizeof(float));
        values += slot.weight.numel();
    }
}

void gyrus_trainer_write(gyrus_trainer *trainer, const float *values) {
    for (auto &slot : trainer->slots) {
        std::memcpy(slot.weight.data_ptr<float>(), values, size_t(slot.weight.numel()) * sizeof(float));
        values += slot.weight.numel();
    }
}

void gyrus_trainer::take_gradient(float *values) {
    for (auto &slot : slots) {
        const size_t size = size_t(slot.weight.numel()) * sizeof(float);
        if (slot.weight.grad().defined())
            std::memcpy(values, slot.weight.grad().contiguous().data_ptr<float>(), size);
        else
            std::memset(values, 0, size);
        slot.weight.mutable_grad().reset();
        values += slot.weight.numel();
    }
}

bool gyrus_trainer_apply(gyrus_trainer *trainer, const float *gradient, char **error) {
    return guarded(error, false, [&] {
        DenormalsAreZero denormals;
        for (auto &slot : trainer->slots) {
            auto part = at::empty(slot.weight.sizes(), at::kFloat);
            std::memcpy(part.data_ptr<float>(), gradient, size_t(part.numel()) * sizeof(float));
            slot.weight.mutable_grad() = part;
            gradient += part.numel();
        }
        trainer->update();
        return true;
    });
}

// MARK: - Groups

struct gyrus_store {
    c10::intrusive_ptr<c10d::TCPStore> store;
};

struct gyrus_group {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
};

struct gyrus_sum {
    std::vector<c10::intrusive_ptr<c10d::Work>> buckets;
};

namespace {

/// Values of a bucket: 4 MiB are enough to fill a connection, and few enough that buckets overlap.
constexpr int64_t bucket = 1 << 20;

std::chrono::milliseconds milliseconds(double seconds) { return std::chrono::milliseconds(int64_t(seconds * 1000)); }

}  // namespace

gyrus_store *gyrus_store_create(const char *host, uint16_t port, bool is_server, double seconds, char **error) {
    return guarded<gyrus_store *>(error, nullptr, [&] {
        c10d::TCPStoreOptions options;
        options.port = port;
        options.isServer = is_server;
        options.waitWorkers = false;
        options.timeout = milliseconds(seconds);
        return new gyrus_store{c10::make_intrusive<c10d::TCPStore>(host, options)};
    });
}

uint16_t gyrus_store_port(const gyrus_store *store) { return store->store->getPort(); }
void gyrus_store_free(gyrus_store *store) { delete store; }

gyrus_group *gyrus_group_create(
    gyrus_store *store, const char *name, const char *host, int32_t rank, int32_t size, double seconds, char **error) {
    return guarded<gyrus_group *>(error, nullptr, [&] {
        auto options = c10d::ProcessGroupGloo::Options::create(milliseconds(seconds));
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(host));
        options->threads = 1;
        auto names = c10::make_intrusive<c10d::PrefixStore>(name, store->store);
        return new gyrus_group{c10::make_intrusive<c10d::ProcessGroupGloo>(names, rank, size, options)};
    });
}

void gyrus_group_free(gyrus_group *group) { delete group; }

gyrus_sum *gyrus_group_sum(gyrus_group *group, float *values, int64_t count, char **error) {
    return guarded<gyrus_sum *>(error, nullptr, [&] {
        auto sum = std::make_unique<gyrus_sum>();
        for (int64_t first = 0; first < count; first += bucket) {
            std::vector<at::Tensor> part{at::from_blob(values + first, {std::min(bucket, count - first)}, at::kFloat)};
            sum->buckets.push_back(group->group->allreduce(part));
        }
        return sum.release();
    });
}

bool gyrus_sum_finish(gyrus_sum *sum, char **error) {
    const std::unique_ptr<gyrus_sum> owned(sum);
    return guarded(error, false, [&] {
        for (const auto &work : owned->buckets) work->wait();
        return true;
    });
}

// MARK: - From one to another

struct gyrus_transfer {
    c10::intrusive_ptr<c10d::Work> work;
};

gyrus_transfer *gyrus_group_send(
    gyrus_group *group, void *bytes, int64_t count, int32_t to, int32_t tag, char **error) {
    return guarded<gyrus_transfer *>(error, nullptr, [&] {
        std::vector<at::Tensor> values{at::from_blob(bytes, {count}, at::kByte)};
        return new gyrus_transfer{group->group->send(values, to, tag)};
    });
}

gyrus_transfer *gyrus_group_receive(
    gyrus_group *group, void *bytes, int64_t count, int32_t from, int32_t tag, char **error) {
    return guarded<gyrus_transfer *>(error, nullptr, [&] {
        std::vector<at::Tensor> values{at::from_blob(bytes, {count}, at::kByte)};
        return new gyrus_transfer{group->group->recv(values, from, tag)};
    });
}

bool gyrus_transfer_finish(gyrus_transfer *transfer, char **error) {
    const std::unique_ptr<gyrus_transfer> owned(transfer);
    return guarded(error, false, [&] {
        owned->work->wait();
        return true;
    });
}

void gyrus_transfer_free(gyrus_transfer *transfer) { delete transfer; }
