// The training of a network: what a mini-batch teaches, and how optimizers apply it.
#include <deque>
#include <future>

#include "Batch.h"
#include "Distribution.h"

using namespace gyrus;

// MARK: - Setting up

namespace {

/// Initial factor for losses when gradients are 16-bit.
constexpr double first_scale = 65536;
/// Number of steps without a 16-bit overflow after which the factor doubles.
constexpr int64_t steps_of_a_scale = 2000;

const char *const kinds[] = {"sgd", "adam", "adamw", "rmsprop"};

/// The optimizer with the longest prefix that fits a name; null if none fits.
const gyrus_optimizer *best(const gyrus_optimizer *optimizers, int64_t count, const std::string &name) {
    const gyrus_optimizer *found = nullptr;
    for (int64_t i = 0; i < count; i++) {
        const size_t length = std::strlen(optimizers[i].prefix);
        const bool fits = name.compare(0, length, optimizers[i].prefix) == 0;
        if (fits && (!found || length > std::strlen(found->prefix))) found = &optimizers[i];
    }
    return found;
}

int kind_of(const gyrus_optimizer &optimizer) {
    for (int kind = 0; kind < 4; kind++)
        if (std::strcmp(optimizer.kind, kinds[kind]) == 0) return kind;
    TORCH_CHECK(false, "there is no optimizer '", optimizer.kind, "'; use sgd, adam, adamw or rmsprop");
}

}  // namespace

gyrus_trainer *gyrus_trainer_create(
    gyrus_network *network, const gyrus_optimizer *optimizers, int64_t count, gyrus_schedule schedule,
    uint64_t seed, char **error) {
    return guarded<gyrus_trainer *>(error, nullptr, [&] {
        auto trainer = std::make_unique<gyrus_trainer>();
        trainer->network = network;
        trainer->schedule = schedule;
        trainer->schedule.total_steps = std::max<int64_t>(1, schedule.total_steps);
        trainer->seed = seed;
        if (network->place.scales_loss()) trainer->loss_scale = first_scale;
        for (const auto &entry : network->tensors) {
            if (!entry.tensor.requires_grad()) continue;
            const auto optimizer = best(optimizers, count, entry.name);
            TORCH_CHECK(optimizer, "no optimizer's branch fits the weight '", entry.name, "'; add one for the branch ''");
            gyrus_slot slot;
            slot.weight = entry.tensor;
            slot.kind = kind_of(*optimizer);
            slot.learning_rate = optimizer->learning_rate;
            slot.weight_decay = optimizer->weight_decay;
            slot.momentum = optimizer->momentum;
            slot.first = at::zeros_like(entry.tensor.detach());
            trainer->state.emplace_back("optimizer.first." + entry.name, slot.first);
            if (slot.kind != 0) {
                slot.second = at::zeros_like(entry.tensor.detach());
                trainer->state.emplace_back("optimizer.second." + entry.name, slot.second);
            }
            trainer->slots.push_back(slot);
        }
        return trainer.release();
    });
}

void gyrus_trainer_free(gyrus_trainer *trainer) { delete trainer; }
int64_t gyrus_trainer_step(const gyrus_trainer *trainer) { return trainer->step; }
void gyrus_trainer_set_step(gyrus_trainer *trainer, int64_t step) { trainer->step = step; }
int64_t gyrus_trainer_tensor_count(const gyrus_trainer *trainer) { return int64_t(trainer->state.size()); }
gyrus_tensor_view gyrus_trainer_tensor(const gyrus_trainer *trainer, int64_t index) {
    return trainer->state[size_t(index)].view();
}

bool gyrus_trainer_keep(gyrus_trainer *trainer, const gyrus_samples *samples, char **error) {
    return guarded(error, false, [&] {
        if (trainer->network->place.is_exact) return true;
        trainer->shelf = std::make_shared<Shelf>(*samples, trainer->network->place);
        return true;
    });
}

void gyrus_trainer_set_loaders(gyrus_trainer *trainer, int32_t count) { trainer->loaders = count; }
int64_t gyrus_trainer_parts(const gyrus_trainer *trainer) { return trainer->parts; }
void gyrus_trainer_limit(gyrus_trainer *trainer, int64_t samples) { trainer->most_samples = samples; }

// MARK: - Optimizers

