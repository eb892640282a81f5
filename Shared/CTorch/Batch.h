// A mini-batch of samples as tensors.
#pragma once

#include "Network.h"

namespace gyrus {
namespace {

/// A mini-batch: one tensor for each input, and the labels.
struct Batch {
    std::vector<at::Tensor> values;
    at::Tensor labels;

    /// The samples `order[first] …`, or `first …` where there is no order.
    Batch(const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count) {
        std::vector<int64_t> chosen(size_t(count), 0);
        for (int64_t i = 0; i < count; i++) chosen[size_t(i)] = order ? order[first + i] : first + i;
        for (int64_t m = 0; m < samples.modality_count; m++) values.push_back(gather(samples.modalities[m], chosen));
        labels = at::empty({count}, at::kLong);
        for (int64_t i = 0; i < count; i++) labels.data_ptr<int64_t>()[i] = samples.labels[chosen[size_t(i)]];
    }

    /// Samples that a network answers right; `answers` are its outputs.
    int64_t correct(const at::Tensor &answers) const {
        const auto values = answers.detach().contiguous();
        int64_t count = 0;
        for (int64_t i = 0; i < labels.numel(); i++) count += answer(values, i) == labels.data_ptr<int64_t>()[i];
        return count;
    }

    /// Adds a network's outputs to the confusion matrix (row = truth) and their losses to `loss_sum`.
    void score(const at::Tensor &values, int64_t classes, int64_t *confusion, double *loss_sum) const {
        *loss_sum += at::cross_entropy_loss(values, labels, {}, at::Reduction::Sum).item<double>();
        for (int64_t i = 0; i < labels.numel(); i++)
            confusion[labels.data_ptr<int64_t>()[i] * classes + answer(values, i)]++;
    }

    /// The class with the largest output of a row.
    static int64_t answer(const at::Tensor &values, int64_t row) {
        const float *first = values.data_ptr<float>() + row * values.size(1);
        return std::max_element(first, first + values.size(1)) - first;
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
        default: return scale(static_cast<const float *>(modality.rows) + row * count, modality, to, count);
        }
    }

    template <class Element>
    static void scale(const Element *from, const gyrus_modality &modality, float *to, int64_t count) {
        for (int64_t i = 0; i < count; i++) to[i] = float(from[i]) * modality.scale + modality.offset;
    }
};

}  // namespace
}  // namespace gyrus
