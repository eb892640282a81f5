#include "Autoencoder.h"

#include "Network.h"

using namespace gyrus;

namespace {

/// Rows divided by their lengths.
at::Tensor unit_rows(const at::Tensor &rows) { return rows / rows.norm(2, {-1}, true).clamp_min(1e-12); }

}  // namespace

/// Shapes: S slots, N strings, H the size of a point. Token 0 means that the slot is skipped; then the choices of each
/// kind of decision follow, starting with the first kind.
struct gyrus_autoencoder {
    struct Memory {
        std::vector<at::Tensor> weights;

        /// The outputs of all steps, [S][N][H], and the output and cell of the last one, [1][N][H].
        std::tuple<at::Tensor, at::Tensor, at::Tensor> run(
            const at::Tensor &inputs, const at::Tensor &output, const at::Tensor &cell) const {
            return at::lstm(inputs, {output, cell}, weights, true, 1, 0, false, false, false);
        }
    };

    int64_t slots, size, tokens;
    /// The first token of each slot's choices, and the number of its choices.
    std::vector<int64_t> first, options;
    std::vector<int32_t> skips;
    /// [S][tokens − 1]: approximately minus infinity for tokens that are not a choice of the slot.
    at::Tensor mask;
    std::vector<at::Tensor> parameters;
    at::Tensor embedding, hidden, hidden_bias, worth, worth_bias, query, combination, combination_bias, head, head_bias;
    Memory encoder, decoder;

    explicit gyrus_autoencoder(const gyrus_autoencoder_plan &plan)
        : slots(plan.slots), size(plan.size), skips(plan.skips, plan.skips + plan.slots) {
        std::vector<int64_t> starts;
        tokens = 1;
        for (int64_t kind = 0; kind < plan.kind_count; kind++) starts.push_back(tokens), tokens += plan.options[kind];
        mask = at::full({slots, tokens - 1}, -1e9, at::kFloat);
        for (int64_t slot = 0; slot < slots; slot++) {
            const auto kind = size_t(plan.kinds[slot]);
            first.push_back(starts[kind]);
            options.push_back(plan.options[kind]);
            mask[slot].narrow(0, starts[kind] - 1, plan.options[kind]).zero_();
        }
        const auto add = [&](const char *name, std::vector<int64_t> shape, double bound) {
            auto tensor = at::empty(shape, at::kFloat);
            Sequence(plan.seed, name).fill(tensor.data_ptr<float>(), tensor.numel(), 0, float(bound));
            parameters.push_back(tensor);
            return tensor;
        };
        const double bound = 1 / std::sqrt(double(size));
        embedding = add("embedding", {tokens, plan.embedding}, 0.5);
        encoder.weights = {
            add("encoder input", {4 * size, plan.embedding}, bound), add("encoder output", {4 * size, size}, bound),
            add("encoder input bias", {4 * size}, bound), add("encoder output bias", {4 * size}, bound)};
        decoder.weights = {
            add("decoder input", {4 * size, plan.embedding}, bound), add("decoder output", {4 * size, size}, bound),
            add("decoder input bias", {4 * size}, bound), add("decoder output bias", {4 * size}, bound)};
        hidden = add("hidden", {size, size}, bound);
        hidden_bias = add("hidden bias", {size}, 0);
        worth = add("worth", {size, 1}, bound);
        worth_bias = add("worth bias", {1}, 0);
        query = add("query", {size, size}, bound);
        combination = add("combination", {2 * size, size}, bound);
        combination_bias = add("combination bias", {size}, 0);
        head = add("head", {size, tokens - 1}, bound);
        head_bias = add("head bias", {tokens - 1}, 0);
    }

