// What Gyrus needs from OpenCV and libsndfile to read pictures and sound.
//
// Every function that can fail takes `char **error` and stores a message there, which the caller frees with `free`.
// C++ exceptions never escape. Returned memory is freed with `free`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A picture: rows of pixels of 1 (gray), 3 (red, green, blue) or 4 bytes (with opacity) each.
typedef struct gyrus_picture {
    uint8_t *pixels;
    int64_t height, width, channels;
} gyrus_picture;

/// A sound: samples from −1 to 1 of all channels mixed.
typedef struct gyrus_sound {
    float *samples;
    int64_t count;
    int64_t rate;
    /// Number of samples in the whole file, of which `count` were read.
    int64_t total;
} gyrus_sound;

/// Makes decoders reject pictures with more pixels.
void gyrus_picture_set_limit(int64_t pixels);
/// Decodes a picture, upright according to its EXIF data, with 16 bits reduced to 8.
bool gyrus_picture_decode(const uint8_t *bytes, size_t count, gyrus_picture *picture, char **error);
/// Encodes a picture as PNG.
bool gyrus_picture_encode(const gyrus_picture *picture, uint8_t **bytes, size_t *count, char **error);

/// Decodes at most `limit_seconds` of a sound, from its beginning.
bool gyrus_sound_decode(
    const uint8_t *bytes, size_t count, double limit_seconds, gyrus_sound *sound, char **error);

#ifdef __cplusplus
}
#endif
