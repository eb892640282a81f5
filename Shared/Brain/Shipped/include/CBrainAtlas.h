#pragma once

#include <stddef.h>

/// A file of the shipped atlas.
typedef struct {
    /// Its name, such as `roi.tsv`.
    const char *_Nonnull name;
    /// Its content.
    const unsigned char *_Nonnull bytes;
    /// Size of the content.
    size_t count;
} gyrus_atlas_file;

/// The files of the shipped atlas.
const gyrus_atlas_file *_Nonnull gyrus_atlas_files(void);

/// How many there are.
size_t gyrus_atlas_file_count(void);
