// Inspection of third-party networks.
#include "Network.h"

#include <map>
#include <set>
#include <sstream>

using namespace gyrus;

namespace {

void describe(std::ostream &out, const c10::IValue &value) {
    if (value.isTuple()) {
        for (const auto &each : value.toTupleRef().elements()) describe(out, each);
        return;
    }
    if (value.isList()) {
        for (const c10::IValue &each : value.toListRef()) describe(out, each);
        return;
    }
    TORCH_CHECK(value.isTensor(), "it returns ", value.tagKind(), ", which is not a tensor");
    const auto tensor = value.toTensor();
    TORCH_CHECK(
        !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>(),
        "it returns values that are not finite");
    if (out.tellp() > 0) out << ' ';
    // A single number has no sizes.
    if (tensor.dim() == 0) out << 1;
    for (int64_t i = 0; i < tensor.dim(); i++) out << (i ? "x" : "") << tensor.size(i);
}

/// Walks a graph and writes the operations that depend on the inputs.
struct Outline {
    std::ostringstream lines;
    int64_t count = 0;
    /// Where a value comes from: line numbers, or inputs as negative numbers.
    std::map<const jit::Value *, std::set<int64_t>> sources;
    std::map<const jit::Value *, c10::IValue> attributes;
    std::set<const void *> counted;

    void add(const jit::Node *node) {
        const std::string kind = node->kind().toQualString();
        if (kind == "prim::GetAttr") {
            const auto owner = attributes.find(node->input());
            if (owner != attributes.end())
                attributes[node->output()] = owner->second.toObject()->getAttr(node->s(jit::attr::name));
            return;
        }
        // A frozen network has its weights in the code; those of recurrent layers are in lists.
        if (kind == "prim::Constant" && node->hasAttribute(jit::attr::value)) {
            attributes[node->output()] = *jit::toIValue(node->output());
            return;
        }
        if (kind == "prim::ListConstruct" && node->output()->type()->isSubtypeOf(*c10::ListType::ofTensors())) {
            c10::List<at::Tensor> tensors;
            for (const auto *input : node->inputs()) {
                const auto found = attributes.find(input);
                if (found != attributes.end() && found->second.isTensor()) tensors.push_back(found->second.toTensor());
            }
            if (tensors.size() == node->inputs().size()) {
                attributes[node->output()] = tensors;
                return;
            }
        }
        std::set<int64_t> read;
        int64_t weights = 0;
        for (const auto *input : node->inputs()) {
            const auto from = sources.find(input);
            if (from != sources.end()) read.insert(from->second.begin(), from->second.end());
            weights += weight(input);
        }
        // Lists and similar nodes only pass values on; anything that does not depend on the inputs is a constant.
        if (kind.rfind("aten::", 0) == 0 && !read.empty()) {
            lines << kind.substr(6) << ' ' << weights;
            for (const auto source : read) lines << ' ' << source;
            lines << '\n';
            read = {count++};
        }
        for (const auto *output : node->outputs()) sources[output] = read;
        for (const auto *block : node->blocks())
            for (const auto *inner : block->nodes()) add(inner);
    }

    int64_t weight(const jit::Value *value) {
        const auto found = attributes.find(value);
        if (found == attributes.end()) return 0;
        if (found->second.isTensor()) return count_of(found->second.toTensor());
        if (!found->second.isTensorList()) return 0;
        int64_t sum = 0;
        for (const at::Tensor &tensor : found->second.toTensorVector()) sum += count_of(tensor);
        return sum;
    }

    int64_t count_of(const at::Tensor &tensor) {
        const bool is_new = tensor.defined() && tensor.is_floating_point() && counted.insert(tensor.data_ptr()).second;
        return is_new ? tensor.numel() : 0;
    }
};

/// Finds an operation that opens files; null if there is none.
const jit::Node *opener(const jit::Block *block) {
    for (const auto *node : block->nodes()) {
        if (std::string(node->kind().toQualString()) == "aten::from_file") return node;
        for (const auto *inner : node->blocks())
            if (const auto *found = opener(inner)) return found;
    }
    return nullptr;
}

}  // namespace