double gyrus_trainer::rate() const {
    const int64_t done = step - 1 - schedule.warm_up_steps;
    if (done < 0) return double(step) / double(schedule.warm_up_steps + 1);
    if (schedule.is_constant) return 1;
    const int64_t all = std::max<int64_t>(1, schedule.total_steps - schedule.warm_up_steps);
    return 0.5 * (1 + std::cos(M_PI * std::min(1.0, double(done) / double(all))));
}

double gyrus_trainer::shortening() const {
    if (schedule.clipping <= 0) return 1;
    double squares = 0;
    for (const auto &slot : slots)
        if (slot.weight.grad().defined()) {
            const double length = slot.weight.grad().norm().item<double>();
            squares += length * length;
        }
    return std::min(1.0, schedule.clipping / (std::sqrt(squares) + 1e-6));
}

void gyrus_trainer::update() {
    step++;
    if (network->place.is_exact) update_exactly(rate());
    else update_together(rate());
}

/// One weight after another, with our own loops.
void gyrus_trainer::update_exactly(double rate) {
    const double factor = shortening();
    for (size_t i = 0; i < slots.size(); i++) {
        auto &slot = slots[i];
        if (!slot.weight.grad().defined()) continue;
        auto gradient = slot.weight.grad().contiguous();
        if (factor < 1) gradient = gradient * factor;
        if (!retention.anchors.empty()) retention.pull(i, slot.weight, gradient);
        const OptimizerStep change{slot.learning_rate * rate, slot.weight_decay, slot.momentum, step};
        float *weight = slot.weight.data_ptr<float>(), *first = slot.first.data_ptr<float>();
        float *second = slot.kind == 0 ? nullptr : slot.second.data_ptr<float>();
        const float *values = gradient.data_ptr<float>();
        const int64_t count = slot.weight.numel();
        switch (slot.kind) {
        case 0: change.sgd(weight, values, first, count); break;
        case 3: change.rmsprop(weight, values, first, second, count); break;
        default: change.adam(weight, values, first, second, count, slot.kind == 2);
        }
        slot.weight.mutable_grad().reset();
    }
}

namespace {

using Tensors = std::vector<at::Tensor>;

/// Weights whose optimizers have equal settings.
struct Together {
    int kind;
    double learning_rate, weight_decay, momentum;
    Tensors weights, gradients, first, second;

    explicit Together(const gyrus_slot &slot)
        : kind(slot.kind), learning_rate(slot.learning_rate), weight_decay(slot.weight_decay), momentum(slot.momentum) {}

    bool has(const gyrus_slot &slot) const {
        return kind == slot.kind && learning_rate == slot.learning_rate && weight_decay == slot.weight_decay
            && momentum == slot.momentum;
    }

    void add(const gyrus_slot &slot, const at::Tensor &gradient) {
        weights.push_back(slot.weight.detach());
        gradients.push_back(gradient);
        first.push_back(slot.first);
        if (slot.second.defined()) second.push_back(slot.second);
    }

    /// One step of all, each operation for all weights at once: the formulas are those of `OptimizerStep`.
    void step(double rate, int64_t step) {
        rate *= learning_rate;
        if (weight_decay > 0 && kind != 2) at::_foreach_add_(gradients, weights, weight_decay);
        switch (kind) {
        case 0:
            at::_foreach_mul_(first, momentum);
            at::_foreach_add_(first, gradients, 1);
            return at::_foreach_add_(weights, first, -rate);
        case 3: {
            at::_foreach_mul_(first, 0.99);
            at::_foreach_addcmul_(first, gradients, gradients, 0.01);
            auto roots = at::_foreach_sqrt(first);
            at::_foreach_add_(roots, 1e-8);
            at::_foreach_mul_(second, momentum);
            at::_foreach_addcdiv_(second, gradients, roots, 1);
            return at::_foreach_add_(weights, second, -rate);
        }
        default:
            at::_foreach_mul_(first, 0.9);
            at::_foreach_add_(first, gradients, 0.1);
            at::_foreach_mul_(second, 0.999);
            at::_foreach_addcmul_(second, gradients, gradients, 0.001);
            if (kind == 2) at::_foreach_mul_(weights, 1 - rate * weight_decay);
            auto roots = at::_foreach_sqrt(second);
            at::_foreach_mul_(roots, 1 / std::sqrt(1 - std::pow(0.999, double(step))));
            at::_foreach_add_(roots, 1e-8);
            at::_foreach_addcdiv_(weights, first, roots, -rate / (1 - std::pow(0.9, double(step))));
        }
    }
};

/// The joint norm of several vectors.
at::Tensor length(const Tensors &vectors) {
    return at::stack(at::_foreach_norm(vectors, 2)).norm();
}

}  // namespace

