// What Gyrus needs from SentencePiece to split texts into tokens.
//
// A separate library, because SentencePiece has its own copy of protobuf, which must not be in the same process as that
// of libtorch and OpenCV.
//
// Every function that can fail takes `char **error` and stores a message there, which the caller frees with `free`.
// C++ exceptions never escape. Returned memory is freed with `free`, objects with their `_free` function.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A tokenizer.
typedef struct gyrus_tokenizer gyrus_tokenizer;

/// Learns a tokenizer from texts. `kind` is `unigram`, `word` or `char`; token 0 is padding, token 1 is unknown.
/// `model` becomes the serialized model.
bool gyrus_tokenizer_train(
    const char *const *texts, int64_t count, const char *kind, int64_t vocabulary, uint8_t **model,
    int64_t *model_count, char **error);
gyrus_tokenizer *gyrus_tokenizer_load(const uint8_t *model, int64_t count, char **error);
void gyrus_tokenizer_free(gyrus_tokenizer *tokenizer);
int64_t gyrus_tokenizer_vocabulary(const gyrus_tokenizer *tokenizer);
/// Splits a text into tokens.
bool gyrus_tokenizer_encode(
    const gyrus_tokenizer *tokenizer, const char *text, int32_t **tokens, int64_t *count, char **error);

#ifdef __cplusplus
}
#endif