bool gyrus_network_input_is_optional(const gyrus_network *network, int64_t index) {
    const auto &argument = network->module.get_method("forward").function().getSchema().arguments()[size_t(index) + 1];
    return argument.default_value().has_value() || argument.type()->kind() == c10::TypeKind::OptionalType;
}

char *gyrus_network_forbidden(gyrus_network *network) {
    return guarded<char *>(nullptr, nullptr, [&]() -> char * {
        for (auto *function : network->module._ivalue()->compilation_unit()->get_functions()) {
            auto *graph = jit::tryToGraphFunction(*function);
            if (graph == nullptr) continue;
            if (const auto *found = opener(graph->graph()->block())) return strdup(found->kind().toQualString());
        }
        return nullptr;
    });
}

char *gyrus_network_probe(
    gyrus_network *network, const int64_t *shapes, const int64_t *ranks, int64_t count, char **error) {
    return guarded<char *>(error, nullptr, [&] {
        at::NoGradGuard no_gradients;
        at::manual_seed(7);
        network->module.eval();
        const auto &arguments = network->module.get_method("forward").function().getSchema().arguments();
        std::vector<c10::IValue> values;
        for (int64_t i = 0; i < int64_t(network->inputs.size()); i++) {
            if (i < count && ranks[i] >= 0) {
                values.emplace_back(at::rand(at::IntArrayRef(shapes, size_t(ranks[i]))));
                shapes += ranks[i];
            } else {
                values.push_back(arguments[size_t(i) + 1].default_value().value_or(c10::IValue()));
            }
        }
        std::ostringstream out;
        describe(out, network->module.forward(values));
        return strdup(out.str().c_str());
    });
}

int64_t gyrus_network_output_count(gyrus_network *network) {
    return guarded<int64_t>(nullptr, -1, [&]() -> int64_t {
        const auto type = network->module.get_method("forward").function().getSchema().returns().at(0).type();
        if (type->kind() == c10::TypeKind::TensorType) return 0;
        return type->kind() == c10::TypeKind::TupleType ? int64_t(type->expectRef<c10::TupleType>().elements().size()) : -1;
    });
}

bool gyrus_network_features(
    gyrus_network *network, const float *values, const int64_t *shape, int64_t rank, int64_t output, float **numbers,
    int64_t *count, char **error) {
    return guarded(error, false, [&] {
        c10::InferenceMode inference;
        network->module.eval();
        const auto &arguments = network->module.get_method("forward").function().getSchema().arguments();
        // The caller's memory is only read, and lives longer than the tensor.
        std::vector<c10::IValue> given{
            at::from_blob(const_cast<float *>(values), at::IntArrayRef(shape, size_t(rank)), at::kFloat)};
        for (size_t i = 2; i < arguments.size(); i++) {
            TORCH_CHECK(arguments[i].default_value().has_value(), "it also needs an input '", arguments[i].name(), "'");
            given.push_back(*arguments[i].default_value());
        }
        auto result = network->module.forward(given);
        if (result.isTuple()) {
            const auto &elements = result.toTupleRef().elements();
            TORCH_CHECK(output < int64_t(elements.size()), "it has ", elements.size(), " outputs");
            result = c10::IValue(elements[size_t(output)]);
        }
        TORCH_CHECK(result.isTensor(), "output ", output, " is ", result.tagKind(), ", not a tensor");
        const auto features = result.toTensor().to(at::kFloat).contiguous();
        *count = features.numel();
        *numbers = static_cast<float *>(malloc(std::max<size_t>(1, size_t(*count)) * sizeof(float)));
        if (*numbers == nullptr) throw std::bad_alloc();
        std::copy(features.data_ptr<float>(), features.data_ptr<float>() + *count, *numbers);
        return true;
    });
}

char *gyrus_network_operations(gyrus_network *network, char **error) {
    return guarded<char *>(error, nullptr, [&] {
        auto graph = network->module.get_method("forward").graph()->copy();
        jit::Inline(*graph);
        Outline outline;
        outline.attributes[graph->inputs()[0]] = network->module._ivalue();
        for (size_t i = 1; i < graph->inputs().size(); i++) outline.sources[graph->inputs()[i]] = {-int64_t(i)};
        for (const auto *node : graph->block()->nodes()) outline.add(node);
        return strdup(outline.lines.str().c_str());
    });
}