    /// The tokens of strings, [S][N].
    at::Tensor tokens_of(const int32_t *strings, int64_t count) const {
        auto result = at::empty({slots, count}, at::kLong);
        auto token = result.accessor<int64_t, 2>();
        for (int64_t string = 0; string < count; string++)
            for (int64_t slot = 0; slot < slots; slot++) {
                const auto choice = strings[string * slots + slot];
                TORCH_CHECK(choice < options[size_t(slot)], "slot ", slot, " has no choice ", choice);
                token[slot][string] = choice < 0 ? 0 : first[size_t(slot)] + choice;
            }
        return result;
    }

    // MARK: Parts

    at::Tensor embedded(const at::Tensor &tokens) const { return at::embedding(embedding, tokens); }

    /// The outputs of all steps, each of length 1: [S][N][H].
    at::Tensor encode(const at::Tensor &tokens) const {
        const auto zeros = at::zeros({tokens.size(1), size}, at::kFloat).unsqueeze(0);
        return unit_rows(std::get<0>(encoder.run(embedded(tokens), zeros, zeros)));
    }

    /// The mean of the outputs, of length 1: [N][H].
    static at::Tensor point(const at::Tensor &outputs) { return unit_rows(outputs.sum(0)); }

    /// The predicted worth of points: [N].
    at::Tensor predict(const at::Tensor &point) const {
        const auto inner = at::addmm(hidden_bias, point, hidden).tanh();
        return at::addmm(worth_bias, inner, worth).sigmoid().squeeze(1);
    }

    /// Logarithms of the probabilities of tokens, from states of the decoder [T][N][H] that attend to outputs of the
    /// encoder, for the slots of the mask [T][tokens − 1]: [N][T][tokens − 1].
    at::Tensor logarithms(const at::Tensor &states, const at::Tensor &outputs, const at::Tensor &mask) const {
        const auto state = states.transpose(0, 1), memory = outputs.transpose(0, 1);
        const auto attention = state.matmul(query).bmm(memory.transpose(1, 2)).softmax(2);
        const auto seen = at::cat({attention.bmm(memory), state}, 2);
        const auto shown = (seen.matmul(combination) + combination_bias).tanh();
        return (shown.matmul(head) + head_bias + mask).log_softmax(2);
    }

    /// The joint loss of tokens [S][N] and worths [N]: λ times the squared error of the prediction and 1 − λ times the
    /// improbability of the string (Luo et al. 2018).
    at::Tensor loss(const at::Tensor &tokens, const at::Tensor &worths, double tradeoff) const {
        const auto outputs = encode(tokens);
        const auto center = point(outputs);
        const auto squared = (predict(center) - worths).square().mean();
        const auto before = at::cat({at::zeros({1, tokens.size(1)}, at::kLong), tokens.narrow(0, 0, slots - 1)}, 0);
        const auto start = center.unsqueeze(0);
        const auto states = std::get<0>(decoder.run(embedded(before), start, start));
        const auto logs = logarithms(states, outputs, mask);
        const auto chosen = tokens.t().unsqueeze(2);
        const auto known = (chosen > 0).to(at::kFloat);
        const auto improbability = -(logs.gather(2, (chosen - 1).clamp_min(0)) * known).mean();
        return tradeoff * squared + (1 - tradeoff) * improbability;
    }

    // MARK: Use

    /// Decodes strings, taking the most probable choice, from points and from the outputs whose means they are.
    void read(const at::Tensor &outputs, int32_t *strings) const {
        const auto count = outputs.size(1);
        auto output = point(outputs).unsqueeze(0), cell = output;
        auto before = at::zeros({1, count}, at::kLong);
        std::vector<int64_t> next(size_t(count), 0);
        for (int64_t slot = 0; slot < slots; slot++) {
            at::Tensor states;
            std::tie(states, output, cell) = decoder.run(embedded(before), output, cell);
            const auto best = logarithms(states, outputs, mask.narrow(0, slot, 1)).argmax(2);
            for (int64_t string = 0; string < count; string++) {
                const bool is_skipped = next[size_t(string)] != slot;
                const auto token = best.data_ptr<int64_t>()[string] + 1;
                const auto choice = int32_t(token - first[size_t(slot)]);
                strings[string * slots + slot] = is_skipped ? -1 : choice;
                before.data_ptr<int64_t>()[string] = is_skipped ? 0 : token;
                if (!is_skipped) next[size_t(string)] = choice == 0 ? skips[size_t(slot)] : slot + 1;
            }
        }
    }
};

