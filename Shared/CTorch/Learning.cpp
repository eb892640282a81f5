#include "Learning.h"

#include "Batch.h"

using namespace gyrus;

namespace {

/// Changes samples at random; equal seeds change them equally.
class Augmenter {
public:
    Augmenter(uint64_t seed, const char *name) : random(seed, name) {}

    at::Tensor operator()(const gyrus_augmentation &how, const at::Tensor &values) {
        auto changed = values.dim() == 4 ? moved(how, values) : values.clone();
        const int64_t count = changed.size(0), size = changed.numel() / std::max<int64_t>(1, count);
        std::vector<float> noise(size_t(size), 0);
        for (int64_t i = 0; i < count; i++) {
            float *sample = changed.data_ptr<float>() + i * size;
            const float scale = 1 + within(how.contrast), shift = within(how.brightness);
            if (how.noise > 0) random.fill(noise.data(), size, 0, how.noise);
            for (int64_t k = 0; k < size; k++) sample[k] = sample[k] * scale + shift + noise[size_t(k)];
            if (values.dim() == 4) hide(how, sample, values.size(1), values.size(2), values.size(3));
        }
        return changed;
    }

    int64_t below(int64_t limit) { return int64_t(random.next() % uint64_t(limit)); }

private:
    Sequence random;

    float within(float bound) {
        float value;
        random.fill(&value, 1, 0, bound);
        return value;
    }

    /// Pictures seen through a random affine map; what lies beyond the border is like the border.
    at::Tensor moved(const gyrus_augmentation &how, const at::Tensor &values) {
        auto maps = at::empty({values.size(0), 2, 3}, at::kFloat);
        for (int64_t i = 0; i < values.size(0); i++) {
            float *map = maps.data_ptr<float>() + 6 * i;
            const float angle = within(how.rotation), shear = within(how.shear);
            const float width = 1 + within(how.width), height = 1 + within(how.height);
            map[0] = std::cos(angle) * width;
            map[1] = -std::sin(angle) * width + shear;
            map[2] = 2 * within(how.across);
            map[3] = std::sin(angle) * height;
            map[4] = std::cos(angle) * height;
            map[5] = 2 * within(how.along);
            if (how.flips && within(1) < 0)
                for (int k = 0; k < 3; k++) map[k] = -map[k];
        }
        const auto grid = at::affine_grid_generator(maps, values.sizes(), false);
        // 0 is bilinear, 1 repeats the border.
        return at::grid_sampler(values, grid, 0, 1, false).contiguous();
    }

    /// Sets bands and a square to 0, the mean.
    void hide(const gyrus_augmentation &how, float *sample, int64_t channels, int64_t rows, int64_t columns) {
        if (how.row_band > 0) clear(sample, channels, rows, columns, span(how.row_band, rows), {0, columns});
        if (how.column_band > 0) clear(sample, channels, rows, columns, {0, rows}, span(how.column_band, columns));
        if (how.hole > 0) {
            const auto height = std::max<int64_t>(1, int64_t(how.hole * float(rows)));
            const auto width = std::max<int64_t>(1, int64_t(how.hole * float(columns)));
            const auto top = below(rows - height + 1), left = below(columns - width + 1);
            clear(sample, channels, rows, columns, {top, top + height}, {left, left + width});
        }
    }

    using Span = std::pair<int64_t, int64_t>;

    Span span(float share, int64_t count) {
        const auto length = below(int64_t(share * float(count)) + 1);
        const auto first = below(count - length + 1);
        return {first, first + length};
    }

    static void clear(float *sample, int64_t channels, int64_t rows, int64_t columns, Span vertical, Span horizontal) {
        for (int64_t c = 0; c < channels; c++)
            for (int64_t y = vertical.first; y < vertical.second; y++) {
                float *row = sample + (c * rows + y) * columns;
                std::fill(row + horizontal.first, row + horizontal.second, 0.0f);
            }
    }
};

/// No gradients for weights whose names begin otherwise, while it lives.
class Frozen {
public:
    Frozen(gyrus_network &network, const std::string &only) {
        for (auto &entry : network.tensors)
            if (entry.tensor.requires_grad() && entry.name.compare(0, only.size(), only) != 0) {
                entry.tensor.set_requires_grad(false);
                held.push_back(entry.tensor);
            }
    }
    ~Frozen() {
        for (auto &tensor : held) tensor.set_requires_grad(true);
    }

private:
    std::vector<at::Tensor> held;
};

using Values = std::vector<at::Tensor>;
using Strength = std::vector<gyrus_augmentation>;

Values distorted(const Values &values, const Strength &strength, uint64_t seed, const char *name) {
    Augmenter augmenter(seed, name);
    Values changed;
    for (size_t i = 0; i < values.size(); i++) changed.push_back(augmenter(strength[i], values[i]));
    return changed;
}

Values joined(const std::vector<Values> &parts) {
    Values all;
    for (size_t i = 0; i < parts[0].size(); i++) {
        std::vector<at::Tensor> column;
        for (const auto &part : parts) column.push_back(part[i]);
        all.push_back(at::cat(column));
    }
    return all;
}

int64_t hits(const at::Tensor &answers, const at::Tensor &labels) {
    return (answers.detach().argmax(1) == labels).sum().item<int64_t>();
}

/// A mini-batch that is to be taught.
struct Lesson : gyrus_lesson {
    gyrus_lesson_plan plan;
    Strength weak, strong;
    std::string only;

