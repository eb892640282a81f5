#pragma once

#include <cstring>
#include <exception>

namespace gyrus::media {

/// Runs the body of a C function; an exception becomes a message and the failure value.
template <class Result, class Body>
Result guarded(char **error, Result failed, Body body) noexcept {
    const auto report = [error](const char *message) {
        if (error) *error = strdup(message);
    };
    try {
        return body();
    } catch (const std::exception &exception) {
        report(exception.what());
    } catch (...) {
        report("an exception of unknown type");
    }
    return failed;
}

}  // namespace gyrus::media
