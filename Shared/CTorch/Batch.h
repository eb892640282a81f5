// A mini-batch of samples as tensors.
#pragma once

#include "Network.h"

namespace gyrus {
namespace {

/// A mini-batch: one tensor for each input, and what is right.
struct Batch {
    std::vector<at::Tensor> values;
    /// Numbers of classes, or rows of numbers.
    at::Tensor wanted;
    gyrus_loss how;
    int64_t outputs;

    /// The samples `order[first] …`, or `first …` where there is no order.
    Batch(const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count)
        : how(samples.loss), outputs(samples.outputs) {
        std::vector<int64_t> chosen(size_t(count), 0);
        for (int64_t i = 0; i < count; i++) chosen[size_t(i)] = order ? order[first + i] : first + i;
        for (int64_t m = 0; m < samples.modality_count; m++) values.push_back(gather(samples.modalities[m], chosen));
        if (how.kind == GYRUS_CROSS_ENTROPY) {
            wanted = at::empty({count}, at::kLong);
            for (int64_t i = 0; i < count; i++) wanted.data_ptr<int64_t>()[i] = samples.labels[chosen[size_t(i)]];
        } else {
            wanted = at::empty({count, outputs}, at::kFloat);
            for (int64_t i = 0; i < count; i++)
                std::memcpy(
                    wanted.data_ptr<float>() + i * outputs, samples.numbers + chosen[size_t(i)] * outputs,
                    size_t(outputs) * sizeof(float));
        }
    }

    int64_t count() const { return wanted.size(0); }

    /// The mean loss of the samples, or its sum; several outputs of a sample count as their mean, and weights of classes
    /// as they are, so that parts of a mini-batch add up to the whole.
    at::Tensor loss(const at::Tensor &answers, at::Reduction::Reduction reduction = at::Reduction::Mean) const {
        TORCH_CHECK(
            answers.dim() == 2 && answers.size(0) == count() && answers.size(1) == outputs, "the network gives ",
            answers.sizes(), " for ", count(), " samples with ", outputs, " outputs");
        const auto part = [&](const at::Tensor &sum, int64_t of) {
            return reduction == at::Reduction::Mean ? sum / double(of * count()) : of == 1 ? sum : sum / double(of);
        };
        const bool is_plain = !how.weights && how.smoothing == 0;
        switch (how.kind) {
        case GYRUS_CROSS_ENTROPY:
            if (is_plain) return at::cross_entropy_loss(answers, wanted, {}, reduction);
            return part(
                at::cross_entropy_loss(answers, wanted, weights(), at::Reduction::Sum, -100, how.smoothing), 1);
        case GYRUS_BINARY_CROSS_ENTROPY:
            return part(
                at::binary_cross_entropy_with_logits(answers, wanted, {}, weights(), at::Reduction::Sum), outputs);
        case GYRUS_SQUARED_ERROR: return part(at::mse_loss(answers, wanted, at::Reduction::Sum), outputs);
        case GYRUS_HUBER: return part(at::huber_loss(answers, wanted, at::Reduction::Sum, how.delta), outputs);
        }
        TORCH_CHECK(false, "there is no loss ", int(how.kind));
    }

    /// Samples that a network answers right, where right and wrong is all there is.
    int64_t correct(const at::Tensor &answers) const {
        const auto given = answers.detach();
        switch (how.kind) {
        case GYRUS_CROSS_ENTROPY: return (given.argmax(1) == wanted).sum().item<int64_t>();
        case GYRUS_BINARY_CROSS_ENTROPY: return ((given > 0) == (wanted > 0.5)).all(1).sum().item<int64_t>();
        default: return 0;
        }
    }

    static at::Tensor gather(const gyrus_modality &modality, const std::vector<int64_t> &chosen) {
        std::vector<int64_t> shape{int64_t(chosen.size())};
        shape.insert(shape.end(), modality.shape, modality.shape + modality.rank);
        auto values = at::empty(shape, at::kFloat);
        const int64_t count = chosen.empty() ? 0 : values.numel() / int64_t(chosen.size());
        for (size_t i = 0; i < chosen.size(); i++)
            copy(modality, modality.indices[chosen[i]], values.data_ptr<float>() + int64_t(i) * count, count);
        return values;
    }

    static void copy(const gyrus_modality &modality, int64_t row, float *to, int64_t count) {
        switch (modality.element) {
        case GYRUS_UINT8: return scale(static_cast<const uint8_t *>(modality.rows) + row * count, modality, to, count);
        case GYRUS_FLOAT16: return scale(static_cast<const at::Half *>(modality.rows) + row * count, modality, to, count);
        case GYRUS_INT32: return scale(static_cast<const int32_t *>(modality.rows) + row * count, modality, to, count);
        default: return scale(static_cast<const float *>(modality.rows) + row * count, modality, to, count);
        }
    }

    template <class Element>
    static void scale(const Element *from, const gyrus_modality &modality, float *to, int64_t count) {
        const int64_t size = count / modality.channels;
        for (int64_t c = 0; c < modality.channels; c++, from += size, to += size) {
            const float factor = modality.scales[c], offset = modality.offsets[c];
            for (int64_t i = 0; i < size; i++) to[i] = float(from[i]) * factor + offset;
        }
    }

private:
    c10::optional<at::Tensor> weights() const {
        if (!how.weights) return {};
        auto tensor = at::empty({outputs}, at::kFloat);
        std::memcpy(tensor.data_ptr<float>(), how.weights, size_t(outputs) * sizeof(float));
        return tensor;
    }
};

}  // namespace
}  // namespace gyrus
