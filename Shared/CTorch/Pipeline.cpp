#include "Pipeline.h"

#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <numeric>

#include "Batch.h"

using namespace gyrus;

namespace {

/// Counts bytes of tensors while it is active on the calling thread.
struct Meter : c10::MemoryReportingInfoBase {
    int64_t bytes = 0, peak = 0;

    // Totals are signed before libtorch 2, and unsigned since; they are not used here.
    void reportMemoryUsage(void *, int64_t change, int64_t, int64_t, c10::Device) { count(change); }
    void reportMemoryUsage(void *, int64_t change, size_t, size_t, c10::Device) { count(change); }
    bool memoryProfilingEnabled() const { return true; }

private:
    void count(int64_t change) {
        bytes += change;
        peak = std::max(peak, bytes);
    }
};

/// The scope of every computation of a stage.
struct Surroundings {
    Computing computing;
    at::AutoGradMode gradients;
    DenormalsAreZero denormals;
    c10::DebugInfoGuard counting;

    Surroundings(const Place &place, bool is_training, const std::shared_ptr<Meter> &meter)
        : computing(place), gradients(is_training), counting(c10::DebugInfoKind::PROFILER_STATE, meter) {}
};

/// The values between two stages as one sequence of floats: statistics, marks of each value, the values. Each begins at a
/// multiple of 16 floats, which suits vector loads. Marks record the memory layout of a value, because sums over
/// another order of elements round differently, and whether it depends on no weight, because then it has no gradient.
struct Layout {
    static constexpr int64_t statistics = GYRUS_FRAME_STATISTICS, unit = 16;
    static constexpr int channels_last = 1, without_gradient = 2;
    std::vector<std::vector<int64_t>> shapes;

    Layout(const gyrus_value_shape *values, int64_t count) {
        for (int64_t i = 0; i < count; i++) shapes.emplace_back(values[i].sizes, values[i].sizes + values[i].rank);
    }

    static int64_t whole(int64_t count) { return (count + unit - 1) / unit * unit; }
    static int64_t size(const std::vector<int64_t> &shape, int64_t samples) {
        return std::accumulate(shape.begin(), shape.end(), samples, std::multiplies<int64_t>());
    }
    int64_t head() const { return whole(statistics + int64_t(shapes.size())); }

    int64_t size(int64_t samples) const {
        int64_t sum = head();
        for (const auto &shape : shapes) sum += whole(size(shape, samples));
        return sum;
    }

    void write(const std::vector<at::Tensor> &values, float *frame) const {
        float *place = frame + head();
        for (size_t i = 0; i < shapes.size(); i++) {
            const auto format = values[i].suggest_memory_format();
            const auto dense = values[i].cpu().contiguous(format);
            frame[statistics + int64_t(i)] = float(
                (format == at::MemoryFormat::ChannelsLast ? channels_last : 0)
                + (values[i].requires_grad() ? 0 : without_gradient));
            std::memcpy(place, dense.data_ptr<float>(), size_t(dense.numel()) * sizeof(float));
            place += whole(dense.numel());
        }
    }

    static int marks(const float *frame, size_t value) { return int(frame[statistics + int64_t(value)]); }

    std::vector<at::Tensor> read(const float *frame, int64_t samples, const Place &place) const {
        std::vector<at::Tensor> values;
        const float *from = frame + head();
        for (size_t i = 0; i < shapes.size(); i++) {
            std::vector<int64_t> sizes{samples};
            sizes.insert(sizes.end(), shapes[i].begin(), shapes[i].end());
            const bool is_last = marks(frame, i) & channels_last;
            values.push_back(at::empty(
                sizes, at::kFloat, {}, {}, {}, is_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous));
            std::memcpy(values.back().data_ptr<float>(), from, size_t(values.back().numel()) * sizeof(float));
            from += whole(values.back().numel());
            values.back() = values.back().to(place.device);
        }
        return values;
    }
};

/// A micro-batch between forward and backward.
struct Held {
    std::vector<at::Tensor> received, sent;
    /// Sum of losses, right answers and samples, at the last stage.
    float statistics[Layout::statistics] = {0, 0, 0};
    int64_t samples = 0;
};

}  // namespace

struct gyrus_stage {
    gyrus_trainer *trainer;
    std::string name;
    Layout received, sent;
    bool is_last;
    std::map<int64_t, Held> held;
    std::shared_ptr<Meter> meter = std::make_shared<Meter>();

    const Place &place() const { return trainer->network->place; }

    std::vector<at::Tensor> compute(
        const Batch &batch, const std::vector<at::Tensor> &values, bool is_training) const {
        auto inputs = batch.values;
        inputs.insert(inputs.end(), values.begin(), values.end());
        return trainer->network->values(inputs, is_training);
    }

    std::vector<at::Tensor> values(const float *frame, int64_t samples) const {
        return frame ? received.read(frame, samples, place()) : std::vector<at::Tensor>();
    }

