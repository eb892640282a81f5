#include "Guard.h"
#include "include/CVision.h"

#include <algorithm>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <stdexcept>

using gyrus::vision::guarded;

struct gyrus_film {
    cv::VideoWriter writer;
    cv::Size size;
};

namespace {

cv::Scalar scalar(gyrus_color color) { return {double(color.blue), double(color.green), double(color.red)}; }

void draw_label(cv::Mat &pixels, gyrus_rectangle place, const std::string &text, const cv::Scalar &color) {
    // Sizes are proportional to the image, so that labels are readable in small and large images.
    const double scale = std::max(0.4, pixels.cols / 2400.0);
    const int thickness = std::max(1, pixels.cols / 640);
    cv::rectangle(pixels, cv::Rect(place.left, place.top, place.width, place.height), color, thickness);
    if (text.empty()) return;
    int below = 0;
    const auto size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, 1, &below);
    // A box that extends beyond the upper border has its label inside.
    const int top = std::max(0, place.top - size.height - below);
    const cv::Rect ground(place.left, top, size.width + 2, size.height + below);
    cv::rectangle(pixels, ground, color, cv::FILLED);
    const double light = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2];
    cv::putText(pixels, text, {place.left + 1, top + size.height}, cv::FONT_HERSHEY_SIMPLEX, scale,
                light > 128 ? cv::Scalar(0, 0, 0) : cv::Scalar(255, 255, 255), 1, cv::LINE_AA);
}

} // namespace

const char *gyrus_vision_version() { return CV_VERSION; }
void gyrus_vision_set_threads(int32_t count) { cv::setNumThreads(count); }

gyrus_image *gyrus_image_read(const char *path, char **error) {
    return guarded<gyrus_image *>(error, nullptr, [&] {
        auto pixels = cv::imread(path, cv::IMREAD_COLOR);
        if (pixels.empty()) throw std::runtime_error("it is missing, damaged, or of an unknown format");
        return new gyrus_image{pixels};
    });
}

gyrus_image *gyrus_image_make(int32_t width, int32_t height, gyrus_color color, char **error) {
    return guarded<gyrus_image *>(
        error, nullptr, [&] { return new gyrus_image{cv::Mat(height, width, CV_8UC3, scalar(color))}; });
}

bool gyrus_image_write(const gyrus_image *image, const char *path, char **error) {
    return guarded(error, false, [&] {
        if (!cv::imwrite(path, image->pixels)) throw std::runtime_error("the file cannot be written");
        return true;
    });
}

void gyrus_image_free(gyrus_image *image) { delete image; }
int32_t gyrus_image_width(const gyrus_image *image) { return image->pixels.cols; }
int32_t gyrus_image_height(const gyrus_image *image) { return image->pixels.rows; }
const uint8_t *gyrus_image_pixels(const gyrus_image *image) {
    return image->pixels.isContinuous() ? image->pixels.data : nullptr;
}

bool gyrus_image_label(gyrus_image *image, gyrus_rectangle place, const char *text, gyrus_color color, char **error) {
    return guarded(error, false, [&] {
        draw_label(image->pixels, place, text, scalar(color));
        return true;
    });
}

gyrus_film *gyrus_film_begin(const char *path, double frame_rate, int32_t width, int32_t height, char **error) {
    return guarded<gyrus_film *>(error, nullptr, [&] {
        const auto codec = cv::VideoWriter::fourcc('m', 'p', '4', 'v');
        cv::VideoWriter writer(path, codec, frame_rate, {width, height}, true);
        if (!writer.isOpened()) throw std::runtime_error("the file cannot be written, or OpenCV has no MPEG-4 encoder");
        return new gyrus_film{writer, {width, height}};
    });
}

bool gyrus_film_add(gyrus_film *film, const gyrus_image *image, char **error) {
    return guarded(error, false, [&] {
        if (image->pixels.size() != film->size) throw std::runtime_error("the sizes of the image and the film differ");
        film->writer.write(image->pixels);
        return true;
    });
}

void gyrus_film_end(gyrus_film *film) {
    if (film) film->writer.release();
    delete film;
}
