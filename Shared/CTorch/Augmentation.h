// Random changes to the samples of a mini-batch. Included only by Learning.cpp.
#pragma once

#include "Batch.h"
#include "Learning.h"

namespace gyrus {

/// Randomly changes samples; equal seeds give equal changes.
class Augmenter {
public:
    Augmenter(uint64_t seed, const char *name) : random(seed, name) {}

    at::Tensor operator()(const gyrus_augmentation &how, const at::Tensor &values, const Place &place) {
        auto changed = values.dim() == 4 ? moved(how, values) : values.clone();
        return place.is_exact ? one_by_one(how, changed) : together(how, changed);
    }

    int64_t below(int64_t limit) { return int64_t(random.next() % uint64_t(limit)); }

private:
    using Span = std::pair<int64_t, int64_t>;

    /// The part of a picture that is set to 0, the mean.
    struct Hidden {
        Span rows{0, 0}, columns{0, 0}, hole_rows{0, 0}, hole_columns{0, 0};
    };

    Sequence random;

    float within(float bound) {
        float value;
        random.fill(&value, 1, 0, bound);
        return value;
    }

    /// Pictures under a random affine map; pixels beyond the border repeat the border.
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
        const auto grid = at::affine_grid_generator(maps.to(values.device()), values.sizes(), false);
        // 0 is bilinear, 1 repeats the border.
        return at::grid_sampler(values, grid, 0, 1, false).contiguous();
    }

    /// On a CPU, sample by sample, while each is in the cache.
    at::Tensor one_by_one(const gyrus_augmentation &how, const at::Tensor &values) {
        const int64_t count = values.size(0), size = values.numel() / std::max<int64_t>(1, count);
        std::vector<float> noise(size_t(size), 0);
        for (int64_t i = 0; i < count; i++) {
            float *sample = values.data_ptr<float>() + i * size;
            const float scale = 1 + within(how.contrast), shift = within(how.brightness);
            if (how.noise > 0) random.fill(noise.data(), size, 0, how.noise);
            for (int64_t k = 0; k < size; k++) sample[k] = sample[k] * scale + shift + noise[size_t(k)];
            if (values.dim() != 4) continue;
            const int64_t channels = values.size(1), rows = values.size(2), columns = values.size(3);
            const auto hidden = hide(how, rows, columns);
            clear(sample, channels, rows, columns, hidden.rows, {0, columns});
            clear(sample, channels, rows, columns, {0, rows}, hidden.columns);
            clear(sample, channels, rows, columns, hidden.hole_rows, hidden.hole_columns);
        }
        return values;
    }

    /// On a device, all samples at once; only the random numbers are sent there.
    at::Tensor together(const gyrus_augmentation &how, at::Tensor values) {
        const int64_t count = values.size(0);
        auto tones = at::empty({2, count}, at::kFloat);
        std::vector<Hidden> hidden;
        for (int64_t i = 0; i < count; i++) {
            tones.data_ptr<float>()[i] = 1 + within(how.contrast);
            tones.data_ptr<float>()[count + i] = within(how.brightness);
            if (values.dim() == 4) hidden.push_back(hide(how, values.size(2), values.size(3)));
        }
        std::vector<int64_t> each(size_t(values.dim()), 1);
        each[0] = count;
        tones = tones.to(values.device());
        values = values.mul(tones[0].view(each)).add_(tones[1].view(each));
        if (how.noise > 0) {
            const std::lock_guard<std::mutex> lock(gyrus_trainer::generator());
            at::manual_seed(random.next());
            values.add_(at::empty_like(values).uniform_(-how.noise, how.noise));
        }
        if (hidden.empty()) return values;
        const auto inside = [&](int64_t dimension, Span Hidden::*span) {
            auto ends = at::empty({2, count, 1, 1, 1}, at::kLong);
            for (int64_t i = 0; i < count; i++) {
                ends.data_ptr<int64_t>()[i] = (hidden[size_t(i)].*span).first;
                ends.data_ptr<int64_t>()[count + i] = (hidden[size_t(i)].*span).second;
            }
            ends = ends.to(values.device());
            std::vector<int64_t> shape(4, 1);
            shape[size_t(dimension)] = values.size(dimension);
            const auto place = at::arange(values.size(dimension), ends.options()).view(shape);
            return (place >= ends[0]).logical_and(place < ends[1]);
        };
        if (how.row_band > 0) values.masked_fill_(inside(2, &Hidden::rows), 0);
        if (how.column_band > 0) values.masked_fill_(inside(3, &Hidden::columns), 0);
        if (how.hole > 0)
            values.masked_fill_(inside(2, &Hidden::hole_rows).logical_and(inside(3, &Hidden::hole_columns)), 0);
        return values;
    }

    Hidden hide(const gyrus_augmentation &how, int64_t rows, int64_t columns) {
        Hidden hidden;
        if (how.row_band > 0) hidden.rows = span(how.row_band, rows);
        if (how.column_band > 0) hidden.columns = span(how.column_band, columns);
        if (how.hole > 0) {
            const auto height = std::max<int64_t>(1, int64_t(how.hole * float(rows)));
            const auto width = std::max<int64_t>(1, int64_t(how.hole * float(columns)));
            const auto top = below(rows - height + 1), left = below(columns - width + 1);
            hidden.hole_rows = {top, top + height};
            hidden.hole_columns = {left, left + width};
        }
        return hidden;
    }

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

}  // namespace gyrus