    void forward(int64_t micro_batch, const Batch &batch, int64_t size, const float *frame, float *next) {
        Held held;
        held.samples = batch.count();
        held.received = values(frame, held.samples);
        for (size_t i = 0; i < held.received.size(); i++)
            held.received[i].set_requires_grad(!(Layout::marks(frame, i) & Layout::without_gradient));
        held.sent = trainer->drawing(
            name + std::to_string(micro_batch), [&] { return compute(batch, held.received, true); });
        if (is_last) {
            const auto loss = batch.loss(held.sent[0], at::Reduction::Sum);
            held.statistics[0] = float(loss.item<double>());
            const auto correct = batch.correct(held.sent[0]);
            held.statistics[1] = correct.defined() ? float(correct.item<int64_t>()) : 0;
            held.statistics[2] = float(held.samples);
            held.sent = {loss / double(size)};
        } else {
            sent.write(held.sent, next);
        }
        this->held[micro_batch] = std::move(held);
    }

    void backward(int64_t micro_batch, const float *frame, float *passed, gyrus_progress *progress) {
        auto node = held.extract(micro_batch);
        TORCH_CHECK(!node.empty(), "micro-batch ", micro_batch, " was not computed forward");
        auto &held = node.mapped();
        std::vector<at::Tensor> roots, gradients;
        const auto given = is_last ? std::vector<at::Tensor>{at::Tensor()} : sent.read(frame, held.samples, place());
        for (size_t i = 0; i < held.sent.size(); i++) {
            if (!held.sent[i].requires_grad()) continue;
            roots.push_back(held.sent[i]);
            gradients.push_back(given[i]);
        }
        if (!roots.empty()) torch::autograd::backward(roots, gradients);
        const float *statistics = is_last ? held.statistics : frame;
        progress->loss_sum += statistics[0];
        progress->correct += int64_t(statistics[1]);
        progress->samples += int64_t(statistics[2]);
        if (!passed) return;
        std::vector<at::Tensor> back;
        for (const auto &value : held.received)
            back.push_back(value.grad().defined() ? value.grad() : at::zeros_like(value));
        received.write(back, passed);
        std::memcpy(passed, statistics, sizeof held.statistics);
    }
};

gyrus_stage *gyrus_stage_create(
    gyrus_trainer *trainer, const char *name, const gyrus_value_shape *received, int64_t received_count,
    const gyrus_value_shape *sent, int64_t sent_count, bool is_last, char **error) {
    return guarded<gyrus_stage *>(error, nullptr, [&] {
        return new gyrus_stage{trainer, name, {received, received_count}, {sent, sent_count}, is_last};
    });
}

void gyrus_stage_free(gyrus_stage *stage) { delete stage; }

int64_t gyrus_stage_frame(const gyrus_stage *stage, bool is_sent, int64_t samples) {
    return (is_sent ? stage->sent : stage->received).size(samples);
}

bool gyrus_stage_forward(
    gyrus_stage *stage, int64_t micro_batch, const gyrus_samples *samples, const int32_t *order, int64_t first,
    int64_t count, int64_t batch, const float *received, float *sent, char **error) {
    return guarded(error, false, [&] {
        const Surroundings surroundings(stage->place(), true, stage->meter);
        stage->forward(
            micro_batch, Batch(*samples, order, first, count, stage->place()), batch, received, sent);
        return true;
    });
}

bool gyrus_stage_backward(
    gyrus_stage *stage, int64_t micro_batch, const float *gradient, float *passed, gyrus_progress *progress,
    char **error) {
    return guarded(error, false, [&] {
        const Surroundings surroundings(stage->place(), true, stage->meter);
        stage->backward(micro_batch, gradient, passed, progress);
        return true;
    });
}

bool gyrus_stage_step(gyrus_stage *stage, char **error) {
    return guarded(error, false, [&] {
        const Surroundings surroundings(stage->place(), true, stage->meter);
        stage->trainer->update();
        return true;
    });
}

void gyrus_stage_clear(gyrus_stage *stage) {
    const Surroundings surroundings(stage->place(), true, stage->meter);
    stage->held.clear();
    for (auto &slot : stage->trainer->slots) slot.weight.mutable_grad().reset();
}

bool gyrus_stage_evaluate(
    gyrus_stage *stage, const gyrus_samples *samples, int64_t first, int64_t count, const float *received, float *sent,
    float *outputs, double *loss_sum, char **error) {
    return guarded(error, false, [&] {
        const Surroundings surroundings(stage->place(), false, stage->meter);
        const Batch batch(*samples, nullptr, first, count, stage->place());
        const auto values = stage->compute(batch, stage->values(received, count), false);
        if (!stage->is_last) {
            stage->sent.write(values, sent);
            return true;
        }
        *loss_sum += batch.loss(values[0], at::Reduction::Sum).item<double>();
        copy_out(values[0], outputs);
        return true;
    });
}

int64_t gyrus_stage_bytes(const gyrus_stage *stage) { return stage->meter->bytes; }

int64_t gyrus_stage_take_peak_bytes(gyrus_stage *stage) {
    const int64_t peak = stage->meter->peak;
    stage->meter->peak = stage->meter->bytes;
    return peak;
}