/// All weights at once, without reading any value: the host continues while the device computes.
void gyrus_trainer::update_together(double rate) {
    c10::NoGradGuard none;
    std::vector<size_t> with;
    Tensors gradients;
    for (size_t i = 0; i < slots.size(); i++)
        if (slots[i].weight.grad().defined()) {
            with.push_back(i);
            gradients.push_back(slots[i].weight.grad());
        }
    if (with.empty()) return;
    if (network->place.scales_loss()) {
        at::_foreach_mul_(gradients, 1 / loss_scale);
        if (!std::isfinite(length(gradients).item<double>())) {
            loss_scale /= 2;
            steady_steps = 0;
            return forget_gradients();
        }
        if (++steady_steps == steps_of_a_scale) loss_scale *= 2, steady_steps = 0;
    }
    if (schedule.clipping > 0) {
        const auto factor = (schedule.clipping / (length(gradients) + 1e-6)).clamp_max(1);
        for (auto &gradient : gradients) gradient.mul_(factor);
    }
    std::vector<Together> groups;
    for (size_t place = 0; place < with.size(); place++) {
        const auto &slot = slots[with[place]];
        if (!retention.anchors.empty()) retention.pull(with[place], slot.weight, gradients[place]);
        auto group = std::find_if(groups.begin(), groups.end(), [&](const auto &each) { return each.has(slot); });
        if (group == groups.end()) group = groups.emplace(groups.end(), slot);
        group->add(slot, gradients[place]);
    }
    for (auto &group : groups) group.step(rate, step);
    forget_gradients();
}

void gyrus_trainer::forget_gradients() {
    for (auto &slot : slots) slot.weight.mutable_grad().reset();
}

// MARK: - Mini-batches

std::mutex &gyrus_trainer::generator() {
    static std::mutex mutex;
    return mutex;
}

std::pair<at::Tensor, at::Tensor> gyrus_trainer::forward(const std::vector<at::Tensor> &values) {
    return drawing("dropout", [&] { return network->train(values); });
}

void gyrus_tally::add(const gyrus_outcome &outcome) {
    const auto sum = outcome.loss.detach().to(at::kDouble) * double(outcome.samples);
    loss = loss.defined() ? loss + sum : sum;
    if (outcome.correct.defined()) correct = correct.defined() ? correct + outcome.correct : outcome.correct;
    samples += outcome.samples;
}

void gyrus_tally::add(const gyrus_tally &other) {
    loss = loss.defined() ? loss + other.loss : other.loss;
    if (other.correct.defined()) correct = correct.defined() ? correct + other.correct : other.correct;
    samples += other.samples;
}

void gyrus_tally::settle(gyrus_progress &progress) {
    const auto sums = std::move(*this);
    *this = gyrus_tally();
    if (!sums.loss.defined()) return;
    progress.loss_sum += sums.loss.item<double>();
    if (sums.correct.defined()) progress.correct += sums.correct.item<int64_t>();
    progress.samples += sums.samples;
}

namespace {

/// The statistics of unchanged samples.
gyrus_outcome plain(gyrus_trainer &trainer, const Batch &batch) {
    const auto [values, penalty] = trainer.forward(batch.values);
    auto loss = batch.loss(values);
    if (penalty.defined()) loss = loss + penalty;
    if (trainer.retention.teacher) loss = loss + trainer.retention.loss(batch.values, values);
    return {loss, batch.correct(values), batch.count()};
}

/// Mini-batches in order, gathered ahead of time by separate threads, if there are any.
class Feed {
public:
    using Range = std::pair<int64_t, int64_t>;

    Feed(const gyrus_trainer &trainer, const gyrus_samples &samples, const int32_t *order, std::vector<Range> ranges)
        : trainer(trainer), samples(samples), order(order), ranges(std::move(ranges)) {}

