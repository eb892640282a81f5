#include "Tuning.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <map>
#include <set>

#include "Network.h"

using namespace gyrus;

namespace {

/// A trained weight and its block.
struct Weight {
    at::Tensor tensor;
    int64_t block;
    std::string name;
};

/// Two thin matrices whose product is added to a frozen matrix.
struct Adapter {
    at::Tensor matrix, high, low;
};

/// A layer's weights as graph values.
struct Layer {
    std::vector<jit::Value *> weights;
    bool is_linear;
};

/// The positions of an operation's arguments that are weights.
struct Places {
    std::vector<size_t> of;
    bool is_linear = false;
};

/// Running statistics are not weights, and numbers that are added or multiplied may be anything.
const std::map<std::string, Places> &operations() {
    static const std::map<std::string, Places> all{
        {"aten::_convolution", {{1, 2}}}, {"aten::convolution", {{1, 2}}}, {"aten::conv1d", {{1, 2}}},
        {"aten::conv2d", {{1, 2}}}, {"aten::conv3d", {{1, 2}}}, {"aten::conv_transpose1d", {{1, 2}}},
        {"aten::conv_transpose2d", {{1, 2}}}, {"aten::linear", {{1, 2}, true}}, {"aten::addmm", {{0, 1, 2}, true}},
        {"aten::matmul", {{0, 1}, true}}, {"aten::mm", {{0, 1}, true}}, {"aten::batch_norm", {{1, 2}}},
        {"aten::layer_norm", {{2, 3}}}, {"aten::group_norm", {{2, 3}}}, {"aten::embedding", {{0}}},
        {"aten::prelu", {{1}}}, {"aten::lstm", {{2}}}, {"aten::gru", {{2}}}};
    return all;
}

bool attends(const std::string &operation) {
    return operation == "aten::softmax" || operation == "aten::_softmax"
        || operation == "aten::scaled_dot_product_attention";
}

/// The float tensor that a value stands for, wherever it is stored.
c10::optional<at::Tensor> weight(const jit::Value *value) {
    const auto constant = jit::toIValue(value);
    if (!constant || !constant->isTensor()) return {};
    const auto tensor = constant->toTensor();
    if (!tensor.defined() || tensor.scalar_type() != at::kFloat || tensor.dim() == 0 || tensor.numel() < 2) return {};
    return tensor;
}

}  // namespace

struct gyrus_tuning {
    std::shared_ptr<jit::Graph> graph;
    std::vector<Weight> weights;
    std::vector<Adapter> adapters;
    const gyrus_tuning_plan plan;
    const Place place;

    gyrus_tuning(gyrus_network &network, const gyrus_tuning_plan &plan) : plan(plan), place(network.place) {
        graph = network.module.get_method("forward").graph()->copy();
        jit::Inline(*graph);
        module = network.module;
        module.eval();
        objects[graph->inputs()[0]] = module._ivalue();
        for (const auto &each : module.parameters()) parameters.insert(each.data_ptr());
        resolve(graph->block());
        keep_first_input(network);
        keep_output();
        jit::EliminateDeadCode(graph);
        find(graph->block());
        TORCH_CHECK(!layers.empty(), "it has no layers with trainable weights");
        if (plan.rank > 0 && has_attention) adapt();
        if (adapters.empty()) take();
    }

    /// A network from a graph that contains all its numbers.
    gyrus_network *network(std::shared_ptr<jit::Graph> graph, const char *input) const {
        jit::Module module(c10::QualifiedName("__torch__.Tuned"), std::make_shared<jit::CompilationUnit>());
        module.register_attribute("training", c10::BoolType::get(), false);
        auto network = std::make_unique<gyrus_network>(module, place);
        network->inputs = {input};
        network->code = std::make_unique<jit::Code>(graph, "forward");
        return network.release();
    }

private:
    jit::Module module;
    std::map<const jit::Value *, c10::IValue> objects;
    std::map<const void *, jit::Value *> constants;
    std::set<const void *> parameters;
    std::vector<Layer> layers;
    bool has_attention = false;

    /// Replaces attributes of modules by constants, so that the graph is self-contained.
    void resolve(jit::Block *block) {
        for (auto *node : block->nodes()) {
            for (auto *inner : node->blocks()) resolve(inner);
            if (node->kind() != jit::prim::GetAttr) continue;
            const auto owner = objects.find(node->input());
            TORCH_CHECK(owner != objects.end(), "it reads attributes of an object that is created while it runs");
            const auto &name = node->s(jit::attr::name);
            auto value = owner->second.toObject()->getAttr(name);
            if (value.isObject()) {
                objects[node->output()] = value;
                continue;
            }
            node->output()->replaceAllUsesWith(constant(value, name));
        }
    }

