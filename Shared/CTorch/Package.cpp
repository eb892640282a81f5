#include "Package.h"

#include "Network.h"

using namespace gyrus;

struct gyrus_preparation {
    jit::Module module;
};

struct gyrus_package {
    jit::Module module;
    jit::ExtraFilesMap files;
    Place place;
    /// `forward`, without the just-in-time compiler, which makes the first answer slow and none faster.
    std::unique_ptr<jit::Code> code;
    /// The network, which computes elsewhere; null if everything is computed here.
    std::unique_ptr<jit::Module> network;

    at::Tensor forward(std::vector<c10::IValue> arguments);
    void compile();
};

namespace {

jit::Module empty(const char *name) {
    jit::Module module(c10::QualifiedName(name), std::make_shared<jit::CompilationUnit>());
    module.register_attribute("training", c10::BoolType::get(), false);
    return module;
}

at::Tensor tensor(const gyrus_raw_value &value) {
    const auto type =
        value.element == GYRUS_RAW_UINT8 ? at::kByte : value.element == GYRUS_RAW_INT32 ? at::kInt : at::kFloat;
    // The caller's memory is only read, and lives longer than the tensor.
    return at::from_blob(const_cast<void *>(value.data), at::IntArrayRef(value.shape, size_t(value.rank)), type);
}

void copy(const at::Tensor &from, float *to, int64_t count) {
    const auto values = from.to(at::kFloat).contiguous();
    TORCH_CHECK(values.numel() == count, values.numel(), " numbers were returned, but ", count, " are required");
    std::copy(values.data_ptr<float>(), values.data_ptr<float>() + count, to);
}

/// Runs the network of a package at its place.
at::Tensor run_elsewhere(int64_t address, const std::vector<at::Tensor> &values) {
    auto &package = *reinterpret_cast<gyrus_package *>(address);
    const Computing computing(package.place);
    const Autocast autocast(package.place);
    std::vector<c10::IValue> there;
    for (const auto &value : values) there.emplace_back(package.place.take(value));
    return package.network->forward(there).toTensor().to(at::kFloat).cpu();
}

TORCH_LIBRARY_FRAGMENT(gyrus, library) { library.def("elsewhere(int package, Tensor[] values) -> Tensor", run_elsewhere); }

/// Whether a node calls the network of its package.
bool calls_network(const jit::Node &node) {
    if (node.kind() != jit::prim::CallMethod || node.s(jit::attr::name) != "forward") return false;
    const auto *owner = node.input(0)->node();
    return owner->kind() == jit::prim::GetAttr && owner->s(jit::attr::name) == "network";
}

}  // namespace

/// Moves the network to its place and makes `forward` call it there, unless everything is computed here.
void gyrus_package::compile() {
    auto graph = module.get_method("forward").graph()->copy();
    if (place.is_exact) {
        jit::Inline(*graph);
        code = std::make_unique<jit::Code>(graph, "forward");
        return;
    }
    network = std::make_unique<jit::Module>(module.attr("network").toModule());
    for (const auto &each : network->parameters()) each.set_data(place.take(each.detach()));
    for (const auto &each : network->buffers()) each.set_data(place.take(each.detach()));
    jit::Node *call = nullptr;
    for (auto *node : graph->block()->nodes())
        if (calls_network(*node)) call = node;
    TORCH_CHECK(call, "its forward does not call the network");
    const jit::WithInsertPoint here(call);
    auto *values = graph->insertNode(graph->createList(c10::TensorType::get(), call->inputs().slice(1)))->output();
    auto *address = graph->insertConstant(reinterpret_cast<int64_t>(this));
    auto *answers = graph->insert(c10::Symbol::fromQualString("gyrus::elsewhere"), {address, values});
    call->output()->replaceAllUsesWith(answers);
    call->destroy();
    code = std::make_unique<jit::Code>(graph, "forward");
}

at::Tensor gyrus_package::forward(std::vector<c10::IValue> arguments) {
    jit::Stack stack{module._ivalue()};
    for (auto &argument : arguments) stack.push_back(std::move(argument));
    jit::InterpreterState(*code).run(stack);
    return stack.back().toTensor();
}

gyrus_preparation *gyrus_preparation_create(const char *source, char **error) {
    return guarded<gyrus_preparation *>(error, nullptr, [&] {
        auto preparation = std::make_unique<gyrus_preparation>(gyrus_preparation{empty("__torch__.Preparation")});
        preparation->module.define(source);
        return preparation.release();
    });
}

void gyrus_preparation_free(gyrus_preparation *preparation) { delete preparation; }

bool gyrus_preparation_run(
    gyrus_preparation *preparation, const char *method, const gyrus_raw_value *value, float *numbers, int64_t count,
    char **error) {
    return guarded(error, false, [&] {
        c10::InferenceMode inference;
        std::vector<c10::IValue> arguments{tensor(*value)};
        if (value->rate > 0) arguments.emplace_back(value->rate);
        copy(preparation->module.get_method(method)(arguments).toTensor(), numbers, count);
        return true;
    });
}

bool gyrus_package_write(
    const char *source, const char *network, const char *const *parts, const char *const *part_files,
    int64_t part_count, const char *path, const char *const *names, const char *const *texts, int64_t count,
    char **error) {
    return guarded(error, false, [&] {
        auto module = empty("__torch__.Package");
        const auto add = [&](const std::string &name, const char *file) {
            auto part = jit::load(file, at::kCPU);
            part.eval();
            module.register_module(name, part);
        };
        add("network", network);
        for (int64_t i = 0; i < part_count; i++) add(parts[i], part_files[i]);
        module.define(source);
        jit::ExtraFilesMap files;
        for (int64_t i = 0; i < count; i++) files[names[i]] = texts[i];
        module.save(path, files);
        return true;
    });
}

gyrus_package *gyrus_package_load(const char *path, gyrus_place place, char **error) {
    return guarded<gyrus_package *>(error, nullptr, [&] {
        jit::ExtraFilesMap files{{"manifest.json", ""}, {"inputs.json", ""}};
        auto module = jit::load(path, at::kCPU, files);
        module.eval();
        auto package = std::unique_ptr<gyrus_package>(new gyrus_package{module, files, place});
        package->compile();
        return package.release();
    });
}

const char *gyrus_package_extra(const gyrus_package *package, const char *name) {
    const auto file = package->files.find(name);
    return file == package->files.end() || file->second.empty() ? nullptr : file->second.c_str();
}

void gyrus_package_free(gyrus_package *package) { delete package; }

bool gyrus_package_run(
    gyrus_package *package, const gyrus_raw_input *inputs, int64_t input_count, int64_t count, float *answers,
    int64_t width, char **error) {
    return guarded(error, false, [&] {
        c10::InferenceMode inference;
        std::vector<c10::IValue> arguments;
        for (int64_t i = 0; i < input_count; i++) {
            c10::List<at::Tensor> values;
            c10::List<int64_t> rates;
            for (int64_t sample = 0; sample < count; sample++) {
                values.push_back(tensor(inputs[i].values[sample]));
                rates.push_back(inputs[i].values[sample].rate);
            }
            arguments.emplace_back(values);
            if (inputs[i].has_rate) arguments.emplace_back(rates);
        }
        copy(package->forward(std::move(arguments)), answers, count * width);
        return true;
    });
}
