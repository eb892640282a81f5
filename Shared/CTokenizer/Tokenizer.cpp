#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "include/CTokenizer.h"

struct gyrus_tokenizer {
    sentencepiece::SentencePieceProcessor processor;
};

namespace {

/// Runs the body of a C function; an exception becomes a message and the failure value.
template <class Result, class Body>
Result guarded(char **error, Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &exception) {
        if (error) *error = strdup(exception.what());
    } catch (...) {
        if (error) *error = strdup("an exception of unknown type");
    }
    return failed;
}

void check(const sentencepiece::util::Status &status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
}

/// Texts in memory, one after another.
class Texts : public sentencepiece::SentenceIterator {
public:
    Texts(const char *const *texts, int64_t count) : texts(texts), count(count) { load(); }
    bool done() const override { return place >= count; }
    void Next() override {
        place++;
        load();
    }
    const std::string &value() const override { return current; }
    sentencepiece::util::Status status() const override { return {}; }

private:
    void load() {
        if (place < count) current = texts[place];
    }
    const char *const *texts;
    int64_t count, place = 0;
    std::string current;
};

}  // namespace

bool gyrus_tokenizer_train(
    const char *const *texts, int64_t count, const char *kind, int64_t vocabulary, uint8_t **model,
    int64_t *model_count, char **error) {
    return guarded(error, false, [&] {
        Texts sentences(texts, count);
        std::string serialized;
        // One thread, so that the same texts give the same tokens.
        check(sentencepiece::SentencePieceTrainer::Train(
            {{"model_type", kind},
             {"vocab_size", std::to_string(vocabulary)},
             {"hard_vocab_limit", "false"},
             {"character_coverage", "0.9995"},
             {"pad_id", "0"},
             {"unk_id", "1"},
             {"bos_id", "-1"},
             {"eos_id", "-1"},
             {"num_threads", "1"},
             {"max_sentence_length", "65536"},
             {"minloglevel", "3"}},
            &sentences, &serialized));
        *model = static_cast<uint8_t *>(malloc(serialized.size()));
        std::copy(serialized.begin(), serialized.end(), *model);
        *model_count = int64_t(serialized.size());
        return true;
    });
}

gyrus_tokenizer *gyrus_tokenizer_load(const uint8_t *model, int64_t count, char **error) {
    return guarded<gyrus_tokenizer *>(error, nullptr, [&] {
        auto tokenizer = std::make_unique<gyrus_tokenizer>();
        check(tokenizer->processor.LoadFromSerializedProto({reinterpret_cast<const char *>(model), size_t(count)}));
        return tokenizer.release();
    });
}

void gyrus_tokenizer_free(gyrus_tokenizer *tokenizer) { delete tokenizer; }

int64_t gyrus_tokenizer_vocabulary(const gyrus_tokenizer *tokenizer) { return tokenizer->processor.GetPieceSize(); }

bool gyrus_tokenizer_encode(
    const gyrus_tokenizer *tokenizer, const char *text, int32_t **tokens, int64_t *count, char **error) {
    return guarded(error, false, [&] {
        std::vector<int> ids;
        check(tokenizer->processor.Encode(text, &ids));
        *tokens = static_cast<int32_t *>(malloc(std::max<size_t>(1, ids.size()) * sizeof(int32_t)));
        std::copy(ids.begin(), ids.end(), *tokens);
        *count = int64_t(ids.size());
        return true;
    });
}