    /// A constant at the beginning of the graph; equal numbers share one.
    jit::Value *constant(c10::IValue value, const std::string &name) {
        const void *key = nullptr;
        if (value.isTensor() && value.toTensor().defined()) {
            key = value.toTensor().data_ptr();
            const auto known = constants.find(key);
            if (known != constants.end()) return known->second;
            // Shares the numbers, and records no gradients yet.
            value = value.toTensor().detach();
        }
        const jit::WithInsertPoint here(*graph->nodes().begin());
        const auto made = jit::tryInsertConstant(*graph, value);
        TORCH_CHECK(made, "its attribute '", name, "' is a ", value.tagKind(), ", which fine-tuning does not support");
        if (key) constants[key] = *made;
        return *made;
    }

    void keep_first_input(const gyrus_network &network) {
        const auto &arguments = network.module.get_method("forward").function().getSchema().arguments();
        TORCH_CHECK(graph->inputs().size() >= 2, "it has no input");
        while (graph->inputs().size() > 2) {
            const size_t last = graph->inputs().size() - 1;
            const auto &value = arguments[last].default_value();
            TORCH_CHECK(value, "it needs another input '", arguments[last].name(), "'");
            graph->inputs()[last]->replaceAllUsesWith(constant(*value, arguments[last].name()));
            graph->eraseInput(last);
        }
    }

    /// Keeps only the output with the features, as a row of numbers.
    void keep_output() {
        auto *value = graph->outputs()[0];
        if (value->type()->kind() == c10::TypeKind::TupleType) {
            const auto count = int64_t(value->type()->expectRef<c10::TupleType>().elements().size());
            TORCH_CHECK(plan.output < count, "it returns ", count, " outputs");
            if (value->node()->kind() == jit::prim::TupleConstruct) {
                value = value->node()->inputs()[size_t(plan.output)];
            } else {
                auto *unpacked = graph->createTupleUnpack(value);
                graph->appendNode(unpacked);
                value = unpacked->outputs()[size_t(plan.output)];
            }
        }
        auto *row = graph->insert(c10::Symbol::fromQualString("aten::flatten"), {value, 1, -1});
        graph->eraseOutput(0);
        graph->registerOutput(row);
    }

    void find(jit::Block *block) {
        for (auto *node : block->nodes()) {
            const std::string kind = node->kind().toQualString();
            if (attends(kind)) has_attention = true;
            const auto known = operations().find(kind);
            Layer layer{{}, known != operations().end() && known->second.is_linear};
            if (known != operations().end()) {
                for (const auto place : known->second.of)
                    if (place < node->inputs().size()) add(node->inputs()[place], layer);
            } else if (kind == "aten::add" || kind == "aten::mul" || kind == "aten::cat") {
                // Of these, only the parameters of modules, such as position embeddings.
                for (auto *input : node->inputs()) add_parameter(input, layer);
            }
            if (!layer.weights.empty()) layers.push_back(layer);
            for (auto *inner : node->blocks()) find(inner);
        }
    }

    void add(jit::Value *value, Layer &layer) {
        const auto *node = value->node();
        const std::string kind = node->kind().toQualString();
        if (kind == "prim::ListConstruct") {
            for (auto *each : node->inputs()) add(const_cast<jit::Value *>(each), layer);
        } else if (kind == "aten::t" || kind == "aten::transpose" || kind == "aten::permute") {
            add(const_cast<jit::Value *>(node->inputs()[0]), layer);
        } else if (weight(value)) {
            layer.weights.push_back(value);
        }
    }

    void add_parameter(jit::Value *value, Layer &layer) {
        const auto tensor = weight(value);
        if (tensor && parameters.count(tensor->data_ptr())) layer.weights.push_back(value);
    }

    int64_t block(size_t layer) const { return int64_t(layer) * plan.blocks / int64_t(layers.size()); }

    void add(const at::Tensor &tensor, int64_t block) {
        TORCH_CHECK(tensor.is_contiguous(), "its weights are not contiguous");
        weights.push_back({tensor, block, "block" + std::to_string(block) + "." + std::to_string(weights.size())});
    }

    /// All weights learn.
    void take() {
        std::set<const void *> taken;
        for (size_t i = 0; i < layers.size(); i++)
            for (const auto *value : layers[i].weights) {
                const auto tensor = *weight(value);
                if (!taken.insert(tensor.data_ptr()).second) continue;
                if (!tensor.is_contiguous()) tensor.set_data(tensor.contiguous());
                add(tensor, block(i));
            }
    }

