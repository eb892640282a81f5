// Detections of third-party detectors in images.
#include "Network.h"

using namespace gyrus;

namespace {

/// Boxes as left, top, right, bottom, each with a score and a class.
struct Found {
    at::Tensor boxes, scores, labels;

    bool is_complete() const { return boxes.defined() && scores.defined() && labels.defined(); }

    /// Takes a part by name, or by form if it has no name.
    void take(const std::string &name, const at::Tensor &tensor) {
        if (name == "boxes" || (name.empty() && tensor.dim() == 2 && tensor.size(1) == 4)) boxes = tensor;
        else if (name == "scores" || (name.empty() && tensor.dim() == 1 && tensor.is_floating_point())) scores = tensor;
        else if (name == "labels" || (name.empty() && tensor.dim() == 1)) labels = tensor;
    }

    /// Examines whatever a network returns for one image.
    void search(const c10::IValue &value) {
        if (value.isGenericDict()) {
            for (const auto &entry : value.toGenericDict())
                if (entry.key().isString() && entry.value().isTensor())
                    take(entry.key().toStringRef(), entry.value().toTensor());
        } else if (value.isTuple()) {
            for (const auto &each : value.toTupleRef().elements())
                if (each.isTensor()) take("", each.toTensor());
                else search(each);
        } else if (value.isList()) {
            for (const c10::IValue &each : value.toListRef()) search(each);
        }
    }
};

}  // namespace

bool gyrus_network_detect(
    gyrus_network *network, const uint8_t *pixels, int64_t width, int64_t height, float **numbers, int64_t *count,
    char **error) {
    return guarded<bool>(error, false, [&] {
        at::NoGradGuard no_gradients;
        network->module.eval();
        const auto image = at::from_blob(const_cast<uint8_t *>(pixels), {height, width, 3}, at::kByte)
                               .flip(2).permute({2, 0, 1}).to(at::kFloat).div(255).contiguous();
        const auto forward = network->module.get_method("forward");
        const auto &arguments = forward.function().getSchema().arguments();
        TORCH_CHECK(arguments.size() > 1, "its forward method takes no image");
        const bool takes_list = arguments[1].type()->kind() == c10::TypeKind::ListType;
        std::vector<c10::IValue> inputs;
        if (takes_list) inputs.emplace_back(c10::List<at::Tensor>({image}));
        else inputs.emplace_back(image.unsqueeze(0));
        Found found;
        found.search(network->module.forward(inputs));
        TORCH_CHECK(
            found.is_complete() && found.boxes.dim() == 2 && found.boxes.size(1) == 4
                && found.boxes.size(0) == found.scores.numel() && found.boxes.size(0) == found.labels.numel(),
            "it does not return boxes [N, 4], scores [N] and labels [N]");
        const auto table = at::cat(
            {found.boxes.to(at::kFloat), found.scores.to(at::kFloat).view({-1, 1}),
             found.labels.to(at::kFloat).view({-1, 1})}, 1).contiguous();
        TORCH_CHECK(at::isfinite(table).all().item<bool>(), "it returns values that are not finite");
        *count = table.size(0);
        *numbers = static_cast<float *>(malloc(std::max<size_t>(1, table.nbytes())));
        TORCH_CHECK(*numbers, "out of memory");
        std::memcpy(*numbers, table.data_ptr<float>(), table.nbytes());
        return true;
    });
}
