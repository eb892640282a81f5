#include <dlfcn.h>
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
    const Autocast autocast(place);
    jit::InterpreterState(code).run(stack);
    return stack;
}

std::vector<at::Tensor> gyrus_network::values(const std::vector<at::Tensor> &inputs, bool is_training) {
    auto values = run(*code, inputs, is_training).back().toTensorVector();
    for (auto &value : values) value = value.to(at::kFloat);
    return values;
}

at::Tensor gyrus_network::forward(const std::vector<at::Tensor> &values, bool is_training) {
    return run(*code, values, is_training).back().toTensor().to(at::kFloat);
}

std::pair<at::Tensor, at::Tensor> gyrus_network::train(const std::vector<at::Tensor> &values) {
    if (!constrained) return {forward(values, true), at::Tensor()};
    const auto pair = run(*constrained, values, true).back().toTupleRef().elements().vec();
    return {pair[0].toTensor().to(at::kFloat), pair[1].toTensor().to(at::kFloat)};
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

    void fill(jit::Module &module, uint64_t seed, const Place &place, std::vector<Entry> &entries) const {
        module.register_attribute("training", c10::BoolType::get(), true);
        for (const auto &leaf : leaves) {
            const auto &plan = *leaf.second;
            auto tensor = at::empty(at::IntArrayRef(plan.shape, size_t(plan.rank)), at::kFloat);
            Sequence(seed, plan.name).fill(tensor.data_ptr<float>(), tensor.numel(), plan.value, plan.bound);
            tensor = place.take(tensor);
            if (plan.is_trained)
                module.register_parameter(leaf.first, tensor.set_requires_grad(true), false);
            else
                module.register_buffer(leaf.first, tensor);
            entries.emplace_back(plan.name, tensor);
        }
        for (const auto &group : groups) {
            jit::Module child(c10::QualifiedName("__torch__.Layer"), module._ivalue()->compilation_unit(), true);
            group.second.fill(child, seed, place, entries);
            module.register_module(group.first, child);
        }
    }
};

}  // namespace

gyrus_network *gyrus_network_create(
    const char *source, const char *constrained, const gyrus_tensor_plan *plans, int64_t count, uint64_t seed,
    gyrus_place place, char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] {
        Group root;
        for (int64_t i = 0; i < count; i++) root.add(plans[i].name, &plans[i]);
        auto network = std::make_unique<gyrus_network>(
            jit::Module(c10::QualifiedName("__torch__.Network"), std::make_shared<jit::CompilationUnit>()), place);
        root.fill(network->module, seed, network->place, network->tensors);
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

/// Converts other floats to 32-bit floats, which are used for computing here.
void widen(jit::Module &module) {
    const auto widen = [](at::Tensor tensor) {
        if (tensor.is_floating_point() && tensor.scalar_type() != at::kFloat)
            tensor.set_data(tensor.detach().to(at::kFloat));
    };
    for (const auto &each : module.named_parameters()) widen(each.value);
    for (const auto &each : module.named_buffers()) widen(each.value);
}

/// A tensor of a module, after its values were moved to a place.
at::Tensor moved(const at::Tensor &tensor, const Place &place) {
    if (!place.is_cpu()) tensor.set_data(place.take(tensor.detach()));
    return tensor;
}

/// A network in the form stored in a file, wherever it computes: on the CPU, with the last dimension fastest.
jit::Module portable(const jit::Module &module) {
    auto copy = module.deepcopy();
    const auto plain = [](const at::Tensor &tensor) { tensor.set_data(tensor.detach().cpu().contiguous()); };
    for (const auto &each : copy.named_parameters()) plain(each.value);
    for (const auto &each : copy.named_buffers()) plain(each.value);
    return copy;
}

}  // namespace

gyrus_network *gyrus_network_load(const char *path, gyrus_place place, char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] {
        const Place there(place);
        auto network = std::make_unique<gyrus_network>(jit::load(path, at::kCPU), there);
        widen(network->module);
        const auto add = [&](const std::string &name, const at::Tensor &tensor) {
            // Counters among the weights of third-party networks, such as `num_batches_tracked`, are ignored.
            if (!tensor.is_floating_point()) return;
            TORCH_CHECK(
                tensor.scalar_type() == at::kFloat && tensor.is_contiguous(), "tensor '", name,
                "' does not consist of contiguous 32-bit floats");
            network->tensors.emplace_back(name, moved(tensor, there).detach());
        };
        for (const auto &each : network->module.named_parameters()) add(each.name, each.value);
        for (const auto &each : network->module.named_buffers()) add(each.name, each.value);
        network->prepare();
        return network.release();
    });
}

bool gyrus_network_save(gyrus_network *network, const char *path, char **error) {
    return guarded(error, false, [&] {
        network->module.train(false);
        (network->place.is_cpu() ? network->module : portable(network->module)).save(path);
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

int32_t gyrus_cuda_count(void) {
    return guarded<int32_t>(nullptr, 0, [] {
        // One program supports both kinds of libtorch: the one for CUDA has libraries that register themselves.
        static void *const cuda = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
        if (!cuda || !c10::impl::hasDeviceGuardImpl(at::kCUDA)) return 0;
        return int32_t(c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount());
    });
}

void gyrus_tensor_read(gyrus_tensor_view view, float *values) {
    copy_out(*static_cast<const at::Tensor *>(view.tensor), values);
}

void gyrus_tensor_write(gyrus_tensor_view view, const float *values) {
    copy_in(*static_cast<const at::Tensor *>(view.tensor), values);
}

// MARK: - Evaluation

namespace {

/// Outputs of some samples in evaluation mode; without autograd.
at::Tensor outputs(gyrus_network *network, const Batch &batch) {
    c10::NoGradGuard no_gradients;
    DenormalsAreZero denormals;
    return network->forward(batch.values, false);
}

/// Outputs in host memory, so that the device has finished computing them.
at::Tensor host_outputs(gyrus_network *network, const Batch &batch) {
    return outputs(network, batch).cpu().contiguous();
}

}  // namespace

gyrus_status gyrus_network_run(
    gyrus_network *network, const gyrus_samples *samples, int64_t first, int64_t count, float *results, int64_t width,
    double *loss_sum, char **error) {
    return computing(network->place, error, [&] {
        const Batch batch(*samples, nullptr, first, count, network->place);
        const auto values = outputs(network, batch);
        TORCH_CHECK(values.numel() == count * width, "the network returns ", values.sizes(),
            ", not ", count, "×", width);
        if (loss_sum) *loss_sum += batch.loss(values, at::Reduction::Sum).item<double>();
        copy_out(values, results);
    });
}

bool gyrus_network_time(
    gyrus_network *network, const gyrus_samples *samples, double *seconds, int64_t count, char **error) {
    return guarded(error, false, [&] {
        const Computing computing(network->place);
        for (int64_t i = -2; i < count; i++) {
            const Batch batch(*samples, nullptr, (i + 2) % samples->count, 1, network->place);
            timespec start, end;
            clock_gettime(CLOCK_MONOTONIC, &start);
            host_outputs(network, batch);
            clock_gettime(CLOCK_MONOTONIC, &end);
            if (i >= 0) seconds[i] = double(end.tv_sec - start.tv_sec) + 1e-9 * double(end.tv_nsec - start.tv_nsec);
        }
        return true;
    });
}
