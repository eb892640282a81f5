#include "PictureSize.h"

#include <algorithm>
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

/// The first frame's header comes after segments with lengths. Like decoders, skips bytes between segments.
Size jpeg(const Header &header) {
    for (size_t place = 2; place + 9 < header.count;) {
        if (header.byte(place) != 0xFF || header.byte(place + 1) == 0) {
            place++;
            continue;
        }
        const auto marker = header.byte(place + 1);
        const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (is_frame) return {header.big(place + 7, 2), header.big(place + 5, 2)};
        const bool is_filling = marker == 0xFF;
        place += is_filling ? 1 : 2 + size_t(header.big(place + 2, 2));
    }
    return {};
}

/// Files of OS/2 have a shorter header. A file that begins with its last row has a negative height.
Size bmp(const Header &header) {
    if (header.little(14, 4) == 12) return {header.little(18, 2), header.little(20, 2)};
    return {header.little(18, 4), std::abs(int64_t(int32_t(header.little(22, 4))))};
}

Size webp(const Header &header) {
    if (header.has(12, "VP8X")) return {header.little(24, 3) + 1, header.little(27, 3) + 1};
    if (header.has(12, "VP8L")) {
        const auto bits = header.little(21, 4);
        return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
    }
    return {header.little(26, 2) & 0x3FFF, header.little(28, 2) & 0x3FFF};
}

/// The first picture's entries for width and height. In BigTIFF, counts and offsets have 8 bytes.
Size tiff(const Header &header) {
    const bool is_big_endian = header.has(0, "MM");
    const auto number = [&](size_t place, int size) {
        return is_big_endian ? header.big(place, size) : header.little(place, size);
    };
    const bool is_large = number(2, 2) == 43;
    Size size{};
    const auto start = size_t(is_large ? number(8, 8) : number(4, 4));
    const auto count = size_t(number(start, is_large ? 8 : 2));
    const size_t first = start + (is_large ? 8 : 2), length = is_large ? 20 : 12;
    for (size_t entry = 0; entry < count && first + length * entry < header.count; entry++) {
        const size_t place = first + length * entry;
        const auto type = number(place + 2, 2);
        const auto value = number(place + (is_large ? 12 : 8), type == 3 ? 2 : type == 16 ? 8 : 4);
        if (number(place, 2) == 256) size.first = value;
        if (number(place, 2) == 257) size.second = value;
    }
    return size;
}

/// The first box of a kind, at any depth; boxes between are not checked.
size_t box(const Header &header, const char *kind) {
    for (size_t place = 0; place + 4 < header.count; place++)
        if (header.has(place, kind)) return place + 4;
    return header.count;
}

/// The size is in the box `ihdr` or, without boxes, in the first marker segment.
Size jpeg2000(const Header &header) {
    if (header.has(0, "\xFF\x4F\xFF\x51"))
        return {header.big(8, 4) - header.big(16, 4), header.big(12, 4) - header.big(20, 4)};
    const auto start = box(header, "ihdr");
    return {header.big(start + 4, 4), header.big(start, 4)};
}

Size avif(const Header &header) {
    const auto start = box(header, "ispe");
    return {header.big(start + 4, 4), header.big(start + 8, 4)};
}

/// The number after a word in text; 0 without the word.
int64_t number_after(const Header &header, const char *word) {
    for (size_t place = 0; place < header.count && place < 65'536; place++) {
        if (!header.has(place, word)) continue;
        int64_t number = 0;
        for (place += strlen(word); isdigit(int(header.byte(place))) && number < 1'000'000'000; place++)
            number = 10 * number + header.byte(place) - '0';
        return number;
    }
    return 0;
}

Size radiance(const Header &header) {
    const auto side = [&](const char *down, const char *up) {
        return std::max(number_after(header, down), number_after(header, up));
    };
    return {side("-X ", "+X "), side("-Y ", "+Y ")};
}

Size pam(const Header &header) { return {number_after(header, "WIDTH "), number_after(header, "HEIGHT ")}; }

/// The corners of the data window, each inclusive.
Size open_exr(const Header &header) {
    for (size_t place = 8; place + 34 < header.count && place < 65'536; place++) {
        // After the name and its zero come the type with its zero and the length of the value.
        if (!header.has(place, "dataWindow")) continue;
        const size_t start = place + 11 + 6 + 4;
        const auto corner = [&](size_t number) { return int64_t(int32_t(header.little(start + 4 * number, 4))); };
        return {corner(2) - corner(0) + 1, corner(3) - corner(1) + 1};
    }
    return {};
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
    if (header.has(0, "BM")) return bmp(header);
    if (header.has(0, "RIFF") && header.has(8, "WEBP")) return webp(header);
    if (header.has(0, "II*") || header.has(0, "II+") || header.has(0, "MM")) return tiff(header);
    if (header.has(0, "P7")) return pam(header);
    if (header.has(0, "PF") || header.has(0, "Pf")) return pnm(header);
    if (header.has(0, "P") && header.byte(1) >= '1' && header.byte(1) <= '6') return pnm(header);
    if (header.has(4, "jP  ") || header.has(0, "\xFF\x4F\xFF\x51")) return jpeg2000(header);
    if (header.has(4, "ftypavi")) return avif(header);
    if (header.has(0, "#?")) return radiance(header);
    if (header.has(0, "\x76\x2F\x31\x01")) return open_exr(header);
    if (header.has(0, "\x59\xA6\x6A\x95")) return {header.big(4, 4), header.big(8, 4)};
    return {};
}
