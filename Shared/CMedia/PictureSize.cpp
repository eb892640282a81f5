#include "PictureSize.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

namespace {

using Size = std::pair<int64_t, int64_t>;

/// Reads numbers at any position; bytes beyond the end are zero.
struct Header {
    const uint8_t *bytes;
    size_t count;

    int64_t byte(size_t place) const { return place < count ? bytes[place] : 0; }
    int64_t big(size_t place, int size) const {
        int64_t value = 0;
        for (int i = 0; i < size; i++) value = value << 8 | byte(place + size_t(i));
        return value;
    }
    int64_t little(size_t place, int size) const {
        int64_t value = 0;
        for (int i = size; i-- > 0;) value = value << 8 | byte(place + size_t(i));
        return value;
    }
    bool has(size_t place, const char *text) const {
        return place + strlen(text) <= count && memcmp(bytes + place, text, strlen(text)) == 0;
    }
};

/// The first frame's header comes after segments with lengths.
Size jpeg(const Header &header) {
    for (size_t place = 2; place + 9 < header.count;) {
        if (header.byte(place) != 0xFF) return {};
        const auto marker = header.byte(place + 1);
        const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (is_frame) return {header.big(place + 7, 2), header.big(place + 5, 2)};
        const bool is_filling = marker == 0xFF;
        place += is_filling ? 1 : 2 + size_t(header.big(place + 2, 2));
    }
    return {};
}

Size webp(const Header &header) {
    if (header.has(12, "VP8X")) return {header.little(24, 3) + 1, header.little(27, 3) + 1};
    if (header.has(12, "VP8L")) {
        const auto bits = header.little(21, 4);
        return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
    }
    return {header.little(26, 2) & 0x3FFF, header.little(28, 2) & 0x3FFF};
}

/// The largest of the first pictures' entries for width and height.
Size tiff(const Header &header) {
    const bool is_big = header.has(0, "MM");
    const auto number = [&](size_t place, int size) {
        return is_big ? header.big(place, size) : header.little(place, size);
    };
    Size size{};
    const auto start = size_t(number(4, 4));
    for (size_t entry = 0; entry < size_t(number(start, 2)); entry++) {
        const size_t place = start + 2 + 12 * entry;
        const auto value = number(place + 8, number(place + 2, 2) == 3 ? 2 : 4);
        if (number(place, 2) == 256) size.first = value;
        if (number(place, 2) == 257) size.second = value;
    }
    return size;
}

/// Two decimal numbers after the magic number, possibly with comments between them.
Size pnm(const Header &header) {
    int64_t numbers[2] = {};
    size_t place = 2;
    for (auto &number : numbers) {
        while (place < header.count && !isdigit(int(header.byte(place)))) {
            if (header.byte(place) == '#')
                while (place < header.count && header.byte(place) != '\n') place++;
            place++;
        }
        for (; isdigit(int(header.byte(place))) && number < 1'000'000'000; place++)
            number = 10 * number + header.byte(place) - '0';
    }
    return {numbers[0], numbers[1]};
}

}  // namespace

Size gyrus::media::picture_size(const uint8_t *bytes, size_t count) {
    const Header header{bytes, count};
    if (header.has(0, "\x89PNG")) return {header.big(16, 4), header.big(20, 4)};
    if (header.has(0, "\xFF\xD8")) return jpeg(header);
    // A BMP file that begins with its last row has a negative height.
    if (header.has(0, "BM")) return {header.little(18, 4), std::abs(int64_t(int32_t(header.little(22, 4))))};
    if (header.has(0, "RIFF") && header.has(8, "WEBP")) return webp(header);
    if (header.has(0, "II*") || header.has(0, "MM")) return tiff(header);
    if (header.has(0, "P") && header.byte(1) >= '1' && header.byte(1) <= '6') return pnm(header);
    return {};
}
