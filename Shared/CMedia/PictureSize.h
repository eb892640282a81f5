#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace gyrus::media {

/// Width and height that the header of a PNG, JPEG, BMP, WebP, TIFF or PNM file declares; zeros if it declares none.
std::pair<int64_t, int64_t> picture_size(const uint8_t *bytes, size_t count);

}  // namespace gyrus::media
