#include <algorithm>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "Guard.h"
#include "PictureSize.h"
#include "include/CMedia.h"

using gyrus::media::guarded;

namespace {

int64_t most_pixels = 0;

bool begins(const uint8_t *bytes, size_t count, const std::string &start) {
    return count >= start.size() && std::equal(start.begin(), start.end(), reinterpret_cast<const char *>(bytes));
}

bool contains(const uint8_t *bytes, size_t count, const std::string &part) {
    const auto end = reinterpret_cast<const char *>(bytes) + count;
    return std::find_end(reinterpret_cast<const char *>(bytes), end, part.begin(), part.end()) != end;
}

/// Decoders fill missing parts with gray and report that only on the console.
void refuse_cut_short(const uint8_t *bytes, size_t count) {
    if (begins(bytes, count, "\xFF\xD8") && !contains(bytes, count, "\xFF\xD9"))
        throw std::runtime_error("the JPEG picture is truncated");
    if (begins(bytes, count, "\x89PNG") && !contains(bytes, count, "IEND"))
        throw std::runtime_error("the PNG picture is truncated");
}

std::string reason(const uint8_t *bytes, size_t count) {
    if (count == 0) return "the file is empty";
    if (begins(bytes, count, "GIF8")) return "it is a GIF, which is not supported; save it as PNG";
    if (begins(bytes, count, "<svg") || begins(bytes, count, "<?xml")) return "it is an SVG drawing; save it as PNG";
    if (begins(bytes, count, "version https://git-lfs"))
        return "it is a Git LFS pointer instead of the picture; fetch the picture with 'git lfs pull'";
    return "it is damaged, too large, or of an unknown format";
}

/// Checked here because OpenCV reads its own limit from the environment when it is loaded, which is too early to set it.
void refuse_too_large(const uint8_t *bytes, size_t count) {
    const auto [width, height] = gyrus::media::picture_size(bytes, count);
    // Decoding a picture of unknown size could take any amount of memory.
    if (width <= 0 || height <= 0) throw std::runtime_error(reason(bytes, count));
    if (most_pixels == 0 || height <= most_pixels / width) return;
    throw std::runtime_error("the picture has " + std::to_string(width) + " x " + std::to_string(height) +
                             " pixels; at most " + std::to_string(most_pixels) + " are read");
}

}  // namespace

void gyrus_picture_set_limit(int64_t pixels) {
    most_pixels = pixels;
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

bool gyrus_picture_decode(const uint8_t *bytes, size_t count, gyrus_picture *picture, char **error) {
    return guarded(error, false, [&] {
        cv::Mat pixels;
        try {
            refuse_cut_short(bytes, count);
            refuse_too_large(bytes, count);
            // Only JPEG pictures are rotated by EXIF data, and only others have transparency: `UNCHANGED` would not
            // rotate them.
            const int mode = begins(bytes, count, "\xFF\xD8") ? cv::IMREAD_ANYCOLOR : cv::IMREAD_UNCHANGED;
            if (count > 0)
                pixels = cv::imdecode(cv::Mat(1, int(count), CV_8UC1, const_cast<uint8_t *>(bytes)), mode);
        } catch (const cv::Exception &) {
            pixels = cv::Mat();
        }
        if (pixels.empty()) throw std::runtime_error(reason(bytes, count));
        if (pixels.depth() == CV_16U) pixels.convertTo(pixels, CV_8U, 1.0 / 257);
        if (pixels.depth() == CV_32F) pixels.convertTo(pixels, CV_8U, 255);
        if (pixels.depth() != CV_8U) throw std::runtime_error("its pixels have neither 8 nor 16 bits");
        if (pixels.channels() == 4) cv::cvtColor(pixels, pixels, cv::COLOR_BGRA2RGBA);
        if (pixels.channels() == 2) cv::extractChannel(pixels, pixels, 0);
        if (pixels.channels() == 3) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2RGB);
        if (!pixels.isContinuous()) pixels = pixels.clone();
        const size_t size = pixels.total() * pixels.elemSize();
        picture->pixels = static_cast<uint8_t *>(malloc(size));
        std::copy(pixels.data, pixels.data + size, picture->pixels);
        picture->height = pixels.rows;
        picture->width = pixels.cols;
        picture->channels = pixels.channels();
        return true;
    });
}

bool gyrus_picture_encode(const gyrus_picture *picture, uint8_t **bytes, size_t *count, char **error) {
    return guarded(error, false, [&] {
        cv::Mat pixels(int(picture->height), int(picture->width), CV_8UC(int(picture->channels)), picture->pixels);
        if (pixels.channels() == 3) cv::cvtColor(pixels, pixels, cv::COLOR_RGB2BGR);
        if (pixels.channels() == 4) cv::cvtColor(pixels, pixels, cv::COLOR_RGBA2BGRA);
        std::vector<uint8_t> encoded;
        if (!cv::imencode(".png", pixels, encoded)) throw std::runtime_error("the picture cannot be encoded as PNG");
        *bytes = static_cast<uint8_t *>(malloc(encoded.size()));
        std::copy(encoded.begin(), encoded.end(), *bytes);
        *count = encoded.size();
        return true;
    });
}
