#include "Attention.h"

#include "Network.h"

using namespace gyrus;

/// Weights of all members side by side, so that one product computes them all: column `(member × heads + head) ×
/// head_width`.
struct gyrus_attention {
    int64_t heads, head_width, members;
    at::Tensor query, key, evidence;
    std::vector<at::Tensor> start;
    std::vector<Entry> tensors;

    int64_t rows() const { return heads * members; }

    /// Logarithms of the heads' weights: [lists][models][members × heads].
    at::Tensor log_weights(
        const at::Tensor &scenarios, const at::Tensor &models, const at::Tensor &given, const at::Tensor &absent) const {
        const int64_t lists = models.size(0), count = models.size(1);
        const auto queries = scenarios.matmul(query).view({lists, 1, rows(), head_width});
        const auto keys = models.matmul(key).view({lists, count, rows(), head_width});
        const auto fit = (queries * keys).sum(3) / std::sqrt(double(head_width)) + given.matmul(evidence);
        return fit.masked_fill(absent.unsqueeze(2), -1e9).log_softmax(1);
    }
};

namespace {

/// Lists of different lengths in one tensor of each kind.
struct Lists {
    at::Tensor scenarios, models, evidence, targets, absent;

    Lists(const gyrus_attention &attention, const std::vector<const gyrus_attention_list *> &lists, bool with_targets) {
        const int64_t widths[] = {
            attention.query.size(0), attention.key.size(0), attention.evidence.size(0)};
        const int64_t count = int64_t(lists.size());
        int64_t longest = 1;
        for (const auto list : lists) longest = std::max(longest, list->count);
        scenarios = at::empty({count, widths[0]}, at::kFloat);
        models = at::zeros({count, longest, widths[1]}, at::kFloat);
        evidence = at::zeros({count, longest, widths[2]}, at::kFloat);
        targets = at::zeros({count, longest}, at::kFloat);
        absent = at::ones({count, longest}, at::kBool);
        for (int64_t i = 0; i < count; i++) {
            const auto &list = *lists[size_t(i)];
            copy(scenarios[i], list.scenario, widths[0]);
            copy(models[i], list.models, list.count * widths[1]);
            copy(evidence[i], list.evidence, list.count * widths[2]);
            if (with_targets) copy(targets[i], list.targets, list.count);
            absent[i].narrow(0, 0, list.count).fill_(false);
        }
    }

    static void copy(const at::Tensor &to, const float *from, int64_t count) {
        std::memcpy(to.data_ptr<float>(), from, size_t(count) * sizeof(float));
    }
};

/// How much each member weights each list: exponential weights with mean 1, a Bayesian bootstrap.
at::Tensor shares(const gyrus_attention &attention, const std::vector<const gyrus_attention_list *> &lists) {
    auto shares = at::empty({int64_t(lists.size()), attention.members}, at::kFloat);
    float *next = shares.data_ptr<float>();
    for (const auto list : lists) {
        Sequence sequence(list->key, "bootstrap");
        for (int64_t i = 0; i < attention.members; i++)
            *next++ = -std::log((double(sequence.next() >> 11) + 0.5) * 0x1p-53);
    }
    return shares;
}

at::Tensor ranking_loss(const gyrus_attention &attention, const std::vector<const gyrus_attention_list *> &lists) {
    const Lists batch(attention, lists, true);
    const auto logs = attention.log_weights(batch.scenarios, batch.models, batch.evidence, batch.absent);
    const auto members = logs.view({logs.size(0), logs.size(1), attention.members, attention.heads});
    const auto mixed = at::logsumexp(members, {3}) - std::log(double(attention.heads));
    const auto losses = -(batch.targets.unsqueeze(2) * mixed).sum(1);
    return (losses * shares(attention, lists)).mean();
}

/// The lists of one step: new lists, and others drawn from all.
std::vector<const gyrus_attention_list *> draw(
    const gyrus_attention_list *lists, int64_t count, const gyrus_attention_training &training, Sequence &sequence) {
    std::vector<const gyrus_attention_list *> drawn;
    const int64_t fresh = std::min({training.fresh, count, std::max<int64_t>(1, training.batch / 2)});
    for (int64_t i = 0; i < fresh; i++) drawn.push_back(&lists[sequence.next() % uint64_t(training.fresh)]);
    const int64_t size = std::min(training.batch, count);
    while (int64_t(drawn.size()) < size) drawn.push_back(&lists[sequence.next() % uint64_t(count)]);
    return drawn;
}

}  // namespace

