// Measures a YAML text with the parser that later reads it, before anything is built from it.
#ifndef C_YAML_BOUNDS_H
#define C_YAML_BOUNDS_H

#include <stddef.h>

// The bounds of a text.
struct yaml_bounds {
    // Depth of nested collections, aliases expanded.
    size_t depth;
    // Values, aliases expanded.
    size_t nodes;
    // Anchors and aliases.
    size_t references;
};

enum yaml_excess {
    YAML_WITHIN_BOUNDS,
    YAML_TOO_DEEP,
    YAML_TOO_MANY_NODES,
    YAML_TOO_MANY_REFERENCES,
    // Not valid YAML, or out of memory; the reader reports why.
    YAML_UNREADABLE,
};

// Where a text exceeds its bounds: line and column from 1.
struct yaml_place {
    size_t line;
    size_t column;
};

enum yaml_excess yaml_measure(
    const unsigned char *text, size_t length, struct yaml_bounds bounds, struct yaml_place *place);

#endif
