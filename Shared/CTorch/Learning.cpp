#include "Learning.h"

#include "Augmentation.h"
#include "Batch.h"

using namespace gyrus;

namespace {

/// Disables gradients for weights with other name prefixes during its lifetime.
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

Values distorted(const Batch &batch, const Strength &strength, uint64_t seed, const char *name) {
    const auto &values = batch.values;
    Augmenter augmenter(seed, name);
    Values changed;
    for (size_t i = 0; i < values.size(); i++) changed.push_back(augmenter(strength[i], values[i], batch.place));
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

at::Tensor hits(const at::Tensor &answers, const at::Tensor &labels) {
    return (answers.detach().argmax(1) == labels).sum();
}

/// A mini-batch to teach.
struct Signal : gyrus_signal {
    gyrus_signal_plan plan;
    Strength weak, strong;
    std::string only;

    explicit Signal(const gyrus_signal_plan &plan)
        : plan(plan), weak(plan.weak, plan.weak + plan.inputs), strong(plan.strong, plan.strong + plan.inputs),
          only(plan.only ? plan.only : "") {}

    bool adds_up() const override { return plan.kind == GYRUS_LABELS || plan.kind == GYRUS_RECONSTRUCTION; }

    gyrus_outcome outcome(
        gyrus_trainer &trainer, const gyrus_samples &samples, const Batch &batch) const override {
        TORCH_CHECK(
            samples.modality_count == plan.inputs, "the signal is for ", plan.inputs, " inputs, not ",
            samples.modality_count);
        // Parts of a mini-batch are distorted differently, like different mini-batches.
        const uint64_t seed = trainer.seed + uint64_t(trainer.step) + (uint64_t(trainer.part) << 40);
        switch (plan.kind) {
        case GYRUS_LABELS: return labels(trainer, batch, seed);
        case GYRUS_PSEUDO_LABELS: return pseudo_labels(trainer, samples, batch, seed);
        case GYRUS_CONTRAST: return contrast(trainer, batch, seed);
        default: return reconstruction(trainer, batch, seed);
        }
    }

private:
    gyrus_outcome labels(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const auto values = distorted(batch, weak, seed, "weak");
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

    /// FixMatch (Sohn et al. 2020): one pass over samples with labels and over both forms of samples without.
    gyrus_outcome pseudo_labels(
        gyrus_trainer &trainer, const gyrus_samples &samples, const Batch &batch, uint64_t seed) const {
        const int64_t count = batch.count(), known = std::min(plan.labeled, count);
        const auto chosen = some(known, seed);
        const Batch labeled(samples, chosen.data(), 0, known, batch.place, trainer.shelf.get());
        const auto answers = trainer
                                 .forward(joined({
                                     distorted(labeled, weak, seed, "labelled"),
                                     distorted(batch, weak, seed, "weak"),
                                     distorted(batch, strong, seed, "strong"),
                                 }))
                                 .first;
        const auto given = answers.narrow(0, 0, known), asked = answers.narrow(0, known + count, count);
        const auto best = answers.narrow(0, known, count).detach().softmax(1).max(1);
        const auto sure = (std::get<0>(best) >= plan.confidence).to(at::kFloat);
        const auto each = at::cross_entropy_loss(asked, std::get<1>(best), {}, at::Reduction::None);
        const auto loss = labeled.loss(given) + plan.share * (each * sure).mean();
        return {loss, labeled.correct(given), known};
    }

    /// Distinct samples with labels.
    std::vector<int32_t> some(int64_t count, uint64_t seed) const {
        Augmenter random(seed, "choice");
        std::vector<int32_t> all(size_t(plan.labeled), 0);
        for (size_t i = 0; i < all.size(); i++) all[i] = int32_t(i);
        for (int64_t i = 0; i < count; i++) std::swap(all[size_t(i)], all[size_t(i + random.below(plan.labeled - i))]);
        all.resize(size_t(count));
        return all;
    }

    /// SimCLR (Chen et al. 2020): among all other outputs of the mini-batch, a sample's other form must be most
    /// similar.
    gyrus_outcome contrast(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const int64_t count = batch.count();
        const auto outputs = trainer
                                 .forward(joined({
                                     distorted(batch, strong, seed, "one"),
                                     distorted(batch, strong, seed, "other"),
                                 }))
                                 .first;
        const auto directions = outputs / outputs.norm(2, {1}, true).clamp_min(1e-8);
        const auto itself = at::eye(2 * count, outputs.options().dtype(at::kBool));
        const auto likeness = (at::mm(directions, directions.t()) / plan.temperature).masked_fill(itself, -1e9);
        const auto partners = (at::arange(2 * count, outputs.options().dtype(at::kLong)) + count).remainder(2 * count);
        return {at::cross_entropy_loss(likeness, partners), hits(likeness, partners).floor_divide(2), count};
    }

    gyrus_outcome reconstruction(gyrus_trainer &trainer, const Batch &batch, uint64_t seed) const {
        const auto restored = trainer.forward(distorted(batch, strong, seed, "strong")).first;
        Values wanted;
        for (const auto &values : batch.values) wanted.push_back(values.flatten(1));
        return {at::mse_loss(restored, at::cat(wanted, 1)), at::Tensor(), batch.count()};
    }
};

}  // namespace

bool gyrus_trainer_learn(gyrus_trainer *trainer, const gyrus_signal_plan *plan, char **error) {
    return guarded(error, false, [&] {
        trainer->signal = std::make_unique<Signal>(*plan);
        return true;
    });
}
