// The first stage of a network as one operation. Included only by CTorch.cpp.
#pragma once

#include "Network.h"

namespace gyrus {
namespace {

/// A convolution followed by 2×2 maximum pooling for inputs that need no gradient, which is where a network begins.
///
/// There, the general operations are slowest: few channels, the largest plane, gradients of which three quarters are
/// zero. This took 97 of the 137 ms of a step of LeNet5 at 112×112 with libtorch 1.13, and 80 of 115 with 2.13.
struct FirstStage : torch::autograd::Function<FirstStage> {
    static ConvolutionPooling shape(const at::Tensor &x, const at::Tensor &w, int64_t padding) {
        return {x.size(1), x.size(2), x.size(3), w.size(0), w.size(2), padding};
    }

    static at::Tensor run(
        const ConvolutionPooling &shape, const at::Tensor &x, const at::Tensor &w,
        const c10::optional<at::Tensor> &b, uint8_t *winners) {
        auto output = at::empty(
            {x.size(0), shape.output_channels, shape.pooled_height(), shape.pooled_width()},
            x.options().memory_format(at::MemoryFormat::ChannelsLast));
        const float *bias = b.has_value() ? b->data_ptr<float>() : nullptr;
        for (int64_t i = 0; i < x.size(0); i++)
            shape.forward(
                x.data_ptr<float>() + i * x.stride(0), w.data_ptr<float>(), bias,
                output.data_ptr<float>() + i * output.stride(0), winners ? winners + i * shape.winners() : nullptr);
        return output;
    }

    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &w,
        const c10::optional<at::Tensor> &b, int64_t padding) {
        const auto shape = FirstStage::shape(x, w, padding);
        auto winners = at::empty({x.size(0) * shape.winners()}, at::kByte);
        context->save_for_backward({x, w, winners});
        context->saved_data["padding"] = padding;
        context->saved_data["bias"] = b.has_value();
        return run(shape, x, w, b, winners.data_ptr<uint8_t>());
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &w = saved[1], &winners = saved[2];
        const auto shape = FirstStage::shape(x, w, context->saved_data["padding"].toInt());
        const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
        auto weight = at::zeros(w.sizes(), w.options());
        auto bias = context->saved_data["bias"].toBool() ? at::zeros({w.size(0)}, w.options()) : at::Tensor();
        for (int64_t i = 0; i < x.size(0); i++)
            shape.backward(
                x.data_ptr<float>() + i * x.stride(0), gradient.data_ptr<float>() + i * gradient.stride(0),
                winners.data_ptr<uint8_t>() + i * shape.winners(), weight.data_ptr<float>(),
                bias.defined() ? bias.data_ptr<float>() : nullptr);
        return {at::Tensor(), weight, bias, at::Tensor()};
    }
};

bool all(at::IntArrayRef values, int64_t value) {
    return std::all_of(values.begin(), values.end(), [=](int64_t each) { return each == value; });
}

at::Tensor convolution_pooling(
    const at::Tensor &x, const at::Tensor &w, const c10::optional<at::Tensor> &b, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups, at::IntArrayRef window, at::IntArrayRef step,
    at::IntArrayRef window_padding, at::IntArrayRef window_dilation, bool ceil) {
    const bool is_first = !x.requires_grad() && x.dim() == 4 && x.size(1) <= 4 && x.scalar_type() == at::kFloat
        && w.scalar_type() == at::kFloat && x.size(1) == w.size(1) && w.size(2) == w.size(3) && all(stride, 1)
        && all(dilation, 1) && groups == 1 && all(padding, padding[0]) && all(window, 2) && all(step, 2)
        && all(window_padding, 0) && all(window_dilation, 1) && !ceil && x.device().is_cpu() && w.device().is_cpu();
    if (is_first && FirstStage::shape(x, w, padding[0]).is_supported()) {
        const auto input = x.contiguous(), weight = w.contiguous();
        const auto bias = b.has_value() ? c10::optional<at::Tensor>(b->contiguous()) : c10::nullopt;
        if (at::GradMode::is_enabled() && w.requires_grad())
            return FirstStage::apply(input, weight, bias, padding[0]);
        return FirstStage::run(FirstStage::shape(input, weight, padding[0]), input, weight, bias, nullptr);
    }
    return at::max_pool2d(
        at::conv2d(x, w, b, stride, padding, dilation, groups), window, step, window_padding, window_dilation, ceil);
}

TORCH_LIBRARY(gyrus, library) {
    library.def(
        "convolution_pooling(Tensor x, Tensor w, Tensor? b, int[] stride, int[] padding, int[] dilation, int groups, "
        "int[] window, int[] step, int[] window_padding, int[] window_dilation, bool ceil) -> Tensor",
        convolution_pooling);
}

/// Replaces a convolution and a pooling with our operation. The saved network keeps the two.
void rewrite(std::shared_ptr<jit::Graph> &graph) {
    const std::string arguments = "%x, %w, %b, %stride, %padding, %dilation, %groups";
    const std::string pooling = "%window, %step, %window_padding, %window_dilation, %ceil";
    const std::string head = "graph(" + arguments + ", " + pooling + "):\n";
    jit::SubgraphRewriter rewriter;
    rewriter.RegisterRewritePattern(
        head + "  %y = aten::conv2d(" + arguments + ")\n  %z = aten::max_pool2d(%y, " + pooling + ")\n  return (%z)",
        head + "  %z = gyrus::convolution_pooling(" + arguments + ", " + pooling + ")\n  return (%z)");
    rewriter.runOnGraph(graph);
}

}  // namespace
}  // namespace gyrus
