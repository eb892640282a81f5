// Converts exceptions to messages, and defines the type of this library that all files need.
#pragma once

#include <cstdlib>
#include <cstring>
#include <exception>
#include <opencv2/core.hpp>
#include <string>

struct gyrus_image {
    cv::Mat pixels;
};

namespace gyrus::vision {

inline void report(char **error, const char *message) noexcept {
    if (error) *error = strdup(message);
}

/// Runs `body`; if it throws, stores the message and returns `failed`.
template <typename Result, typename Body> Result guarded(char **error, Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const cv::Exception &exception) {
        report(error, exception.err.c_str());
    } catch (const std::exception &exception) {
        report(error, exception.what());
    } catch (...) {
        report(error, "unknown exception");
    }
    return failed;
}

} // namespace gyrus::vision
