// A mini-batch of samples as tensors.
#pragma once

#include "Network.h"

namespace gyrus {

/// Stored rows of a modality that become values only on the device.
struct Rows {
    /// Sample numbers, each the index of a row.
    static at::Tensor gather(const gyrus_modality &modality, const std::vector<int64_t> &chosen, const Place &place) {
        int64_t width = 1;
        for (int64_t i = 0; i < modality.rank; i++) width *= modality.shape[i];
        auto rows = at::empty(
            {int64_t(chosen.size()), width}, at::TensorOptions(type(modality)).pinned_memory(!place.is_cpu()));
        const size_t bytes = size_t(width) * rows.element_size();
        auto *to = static_cast<char *>(rows.data_ptr());
        for (const auto sample : chosen) {
            std::memcpy(
                to, static_cast<const char *>(modality.rows) + size_t(modality.indices[sample]) * bytes, bytes);
            to += bytes;
        }
        return rows.to(place.device, rows.scalar_type(), /* non_blocking */ true);
    }

    /// The values of rows that are on the device.
    static at::Tensor values(const at::Tensor &rows, const gyrus_modality &modality, const Place &place) {
        std::vector<int64_t> shape{rows.size(0)};
        shape.insert(shape.end(), modality.shape, modality.shape + modality.rank);
        auto values = rows.to(at::kFloat);
        if (modality.channels == 1) {
            values = values.mul(modality.scales[0]).add_(modality.offsets[0]);
        } else {
            const auto of_channels = [&](const float *numbers) {
                return at::from_blob(const_cast<float *>(numbers), {1, modality.channels, 1}, at::kFloat)
                    .to(place.device);
            };
            values = values.view({rows.size(0), modality.channels, -1})
                         .mul(of_channels(modality.scales))
                         .add_(of_channels(modality.offsets));
        }
        return place.take(values.view(shape));
    }

private:
    static at::ScalarType type(const gyrus_modality &modality) {
        switch (modality.element) {
        case GYRUS_UINT8: return at::kByte;
        case GYRUS_FLOAT16: return at::kHalf;
        case GYRUS_INT32: return at::kInt;
        default: return at::kFloat;
        }
    }
};

/// Samples in stored form on a device, so that mini-batches are gathered there.
struct Shelf {
    std::vector<at::Tensor> rows;
    at::Tensor wanted;

    Shelf(const gyrus_samples &samples, const Place &place);
};

/// A mini-batch: one tensor per input, and the correct answers.
struct Batch {
    std::vector<at::Tensor> values;
    /// Class numbers, or rows of numbers.
    at::Tensor wanted;
    gyrus_loss how;
    int64_t outputs;
    Place place;

    /// The samples `order[first] …`, or `first …` if there is no order.
    Batch(
        const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, const Place &place,
        const Shelf *shelf = nullptr)
        : how(samples.loss), outputs(samples.outputs), place(place) {
        std::vector<int64_t> chosen(size_t(count), 0);
        for (int64_t i = 0; i < count; i++) chosen[size_t(i)] = order ? order[first + i] : first + i;
        if (shelf) {
            take(*shelf, samples, chosen);
            return;
        }
        for (int64_t m = 0; m < samples.modality_count; m++) {
            const auto &modality = samples.modalities[m];
            values.push_back(
                place.is_exact ? gather(modality, chosen)
                               : Rows::values(Rows::gather(modality, chosen, place), modality, place));
        }
        wanted = answers(samples, chosen).to(place.device);
    }

    /// A part of another mini-batch.
    Batch(const Batch &whole, int64_t first, int64_t count)
        : wanted(whole.wanted.narrow(0, first, count)), how(whole.how), outputs(whole.outputs), place(whole.place) {
        for (const auto &each : whole.values) values.push_back(each.narrow(0, first, count));
    }

    int64_t count() const { return wanted.size(0); }

    /// The mean loss of the samples, or its sum. Several outputs of a sample count as their mean, and class weights are
    /// not normalized, so that parts of a mini-batch add up to the whole.
    at::Tensor loss(const at::Tensor &answers, at::Reduction::Reduction reduction = at::Reduction::Mean) const {
        TORCH_CHECK(
            answers.dim() == 2 && answers.size(0) == count() && answers.size(1) == outputs, "the network returns ",
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

    /// Number of samples that a network answers correctly; undefined if answers are neither right nor wrong.
    at::Tensor correct(const at::Tensor &answers) const {
        const auto given = answers.detach();
        switch (how.kind) {
        case GYRUS_CROSS_ENTROPY: return (given.argmax(1) == wanted).sum();
        case GYRUS_BINARY_CROSS_ENTROPY: return ((given > 0) == (wanted > 0.5)).all(1).sum();
        default: return {};
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

    /// The correct answers for samples, in host memory.
    static at::Tensor answers(const gyrus_samples &samples, const std::vector<int64_t> &chosen) {
        const auto count = int64_t(chosen.size());
        if (samples.loss.kind == GYRUS_CROSS_ENTROPY) {
            auto wanted = at::empty({count}, at::kLong);
            for (int64_t i = 0; i < count; i++) wanted.data_ptr<int64_t>()[i] = samples.labels[chosen[size_t(i)]];
            return wanted;
        }
        auto wanted = at::empty({count, samples.outputs}, at::kFloat);
        for (int64_t i = 0; i < count; i++)
            std::memcpy(
                wanted.data_ptr<float>() + i * samples.outputs,
                samples.numbers + chosen[size_t(i)] * samples.outputs, size_t(samples.outputs) * sizeof(float));
        return wanted;
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
    void take(const Shelf &shelf, const gyrus_samples &samples, const std::vector<int64_t> &chosen) {
        const auto places =
            at::from_blob(const_cast<int64_t *>(chosen.data()), {int64_t(chosen.size())}, at::kLong).to(place.device);
        for (int64_t m = 0; m < samples.modality_count; m++)
            values.push_back(
                Rows::values(shelf.rows[size_t(m)].index_select(0, places), samples.modalities[m], place));
        wanted = shelf.wanted.index_select(0, places);
    }

    c10::optional<at::Tensor> weights() const {
        if (!how.weights) return {};
        auto tensor = at::empty({outputs}, at::kFloat);
        std::memcpy(tensor.data_ptr<float>(), how.weights, size_t(outputs) * sizeof(float));
        return tensor.to(place.device);
    }
};

inline Shelf::Shelf(const gyrus_samples &samples, const Place &place) {
    std::vector<int64_t> all(size_t(samples.count), 0);
    for (size_t i = 0; i < all.size(); i++) all[i] = int64_t(i);
    // Page-locked memory of this size would be missing for the rest of the machine.
    for (int64_t m = 0; m < samples.modality_count; m++)
        rows.push_back(Rows::gather(samples.modalities[m], all, Place()).to(place.device));
    wanted = Batch::answers(samples, all).to(place.device);
}

}  // namespace gyrus
