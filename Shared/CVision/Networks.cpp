#include "Guard.h"
#include "include/CVision.h"

#include <algorithm>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <vector>

using gyrus::vision::guarded;

struct gyrus_vision_network {
    cv::dnn::Net net;
    std::vector<cv::String> outputs;
};

namespace {

/// The part of the image, resized to the network's input.
cv::Mat resized(const cv::Mat &pixels, const gyrus_vision_input &input) {
    const cv::Rect wanted(input.part.left, input.part.top, input.part.width, input.part.height);
    const auto part = wanted & cv::Rect({0, 0}, pixels.size());
    if (part.empty()) throw std::runtime_error("the part of the image is empty");
    cv::Mat result;
    if (!input.keeps_aspect) {
        cv::resize(pixels(part), result, {input.width, input.height}, 0, 0, cv::INTER_LINEAR);
        return result;
    }
    const double ratio = std::min(double(input.width) / part.width, double(input.height) / part.height);
    const cv::Size size(int(part.width * ratio), int(part.height * ratio));
    result = cv::Mat(input.height, input.width, CV_8UC3, cv::Scalar::all(input.padding));
    cv::resize(pixels(part), result(cv::Rect({0, 0}, size)), size, 0, 0, cv::INTER_LINEAR);
    return result;
}

cv::Mat blob(const cv::Mat &image, const gyrus_vision_input &input) {
    const int shape[] = {1, 3, image.rows, image.cols};
    cv::Mat result(4, shape, CV_32F);
    for (int channel = 0; channel < 3; ++channel) {
        float *plane = result.ptr<float>(0, channel);
        const int source = input.starts_with_red ? 2 - channel : channel;
        for (int row = 0; row < image.rows; ++row) {
            const auto *pixels = image.ptr<cv::Vec3b>(row);
            for (int column = 0; column < image.cols; ++column) {
                const float value = pixels[column][source] * input.scale - input.mean[channel];
                *plane++ = value / input.deviation[channel];
            }
        }
    }
    return result;
}

gyrus_vision_output copied(const cv::Mat &values) {
    if (values.depth() != CV_32F || values.dims > 8)
        throw std::runtime_error("an output is not a table of 32-bit floats");
    const auto whole = values.isContinuous() ? values : values.clone();
    gyrus_vision_output output{};
    output.count = int64_t(whole.total());
    output.rank = whole.dims;
    for (int axis = 0; axis < whole.dims; ++axis) output.shape[axis] = whole.size[axis];
    output.values = static_cast<float *>(malloc(sizeof(float) * std::max<size_t>(1, whole.total())));
    if (!output.values) throw std::bad_alloc();
    memcpy(output.values, whole.data, sizeof(float) * whole.total());
    return output;
}

} // namespace

gyrus_vision_network *gyrus_vision_network_open(const char *weights, const char *configuration, char **error) {
    return guarded<gyrus_vision_network *>(error, nullptr, [&] {
        auto net = cv::dnn::readNet(weights, configuration ? configuration : "");
        if (net.empty()) throw std::runtime_error("it has no layers");
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return new gyrus_vision_network{net, net.getUnconnectedOutLayersNames()};
    });
}

void gyrus_vision_network_free(gyrus_vision_network *network) { delete network; }

bool gyrus_vision_network_run(gyrus_vision_network *network, const gyrus_image *image, const gyrus_vision_input *input,
                              gyrus_vision_output **outputs, size_t *count, char **error) {
    return guarded(error, false, [&] {
        network->net.setInput(blob(resized(image->pixels, *input), *input));
        std::vector<cv::Mat> results;
        network->net.forward(results, network->outputs);
        *outputs = static_cast<gyrus_vision_output *>(calloc(results.size(), sizeof(gyrus_vision_output)));
        if (!*outputs) throw std::bad_alloc();
        *count = results.size();
        for (size_t index = 0; index < results.size(); ++index) (*outputs)[index] = copied(results[index]);
        return true;
    });
}

void gyrus_vision_outputs_free(gyrus_vision_output *outputs, size_t count) {
    if (!outputs) return;
    for (size_t index = 0; index < count; ++index) free(outputs[index].values);
    free(outputs);
}
