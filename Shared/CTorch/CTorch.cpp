#include <malloc.h>

#include "Batch.h"
#include "Distribution.h"
#include "FirstStage.h"
#include "Network.h"

using namespace gyrus;

// MARK: - Networks

void gyrus_network::prepare() {
    const auto method = module.get_method("forward");
    const auto &arguments = method.function().getSchema().arguments();
    for (size_t i = 1; i < arguments.size(); i++) inputs.push_back(arguments[i].name());
    auto graph = method.graph()->copy();
    jit::Inline(*graph);
    for (auto node : graph->block()->nodes())
        if (std::string(node->kind().toQualString()) == "aten::dropout") has_dropout = true;
    rewrite(graph);
    code = std::make_unique<jit::Code>(graph, "forward");
}

jit::Stack gyrus_network::run(const jit::Code &code, const std::vector<at::Tensor> &values, bool is_training) {
    module.train(is_training);
    jit::Stack stack{module._ivalue()};
    for (const auto &value : values) stack.emplace_back(value);
    jit::InterpreterState(code).run(stack);
    return stack;
}

std::vector<at::Tensor> gyrus_network::values(const std::vector<at::Tensor> &inputs, bool is_training) {
    return run(*code, inputs, is_training).back().toTensorVector();
}

at::Tensor gyrus_network::forward(const std::vector<at::Tensor> &values, bool is_training) {
    return run(*code, values, is_training).back().toTensor();
}

std::pair<at::Tensor, at::Tensor> gyrus_network::train(const std::vector<at::Tensor> &values) {
    if (!constrained) return {forward(values, true), at::Tensor()};
    const auto pair = run(*constrained, values, true).back().toTupleRef().elements().vec();
    return {pair[0].toTensor(), pair[1].toTensor()};
}

namespace {

/// Modules nested by the dots in the tensors' names.
struct Group {
    std::vector<std::pair<std::string, Group>> groups;
    std::vector<std::pair<std::string, const gyrus_tensor_plan *>> leaves;

    void add(const std::string &path, const gyrus_tensor_plan *plan) {
        const auto dot = path.find('.');
        if (dot == std::string::npos) return leaves.emplace_back(path, plan), void();
        const auto name = path.substr(0, dot);
        for (auto &group : groups)
            if (group.first == name) return group.second.add(path.substr(dot + 1), plan);
        groups.emplace_back(name, Group());
        groups.back().second.add(path.substr(dot + 1), plan);
    }

    void fill(jit::Module &module, uint64_t seed, std::vector<Entry> &entries) const {
        module.register_attribute("training", c10::BoolType::get(), true);
        for (const auto &leaf : leaves) {
            const auto &plan = *leaf.second;
            auto tensor = at::empty(at::IntArrayRef(plan.shape, size_t(plan.rank)), at::kFloat);
            Sequence(seed, plan.name).fill(tensor.data_ptr<float>(), tensor.numel(), plan.value, plan.bound);
            if (plan.is_trained)
                module.register_parameter(leaf.first, tensor.set_requires_grad(true), false);
            else
                module.register_buffer(leaf.first, tensor);
            entries.emplace_back(plan.name, tensor);
        }
        for (const auto &group : groups) {
            jit::Module child(c10::QualifiedName("__torch__.Layer"), module._ivalue()->compilation_unit(), true);
            group.second.fill(child, seed, entries);
            module.register_module(group.first, child);
        }
    }
};

}  // namespace

gyrus_network *gyrus_network_create(
    const char *source, const char *constrained, const gyrus_tensor_plan *plans, int64_t count, uint64_t seed,
    char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] {
        Group root;
        for (int64_t i = 0; i < count; i++) root.add(plans[i].name, &plans[i]);
        auto network = std::make_unique<gyrus_network>(
            jit::Module(c10::QualifiedName("__torch__.Network"), std::make_shared<jit::CompilationUnit>()));
        root.fill(network->module, seed, network->tensors);
        network->module.define(source);
        network->prepare();
        if (constrained) {
            network->module.define(constrained);
            auto graph = network->module.get_method("constrained").graph()->copy();
            rewrite(graph);
            network->constrained = std::make_unique<jit::Code>(graph, "constrained");
        }
        return network.release();
    });
}