    Batch next() {
        if (trainer.loaders == 0 || trainer.shelf) return gather(ranges[given++]);
        while (int64_t(ahead.size()) <= trainer.loaders && begun < ranges.size()) {
            const auto range = ranges[begun++];
            ahead.push_back(std::async(std::launch::async, [this, range] { return gather(range); }));
        }
        auto first = std::move(ahead.front());
        ahead.pop_front();
        return first.get();
    }

private:
    const gyrus_trainer &trainer;
    const gyrus_samples &samples;
    const int32_t *order;
    const std::vector<Range> ranges;
    size_t begun = 0, given = 0;
    /// The last member, because its destructor waits for threads that use the others.
    std::deque<std::future<Batch>> ahead;

    Batch gather(Range range) const {
        const auto &place = trainer.network->place;
        const Computing computing(place);
        return Batch(samples, order, range.first, range.second - range.first, place, trainer.shelf.get());
    }
};

}  // namespace

void gyrus_trainer::backward(const gyrus_samples &samples, const Batch &batch) {
    while (true) {
        try {
            const auto sums = backward_in_parts(samples, batch);
            part = 0;
            return tally.add(sums);
        } catch (const std::exception &exception) {
            part = 0;
            if (!is_out_of_memory(exception)) throw;
        }
        forget_gradients();
        const int64_t at_once = (batch.count() + parts - 1) / parts;
        if (is_whole || at_once < 2 || (signal && !signal->adds_up()))
            throw Full(
                at_once < 2 ? "not even one sample at a time fits into memory"
                            : std::to_string(at_once)
                        + " samples at once do not fit into memory, and this training cannot split a mini-batch; "
                          "a smaller batch may help");
        parts *= 2;
    }
}

gyrus_tally gyrus_trainer::backward_in_parts(const gyrus_samples &samples, const Batch &batch) {
    const int64_t count = batch.count();
    gyrus_tally sums;
    for (part = 0; part < parts; part++) {
        const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
        if (begin == end) continue;
        TORCH_CHECK_WITH(
            OutOfMemoryError, most_samples == 0 || end - begin <= most_samples, "out of memory: more than ",
            most_samples, " samples");
        const bool is_all = end - begin == count;
        const Batch piece = is_all ? batch : Batch(batch, begin, end - begin);
        const auto outcome = signal ? signal->outcome(*this, samples, piece) : plain(*this, piece);
        // On other devices, reading a value would make the host wait for the device.
        if (network->place.is_exact) check_finite(outcome.loss.item<double>());
        auto loss = is_all ? outcome.loss : outcome.loss * (double(end - begin) / double(count));
        if (loss_scale != 1) loss = loss * loss_scale;
        loss.backward();
        sums.add(outcome);
    }
    return sums;
}

void gyrus_trainer::check_finite(double loss) const {
    if (std::isfinite(loss)) return;
    throw Diverged(
        "the loss became " + std::to_string(loss) + " in step " + std::to_string(step + 1) + " of "
        + std::to_string(schedule.total_steps) + "; a smaller learning rate may help");
}

void gyrus_trainer::settle(gyrus_progress &progress) {
    tally.settle(progress);
    check_finite(progress.loss_sum);
}

void gyrus_trainer::backward(
    const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, gyrus_progress &progress) {
    backward(samples, Batch(samples, order, first, count, network->place, shelf.get()));
    settle(progress);
}

gyrus_status gyrus_trainer_train(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t order_count, int64_t batches,
    int64_t first, int64_t count, gyrus_progress *progress, char **error) {
    return training(*trainer, error, [&] {
        std::vector<Feed::Range> ranges;
        for (int64_t i = first; i < first + count; i++)
            ranges.emplace_back(order_count * i / batches, order_count * (i + 1) / batches);
        Feed feed(*trainer, *samples, order, ranges);
        for (int64_t i = 0; i < count; i++) {
            trainer->backward(*samples, feed.next());
            // One sum in the order of the steps, however a training is divided into runs.
            if (trainer->network->place.is_exact) trainer->settle(*progress);
            trainer->update();
        }
        trainer->settle(*progress);
    });
}

gyrus_status gyrus_trainer_gradient(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float *gradient, gyrus_progress *progress, char **error) {
    return training(*trainer, error, [&] {
        trainer->backward(*samples, order, first, count, *progress);
        trainer->take_gradient(gradient);
    });
}