    explicit Lesson(const gyrus_lesson_plan &plan)
        : plan(plan), weak(plan.weak, plan.weak + plan.inputs), strong(plan.strong, plan.strong + plan.inputs),
          only(plan.only ? plan.only : "") {}

    gyrus_outcome outcome(
        gyrus_trainer &trainer, const gyrus_samples &samples, const int32_t *order, int64_t first,
        int64_t count) const override {
        TORCH_CHECK(
            samples.modality_count == plan.inputs, "the lesson is for ", plan.inputs, " inputs, not ",
            samples.modality_count);
        const Batch batch(samples, order, first, count);
        const uint64_t seed = trainer.seed + uint64_t(trainer.step);
        switch (plan.kind) {
        case GYRUS_LABELS: return labels(trainer, batch, seed);
        case GYRUS_PSEUDO_LABELS: return pseudo_labels(trainer, samples, batch, seed);
        case GYRUS_CONTRAST: return contrast(trainer, batch, seed);
        default: return reconstruction(trainer, batch, seed);
        }
    }

private:
    gyrus_outcome labels(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const auto values = distorted(batch.values, weak, seed, "weak");
        at::Tensor answers, penalty;
        if (only.empty()) {
            std::tie(answers, penalty) = trainer.forward(values);
        } else {
            const Frozen frozen(*trainer.network, only);
            answers = trainer.network->forward(values, false);
        }
        const auto loss = batch.loss(answers);
        return {penalty.defined() ? loss + penalty : loss, batch.correct(answers), batch.count()};
    }

    /// FixMatch (Sohn et al. 2020): one pass over samples with labels and both forms of those without.
    gyrus_outcome pseudo_labels(
        gyrus_trainer &trainer, const gyrus_samples &samples, const Batch &batch, uint64_t seed) const {
        const int64_t count = batch.count(), known = std::min(plan.labelled, count);
        const auto chosen = some(known, seed);
        const Batch labelled(samples, chosen.data(), 0, known);
        const auto answers = trainer
                                 .forward(joined({
                                     distorted(labelled.values, weak, seed, "labelled"),
                                     distorted(batch.values, weak, seed, "weak"),
                                     distorted(batch.values, strong, seed, "strong"),
                                 }))
                                 .first;
        const auto given = answers.narrow(0, 0, known), asked = answers.narrow(0, known + count, count);
        const auto best = answers.narrow(0, known, count).detach().softmax(1).max(1);
        const auto sure = (std::get<0>(best) >= plan.confidence).to(at::kFloat);
        const auto each = at::cross_entropy_loss(asked, std::get<1>(best), {}, at::Reduction::None);
        const auto loss = labelled.loss(given) + plan.share * (each * sure).mean();
        return {loss, labelled.correct(given), known};
    }

    /// Different ones of the samples with labels.
    std::vector<int32_t> some(int64_t count, uint64_t seed) const {
        Augmenter random(seed, "choice");
        std::vector<int32_t> all(size_t(plan.labelled), 0);
        for (size_t i = 0; i < all.size(); i++) all[i] = int32_t(i);
        for (int64_t i = 0; i < count; i++) std::swap(all[size_t(i)], all[size_t(i + random.below(plan.labelled - i))]);
        all.resize(size_t(count));
        return all;
    }

    /// SimCLR (Chen et al. 2020): among all other outputs of the mini-batch, a sample's other form is the most alike.
    gyrus_outcome contrast(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const int64_t count = batch.count();
        const auto outputs = trainer
                                 .forward(joined({
                                     distorted(batch.values, strong, seed, "one"),
                                     distorted(batch.values, strong, seed, "other"),
                                 }))
                                 .first;
        const auto directions = outputs / outputs.norm(2, {1}, true).clamp_min(1e-8);
        const auto itself = at::eye(2 * count, at::kBool);
        const auto likeness = (at::mm(directions, directions.t()) / plan.temperature).masked_fill(itself, -1e9);
        const auto partners = (at::arange(2 * count, at::kLong) + count).remainder(2 * count);
        return {at::cross_entropy_loss(likeness, partners), hits(likeness, partners) / 2, count};
    }

    gyrus_outcome reconstruction(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const auto restored = trainer.forward(distorted(batch.values, strong, seed, "strong")).first;
        Values wanted;
        for (const auto &values : batch.values) wanted.push_back(values.flatten(1));
        return {at::mse_loss(restored, at::cat(wanted, 1)), 0, batch.count()};
    }
};

}  // namespace

bool gyrus_trainer_learn(gyrus_trainer *trainer, const gyrus_lesson_plan *plan, char **error) {
    return guarded(error, false, [&] {
        trainer->lesson = std::make_unique<Lesson>(*plan);
        return true;
    });
}