namespace {

/// Makes 32-bit floats of others: what is computed here has that many bits.
void widen(jit::Module &module) {
    const auto widen = [](at::Tensor tensor) {
        if (tensor.is_floating_point() && tensor.scalar_type() != at::kFloat)
            tensor.set_data(tensor.detach().to(at::kFloat));
    };
    for (const auto &each : module.named_parameters()) widen(each.value);
    for (const auto &each : module.named_buffers()) widen(each.value);
}

}  // namespace

gyrus_network *gyrus_network_load(const char *path, char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] {
        auto network = std::make_unique<gyrus_network>(jit::load(path, at::kCPU));
        widen(network->module);
        const auto add = [&](const std::string &name, const at::Tensor &tensor) {
            // Counters that others keep beside their weights, such as `num_batches_tracked`, are no business of ours.
            if (!tensor.is_floating_point()) return;
            TORCH_CHECK(
                tensor.scalar_type() == at::kFloat && tensor.is_contiguous(), "tensor '", name,
                "' is not made of 32-bit floats in order");
            network->tensors.emplace_back(name, tensor);
        };
        for (const auto &each : network->module.named_parameters()) add(each.name, each.value.detach());
        for (const auto &each : network->module.named_buffers()) add(each.name, each.value);
        network->prepare();
        return network.release();
    });
}

bool gyrus_network_save(gyrus_network *network, const char *path, char **error) {
    return guarded(error, false, [&] {
        network->module.train(false);
        network->module.save(path);
        return true;
    });
}

void gyrus_network_free(gyrus_network *network) { delete network; }
int64_t gyrus_network_tensor_count(const gyrus_network *network) { return int64_t(network->tensors.size()); }
gyrus_tensor_view gyrus_network_tensor(const gyrus_network *network, int64_t index) {
    return network->tensors[size_t(index)].view();
}
int64_t gyrus_network_input_count(const gyrus_network *network) { return int64_t(network->inputs.size()); }
const char *gyrus_network_input_name(const gyrus_network *network, int64_t index) {
    return network->inputs[size_t(index)].c_str();
}
const char *gyrus_torch_version(void) { return TORCH_VERSION; }

void gyrus_release_memory(void) { malloc_trim(0); }

void gyrus_set_threads(int32_t count) {
    if (at::get_num_threads() != count) at::set_num_threads(count);
}

// MARK: - Evaluation

namespace {

/// Outputs of some samples in evaluation mode; without autograd.
at::Tensor outputs(gyrus_network *network, const Batch &batch) {
    c10::NoGradGuard no_gradients;
    DenormalsAreZero denormals;
    return network->forward(batch.values, false).contiguous();
}

}  // namespace

bool gyrus_network_run(
    gyrus_network *network, const gyrus_samples *samples, int64_t first, int64_t count, float *results, int64_t width,
    double *loss_sum, char **error) {
    return guarded(error, false, [&] {
        const Batch batch(*samples, nullptr, first, count);
        const auto values = outputs(network, batch);
        TORCH_CHECK(values.numel() == count * width, "the network gives ", values.sizes(), ", not ", count, "×", width);
        if (loss_sum) *loss_sum += batch.loss(values, at::Reduction::Sum).item<double>();
        std::memcpy(results, values.data_ptr<float>(), size_t(count * width) * sizeof(float));
        return true;
    });
}

bool gyrus_network_time(
    gyrus_network *network, const gyrus_samples *samples, double *seconds, int64_t count, char **error) {
    return guarded(error, false, [&] {
        for (int64_t i = -2; i < count; i++) {
            const Batch batch(*samples, nullptr, (i + 2) % samples->count, 1);
            timespec start, end;
            clock_gettime(CLOCK_MONOTONIC, &start);
            outputs(network, batch);
            clock_gettime(CLOCK_MONOTONIC, &end);
            if (i >= 0) seconds[i] = double(end.tv_sec - start.tv_sec) + 1e-9 * double(end.tv_nsec - start.tv_nsec);
        }
        return true;
    });
}

