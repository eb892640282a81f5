#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "Guard.h"
#include "include/CMedia.h"

using gyrus::media::guarded;

namespace {

/// Bytes in memory as a file.
struct Memory {
    const uint8_t *bytes;
    sf_count_t count;
    sf_count_t place = 0;

    static sf_count_t length(void *self) { return static_cast<Memory *>(self)->count; }
    static sf_count_t tell(void *self) { return static_cast<Memory *>(self)->place; }
    static sf_count_t write(const void *, sf_count_t, void *) { return 0; }
    static sf_count_t seek(sf_count_t offset, int whence, void *self) {
        auto &memory = *static_cast<Memory *>(self);
        const sf_count_t start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? memory.place : memory.count;
        memory.place = std::clamp<sf_count_t>(start + offset, 0, memory.count);
        return memory.place;
    }
    static sf_count_t read(void *to, sf_count_t wanted, void *self) {
        auto &memory = *static_cast<Memory *>(self);
        const auto given = std::min(wanted, memory.count - memory.place);
        memcpy(to, memory.bytes + memory.place, size_t(given));
        memory.place += given;
        return given;
    }
};

/// The numbers and names in a container's header; bytes beyond the end are zero.
struct Header {
    const uint8_t *bytes;
    size_t count;

    int64_t little(size_t place, int size) const {
        int64_t value = 0;
        for (int i = size; i-- > 0;) value = value << 8 | byte(place + size_t(i));
        return value;
    }
    int64_t big(size_t place, int size) const {
        int64_t value = 0;
        for (int i = 0; i < size; i++) value = value << 8 | byte(place + size_t(i));
        return value;
    }
    int64_t byte(size_t place) const { return place < count ? bytes[place] : 0; }
    bool has(size_t place, const char *name) const {
        return place + 4 <= count && memcmp(bytes + place, name, 4) == 0;
    }
    /// Whether a chunk's name may be there.
    bool has_name(size_t place) const {
        return place + 8 <= count &&
               std::all_of(bytes + place, bytes + place + 4, [](uint8_t byte) { return byte >= 0x20 && byte < 0x7F; });
    }
};

/// The library reads as much of a sound as there is, and does not report that some of it is missing.
void refuse_cut_short(int64_t announced, int64_t there, int64_t block) {
    if (there / block < announced / block)
        throw std::runtime_error("it is truncated: of " + std::to_string(announced) + " bytes of sound, " +
                                 std::to_string(there) + " are there");
}

/// Programs that write to a pipe cannot know the size. They write none, or one that is as large as possible.
bool is_unknown(int64_t size) { return size == 0 || size >= 0x7FFF'0000; }

/// Checks the chunks of a WAV file.
/// - Returns: The same sound with a proper header if the library cannot read the original one; otherwise nothing.
std::vector<uint8_t> checked_wave(const Header &header) {
    bool is_proper = true;
    std::vector<uint8_t> format;
    int64_t block = 1;
    for (size_t place = 12; place + 8 <= header.count;) {
        const auto size = header.little(place + 4, 4), left = int64_t(header.count - place - 8);
        const auto start = header.bytes + place;
        if (header.has(place, "data")) {
            if (!is_unknown(size)) refuse_cut_short(size, left, block);
            if (size == 0 && left > 0) is_proper = false;
            if (is_proper) return {};
            const auto length = uint32_t(is_unknown(size) ? left : std::min(size, left));
            std::vector<uint8_t> whole(header.bytes, header.bytes + 12);
            whole.insert(whole.end(), format.begin(), format.end());
            whole.insert(whole.end(), start, start + 4);
            for (int i = 0; i < 4; i++) whole.push_back(uint8_t(length >> (8 * i)));
            whole.insert(whole.end(), start + 8, start + 8 + length);
            const auto rest = uint32_t(whole.size() - 8);
            for (int i = 0; i < 4; i++) whole[size_t(4 + i)] = uint8_t(rest >> (8 * i));
            return whole;
        }
        if (size > left) return {};
        if (header.has(place, "fmt ")) {
            block = std::max<int64_t>(1, header.little(place + 20, 2));
            format.assign(start, start + 8 + size);
        }
        // A chunk of odd size is followed by a padding byte, which some writers leave out.
        const auto end = place + 8 + size_t(size);
        const bool is_unfilled = size % 2 == 1 && header.has_name(end) && !header.has_name(end + 1);
        if (is_unfilled) is_proper = false;
        place = end + (is_unfilled ? 0 : size_t(size % 2));
    }
    return {};
}

/// Checks the chunks of an AIFF file.
void check_aiff(const Header &header) {
    int64_t block = 1;
    for (size_t place = 12; place + 8 <= header.count;) {
        const auto size = header.big(place + 4, 4);
        if (header.has(place, "COMM"))
            block = std::max<int64_t>(1, header.big(place + 8, 2) * ((header.big(place + 14, 2) + 7) / 8));
        if (header.has(place, "SSND")) return refuse_cut_short(size, int64_t(header.count - place - 8), block);
        place += 8 + size_t(size + size % 2);
    }
}

/// Checks the size in the header of an AU file, in either order of bytes.
void check_au(const Header &header) {
    const auto number = [&](size_t place) {
        return header.has(0, ".snd") ? header.big(place, 4) : header.little(place, 4);
    };
    const auto start = number(4), size = number(8);
    if (!is_unknown(size)) refuse_cut_short(size, int64_t(header.count) - start, 1);
}

/// Checks the chunks of a W64 file: each has a name of 16 bytes, a size that includes the header, and padding to a
/// multiple of 8 bytes.
void check_w64(const Header &header) {
    constexpr int64_t head = 24;
    for (size_t place = 40; place + head <= header.count;) {
        const auto size = header.little(place + 16, 8);
        if (size < head || size > INT64_MAX - 8) return;
        const auto left = int64_t(header.count - place);
        if (header.has(place, "data")) return refuse_cut_short(size - head, left - head, 1);
        if (size > left) return;
        place += size_t((size + 7) / 8 * 8);
    }
}

/// Checks the size of an MP3 file in the first frame, where encoders record it.
void check_mp3(const Header &header) {
    size_t start = 0;
    if (header.byte(0) == 'I' && header.byte(1) == 'D' && header.byte(2) == '3') {
        int64_t tags = 0;
        for (size_t place = 6; place < 10; place++) tags = tags << 7 | (header.byte(place) & 0x7F);
        start = 10 + size_t(tags);
    }
    if (header.byte(start) != 0xFF || (header.byte(start + 1) & 0xE6) != 0xE2) return;
    // It follows the side information, whose size depends on the version and on the number of channels.
    const bool is_first_version = (header.byte(start + 1) & 0x08) != 0, is_mono = header.byte(start + 3) >> 6 == 3;
    const size_t note = start + 4 + (is_first_version ? (is_mono ? 17 : 32) : (is_mono ? 9 : 17));
    if (!header.has(note, "Xing") && !header.has(note, "Info")) return;
    const auto contents = header.big(note + 4, 4);
    constexpr int has_frames = 1, has_bytes = 2;
    if ((contents & has_bytes) == 0) return;
    const auto size = header.big(note + ((contents & has_frames) != 0 ? 12 : 8), 4);
    if (!is_unknown(size)) refuse_cut_short(size, int64_t(header.count - start), 1);
}

/// Checks that the last page of an Ogg file is whole.
void check_ogg(const Header &header) {
    for (size_t place = 0; header.has(place, "OggS");) {
        const auto segments = size_t(header.byte(place + 26));
        size_t length = 27 + segments;
        for (size_t segment = 0; segment < segments; segment++) length += size_t(header.byte(place + 27 + segment));
        if (length > header.count - place) throw std::runtime_error("it is truncated: its last Ogg page is incomplete");
        place += length;
    }
}

/// Checks that a sound is as long as its container says.
/// - Returns: The same sound with a proper header, if it needs one.
std::vector<uint8_t> checked(const Header &header) {
    if (header.has(0, "RIFF") && header.has(8, "WAVE")) return checked_wave(header);
    if (header.has(0, "FORM") && (header.has(8, "AIFF") || header.has(8, "AIFC"))) check_aiff(header);
    if (header.has(0, ".snd") || header.has(0, "dns.")) check_au(header);
    if (header.has(0, "riff")) check_w64(header);
    check_mp3(header);
    check_ogg(header);
    return {};
}

}  // namespace

bool gyrus_sound_decode(
    const uint8_t *bytes, size_t count, double limit_seconds, gyrus_sound *sound, char **error) {
    return guarded(error, false, [&] {
        if (count == 0) throw std::runtime_error("the file is empty");
        const auto repaired = checked({bytes, count});
        Memory memory{bytes, sf_count_t(count)};
        if (!repaired.empty()) memory = {repaired.data(), sf_count_t(repaired.size())};
        SF_VIRTUAL_IO access{Memory::length, Memory::seek, Memory::read, Memory::write, Memory::tell};
        SF_INFO info{};
        std::unique_ptr<SNDFILE, int (*)(SNDFILE *)> file(sf_open_virtual(&access, SFM_READ, &info, &memory), sf_close);
        if (!file) throw std::runtime_error(std::string("it cannot be read as sound: ") + sf_strerror(nullptr));
        if (info.channels < 1 || info.samplerate < 1) throw std::runtime_error("it has no channel or no sample rate");
        const int64_t limit = int64_t(limit_seconds * info.samplerate);
        std::vector<float> mixed, block(size_t(info.channels) * 65'536);
        while (int64_t(mixed.size()) < limit) {
            const auto frames = sf_readf_float(file.get(), block.data(), 65'536);
            if (frames <= 0) break;
            for (sf_count_t frame = 0; frame < frames; frame++) {
                float sum = 0;
                for (int channel = 0; channel < info.channels; channel++) sum += block[size_t(frame * info.channels + channel)];
                mixed.push_back(sum / float(info.channels));
            }
        }
        if (sf_error(file.get()) != SF_ERR_NO_ERROR && mixed.empty()) throw std::runtime_error(sf_strerror(file.get()));
        if (mixed.empty()) throw std::runtime_error("it has no samples");
        // The number of frames of an MP3 file is an estimate.
        const bool is_exact = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
        if (is_exact && info.frames < SF_COUNT_MAX && int64_t(mixed.size()) < std::min<int64_t>(info.frames, limit))
            throw std::runtime_error("it is truncated: of " + std::to_string(info.frames) + " samples, " +
                                     std::to_string(mixed.size()) + " are there");
        if (int64_t(mixed.size()) > limit) mixed.resize(size_t(limit));
        for (auto &sample : mixed)
            if (!std::isfinite(sample)) throw std::runtime_error("it has a sample that is not a finite number");
        sound->samples = static_cast<float *>(malloc(mixed.size() * sizeof(float)));
        std::copy(mixed.begin(), mixed.end(), sound->samples);
        sound->count = int64_t(mixed.size());
        sound->rate = info.samplerate;
        // The length of a stream is unknown.
        sound->total = info.frames > 0 && info.frames < SF_COUNT_MAX ? std::max<int64_t>(info.frames, sound->count) : sound->count;
        return true;
    });
}