gyrus_autoencoder *gyrus_autoencoder_create(const gyrus_autoencoder_plan *plan, char **error) {
    return guarded<gyrus_autoencoder *>(error, nullptr, [&] { return new gyrus_autoencoder(*plan); });
}

void gyrus_autoencoder_free(gyrus_autoencoder *model) { delete model; }

gyrus_status gyrus_autoencoder_learn(
    gyrus_autoencoder *model, const int32_t *strings, const float *worths, int64_t count,
    const gyrus_autoencoder_training *training, char **error) {
    return computing(Place(), error, [&] {
        at::AutoGradMode gradients(true);
        DenormalsAreZero denormals;
        const auto all = model->tokens_of(strings, count);
        const auto targets = at::from_blob(const_cast<float *>(worths), {count}, at::kFloat);
        std::vector<at::Tensor> first, second;
        for (auto &parameter : model->parameters) {
            parameter.set_requires_grad(true);
            first.push_back(at::zeros_like(parameter));
            second.push_back(at::zeros_like(parameter));
        }
        for (int64_t step = 0; step < training->steps; step++) {
            const auto chosen = at::from_blob(
                const_cast<int32_t *>(training->order) + step * training->batch, {training->batch}, at::kInt);
            const auto value = model->loss(
                all.index_select(1, chosen), targets.index_select(0, chosen), training->tradeoff);
            const double loss = value.item<double>();
            if (!std::isfinite(loss)) throw Diverged("the joint loss became " + std::to_string(loss));
            value.backward();
            c10::NoGradGuard none;
            double length = 0;
            for (auto &parameter : model->parameters) length += parameter.grad().square().sum().item<double>();
            length = std::sqrt(length);
            if (!std::isfinite(length)) throw Diverged("the gradient became " + std::to_string(length));
            const OptimizerStep change{training->learning_rate, 0, 0, step + 1};
            for (size_t i = 0; i < model->parameters.size(); i++) {
                auto &parameter = model->parameters[i];
                auto gradient = parameter.grad().contiguous();
                if (length > training->longest_gradient) gradient = gradient * (training->longest_gradient / length);
                change.adam(
                    parameter.data_ptr<float>(), gradient.data_ptr<float>(), first[i].data_ptr<float>(),
                    second[i].data_ptr<float>(), parameter.numel(), false);
                parameter.mutable_grad().reset();
            }
        }
        for (auto &parameter : model->parameters) parameter.set_requires_grad(false);
    });
}

bool gyrus_autoencoder_predict(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *worths, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard no_gradients;
        const auto values = model->predict(model->point(model->encode(model->tokens_of(strings, count)))).contiguous();
        std::memcpy(worths, values.data_ptr<float>(), size_t(count) * sizeof(float));
        return true;
    });
}

bool gyrus_autoencoder_points(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, float *points, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard no_gradients;
        const auto values = model->point(model->encode(model->tokens_of(strings, count))).contiguous();
        std::memcpy(points, values.data_ptr<float>(), size_t(values.numel()) * sizeof(float));
        return true;
    });
}

bool gyrus_autoencoder_read(
    gyrus_autoencoder *model, const int32_t *strings, int64_t count, double step, int32_t *read, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard no_gradients;
        auto outputs = model->encode(model->tokens_of(strings, count));
        if (step > 0) {
            auto start = outputs.detach().set_requires_grad(true);
            at::AutoGradMode gradients(true);
            model->predict(model->point(start)).sum().backward();
            c10::NoGradGuard none;
            outputs = unit_rows(outputs + step * start.grad());
        }
        model->read(outputs, read);
        return true;
    });
}