gyrus_attention *gyrus_attention_create(const gyrus_attention_plan *plan, char **error) {
    return guarded<gyrus_attention *>(error, nullptr, [&] {
        auto attention = std::make_unique<gyrus_attention>();
        attention->heads = plan->heads;
        attention->head_width = plan->head_width;
        attention->members = plan->members;
        const int64_t columns = attention->rows() * plan->head_width;
        const auto make = [&](const char *name, int64_t height, int64_t width) {
            auto tensor = at::empty({height, width}, at::kFloat);
            Sequence(plan->seed, name).fill(
                tensor.data_ptr<float>(), tensor.numel(), 0, float(1 / std::sqrt(double(height))));
            return tensor;
        };
        attention->query = make("query", plan->scenario_width, columns);
        attention->key = make("key", plan->model_width, columns);
        attention->evidence = make("evidence", plan->evidence_width, attention->rows()).mul_(0.1);
        for (int64_t i = 0; i < plan->evidence_width; i++) attention->evidence[i].add_(plan->prior[i]);
        attention->tensors = {
            {"query", attention->query}, {"key", attention->key}, {"evidence", attention->evidence}};
        for (auto &entry : attention->tensors) attention->start.push_back(entry.tensor.clone());
        return attention.release();
    });
}

void gyrus_attention_free(gyrus_attention *attention) { delete attention; }
int64_t gyrus_attention_tensor_count(const gyrus_attention *attention) { return int64_t(attention->tensors.size()); }
gyrus_tensor_view gyrus_attention_tensor(const gyrus_attention *attention, int64_t index) {
    return attention->tensors[size_t(index)].view();
}

gyrus_status gyrus_attention_learn(
    gyrus_attention *attention, const gyrus_attention_list *lists, int64_t count, const gyrus_attention_training *training,
    double *loss, char **error) {
    return guarded(error, GYRUS_FAILED, [&] {
        at::AutoGradMode gradients(true);
        Sequence sequence(training->seed, "lesson");
        std::vector<at::Tensor> first, second;
        for (auto &entry : attention->tensors) {
            entry.tensor.set_requires_grad(true);
            first.push_back(at::zeros(entry.shape, at::kFloat));
            second.push_back(at::zeros(entry.shape, at::kFloat));
        }
        double sum = 0;
        int64_t counted = 0;
        for (int64_t step = 1; step <= training->steps; step++) {
            const auto value = ranking_loss(*attention, draw(lists, count, *training, sequence));
            value.backward();
            if (4 * step > 3 * training->steps) sum += value.item<double>(), counted++;
            const double cosine = 0.5 * (1 + std::cos(M_PI * double(step - 1) / double(training->steps)));
            const OptimizerStep change{training->learning_rate * cosine, 0, 0, step};
            c10::NoGradGuard none;
            for (size_t i = 0; i < attention->tensors.size(); i++) {
                auto &weight = attention->tensors[i].tensor;
                const auto gradient = weight.grad().contiguous();
                weight.lerp_(attention->start[i], training->learning_rate * cosine * training->pull);
                change.adam(
                    weight.data_ptr<float>(), gradient.data_ptr<float>(), first[i].data_ptr<float>(),
                    second[i].data_ptr<float>(), weight.numel(), false);
                weight.mutable_grad().reset();
            }
        }
        for (auto &entry : attention->tensors) entry.tensor.set_requires_grad(false);
        *loss = counted ? sum / double(counted) : 0;
        if (std::isfinite(*loss)) return GYRUS_OK;
        report(error, "the ranking loss became " + std::to_string(*loss));
        return GYRUS_DIVERGED;
    });
}

bool gyrus_attention_attend(
    gyrus_attention *attention, const gyrus_attention_list *list, float *weights, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard no_gradients;
        const Lists one(*attention, {list}, false);
        const auto logs = attention->log_weights(one.scenarios, one.models, one.evidence, one.absent);
        const auto values = logs[0].exp().t().contiguous();
        std::memcpy(weights, values.data_ptr<float>(), size_t(values.numel()) * sizeof(float));
        return true;
    });
}
