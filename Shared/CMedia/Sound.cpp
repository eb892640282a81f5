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

}  // namespace

bool gyrus_sound_decode(
    const uint8_t *bytes, size_t count, double limit_seconds, gyrus_sound *sound, char **error) {
    return guarded(error, false, [&] {
        if (count == 0) throw std::runtime_error("the file is empty");
        Memory memory{bytes, sf_count_t(count)};
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