    /// For each matrix of a linear layer, trains two thin ones whose product, initially zero, is added to it (LoRA).
    void adapt() {
        std::set<const void *> taken;
        for (size_t i = 0; i < layers.size(); i++) {
            if (!layers[i].is_linear) continue;
            for (auto *value : layers[i].weights) {
                const auto matrix = *weight(value);
                if (matrix.dim() != 2 || std::min(matrix.size(0), matrix.size(1)) < 4 * plan.rank) continue;
                if (!taken.insert(matrix.data_ptr()).second) continue;
                auto high = at::zeros({matrix.size(0), plan.rank}), low = at::empty({plan.rank, matrix.size(1)});
                const auto name = "adapter" + std::to_string(i);
                Sequence(plan.seed, name.c_str())
                    .fill(low.data_ptr<float>(), low.numel(), 0, float(1 / std::sqrt(double(matrix.size(1)))));
                high = place.take(high), low = place.take(low);
                insert(value, high, low);
                adapters.push_back({matrix, high, low});
                add(high, block(i));
                add(low, block(i));
            }
        }
    }

    void insert(jit::Value *value, const at::Tensor &high, const at::Tensor &low) {
        const jit::WithInsertPoint here(value->node()->next());
        auto *product = graph->insert(
            c10::Symbol::fromQualString("aten::matmul"),
            {graph->insertConstant(high), graph->insertConstant(low)});
        auto *sum = graph->insert(c10::Symbol::fromQualString("aten::add"), {value, product});
        value->replaceAllUsesAfterNodeWith(sum->node(), sum);
    }
};

gyrus_tuning *gyrus_tuning_create(gyrus_network *network, gyrus_tuning_plan plan, char **error) {
    return guarded<gyrus_tuning *>(error, nullptr, [&] { return new gyrus_tuning(*network, plan); });
}

void gyrus_tuning_free(gyrus_tuning *tuning) { delete tuning; }

int64_t gyrus_tuning_weight_count(const gyrus_tuning *tuning) {
    int64_t count = 0;
    for (const auto &each : tuning->weights) count += each.tensor.numel();
    return count;
}

int64_t gyrus_tuning_rank(const gyrus_tuning *tuning) { return tuning->adapters.empty() ? 0 : tuning->plan.rank; }

gyrus_network *gyrus_tuning_features(gyrus_tuning *tuning, const char *input, char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] { return tuning->network(tuning->graph->copy(), input); });
}

gyrus_network *gyrus_tuning_network(
    gyrus_tuning *tuning, const char *input, const float *means, const float *deviations, int64_t count, int64_t outputs,
    char **error) {
    return guarded<gyrus_network *>(error, nullptr, [&] {
        const auto row = [&](const float *numbers) {
            return tuning->place.take(at::from_blob(const_cast<float *>(numbers), {count}, at::kFloat).clone());
        };
        auto weight = tuning->place.take(at::zeros({outputs, count})), bias = tuning->place.take(at::zeros({outputs}));
        auto graph = tuning->graph->copy();
        const auto call = [&](const char *name, at::ArrayRef<jit::NamedValue> arguments) {
            return graph->insert(c10::Symbol::fromQualString(name), arguments);
        };
        auto *rest = call("aten::sub", {graph->outputs()[0], graph->insertConstant(row(means))});
        auto *features = call("aten::div", {rest, graph->insertConstant(row(deviations))});
        auto *answers =
            call("aten::linear", {features, graph->insertConstant(weight), graph->insertConstant(bias)});
        graph->eraseOutput(0);
        graph->registerOutput(answers);
        auto *network = tuning->network(graph, input);
        for (const auto &each : tuning->weights) network->tensors.emplace_back(each.name, each.tensor);
        network->tensors.emplace_back("head.weight", weight.set_requires_grad(true));
        network->tensors.emplace_back("head.bias", bias.set_requires_grad(true));
        return network;
    });
}

void gyrus_tuning_thaw(gyrus_tuning *tuning, int64_t first) {
    for (const auto &each : tuning->weights) each.tensor.set_requires_grad(each.block >= first);
}

bool gyrus_tuning_settle(gyrus_tuning *tuning, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard none;
        for (const auto &each : tuning->weights) each.tensor.set_requires_grad(false);
        for (auto &each : tuning->adapters) {
            each.matrix.add_(at::matmul(each.high, each.low));
            each.high.zero_();
        }
        return true;
    });
}