// MARK: - Training

namespace {

const char *const kinds[] = {"sgd", "adam", "adamw", "rmsprop"};

/// The optimizer whose prefix fits a name best; null where none does.
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
    TORCH_CHECK(false, "there is no optimizer '", optimizer.kind, "'; known are sgd, adam, adamw and rmsprop");
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
            slot.first = at::zeros(entry.shape, at::kFloat);
            trainer->state.emplace_back("optimizer.first." + entry.name, slot.first);
            if (slot.kind != 0) {
                slot.second = at::zeros(entry.shape, at::kFloat);
                trainer->state.emplace_back("optimizer.second." + entry.name, slot.second);
            }
            trainer->slots.push_back(slot);
        }
        return trainer.release();
    });
}

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
    const double rate = this->rate(), factor = shortening();
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

std::mutex &gyrus_trainer::generator() {
    static std::mutex mutex;
    return mutex;
}

std::pair<at::Tensor, at::Tensor> gyrus_trainer::forward(const std::vector<at::Tensor> &values) {
    return drawing("dropout", [&] { return network->train(values); });
}

namespace {

/// What samples as they are come to.
gyrus_outcome plain(gyrus_trainer &trainer, const Batch &batch) {
    const auto [values, penalty] = trainer.forward(batch.values);
    auto loss = batch.loss(values);
    if (penalty.defined()) loss = loss + penalty;
    if (trainer.retention.teacher) loss = loss + trainer.retention.loss(batch.values, values);
    return {loss, batch.correct(values), batch.count()};
}

}  // namespace

void gyrus_trainer::backward(
    const gyrus_samples &samples, const int32_t *order, int64_t first, int64_t count, gyrus_progress &progress) {
    const auto outcome = lesson ? lesson->outcome(*this, samples, order, first, count)
                                : plain(*this, Batch(samples, order, first, count));
    const double value = outcome.loss.item<double>();
    if (!std::isfinite(value)) {
        throw Diverged(
            "the loss became " + std::to_string(value) + " in step " + std::to_string(step + 1) + " of "
            + std::to_string(schedule.total_steps) + "; a smaller learning rate may help");
    }
    outcome.loss.backward();
    progress.correct += outcome.correct;
    progress.loss_sum += value * double(outcome.samples);
    progress.samples += outcome.samples;
}

gyrus_status gyrus_trainer_train(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t order_count, int64_t batches,
    int64_t first, int64_t count, gyrus_progress *progress, char **error) {
    return training(error, [&] {
        for (int64_t i = first; i < first + count; i++) {
            const int64_t begin = order_count * i / batches, end = order_count * (i + 1) / batches;
            trainer->backward(*samples, order, begin, end - begin, *progress);
            trainer->update();
        }
    });
}

gyrus_status gyrus_trainer_gradient(
    gyrus_trainer *trainer, const gyrus_samples *samples, const int32_t *order, int64_t first, int64_t count,
    float *gradient, gyrus_progress *progress, char **error) {
    return training(error, [&] {
        trainer->backward(*samples, order, first, count, *progress);
        trainer->take_gradient(gradient);
    });
}

void gyrus_trainer_free(gyrus_trainer *trainer) { delete trainer; }
int64_t gyrus_trainer_step(const gyrus_trainer *trainer) { return trainer->step; }
void gyrus_trainer_set_step(gyrus_trainer *trainer, int64_t step) { trainer->step = step; }
int64_t gyrus_trainer_tensor_count(const gyrus_trainer *trainer) { return int64_t(trainer->state.size()); }
gyrus_tensor_view gyrus_trainer_tensor(const gyrus_trainer *trainer, int64_t index) {
    return trainer->state[size_t(index)].view();
}
