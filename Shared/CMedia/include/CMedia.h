// What Gyrus needs of OpenCV, libsndfile and SentencePiece to read what people perceive: pictures, sound and text.
//
// Every function that can fail takes `char **error` and stores a message there, which the caller frees with `free`.
// No C++ exception leaves. Memory that is handed out is freed with `free`, objects with their `_free` function.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A picture: rows of pixels of 1 (gray), 3 (red, green, blue) or 4 bytes (and opacity) each.
typedef struct gyrus_picture {
    uint8_t *pixels;
    int64_t height, width, channels;
} gyrus_picture;

/// A sound: samples from −1 to 1 of all channels mixed.
typedef struct gyrus_sound {
    float *samples;
    int64_t count;
    int64_t rate;
    /// Samples of the whole file, of which `count` were read.
    int64_t total;
} gyrus_sound;

/// A tokenizer.
typedef struct gyrus_tokenizer gyrus_tokenizer;

/// Makes decoders refuse pictures of more pixels.
void gyrus_picture_set_limit(int64_t pixels);
/// Decodes a picture: turned upright as its EXIF data say, 16 bits brought to 8.
bool gyrus_picture_decode(const uint8_t *bytes, size_t count, gyrus_picture *picture, char **error);

/// Decodes at most `limit_seconds` of a sound, from its beginning.
bool gyrus_sound_decode(
    const uint8_t *bytes, size_t count, double limit_seconds, gyrus_sound *sound, char **error);

/// Learns a tokenizer from texts. `kind` is `unigram`, `word` or `char`; token 0 fills up, token 1 is unknown.
/// `model` becomes the serialized model.
bool gyrus_tokenizer_train(
    const char *const *texts, int64_t count, const char *kind, int64_t vocabulary, uint8_t **model,
    int64_t *model_count, char **error);
gyrus_tokenizer *gyrus_tokenizer_load(const uint8_t *model, int64_t count, char **error);
void gyrus_tokenizer_free(gyrus_tokenizer *tokenizer);
int64_t gyrus_tokenizer_vocabulary(const gyrus_tokenizer *tokenizer);
/// Cuts a text into tokens.
bool gyrus_tokenizer_encode(
    const gyrus_tokenizer *tokenizer, const char *text, int32_t **tokens, int64_t *count, char **error);

#ifdef __cplusplus
}
#endif
