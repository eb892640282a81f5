// Embeds the shipped atlas in the executable, so that copies of the executable have it, too.
#include "CBrainAtlas.h"

// `#embed` is C23; older modes know it as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char roi[] = {
#embed "roi.tsv"
};
static const unsigned char function[] = {
#embed "function.tsv"
};
static const unsigned char roi_function[] = {
#embed "roi_function.tsv"
};
static const unsigned char coactivation[] = {
#embed "coactivation.tsv"
};
static const unsigned char word[] = {
#embed "word.tsv"
};
static const unsigned char sources[] = {
#embed "SOURCES.md"
};

static const gyrus_atlas_file files[] = {
    {"roi.tsv", roi, sizeof roi},
    {"function.tsv", function, sizeof function},
    {"roi_function.tsv", roi_function, sizeof roi_function},
    {"coactivation.tsv", coactivation, sizeof coactivation},
    {"word.tsv", word, sizeof word},
    {"SOURCES.md", sources, sizeof sources},
};

const gyrus_atlas_file *gyrus_atlas_files(void) { return files; }

size_t gyrus_atlas_file_count(void) { return sizeof files / sizeof files[0]; }
