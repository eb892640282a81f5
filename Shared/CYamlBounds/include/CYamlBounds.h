// Measures a YAML text with the parser that reads it afterwards, before anything of it is built.
#ifndef C_YAML_BOUNDS_H
#define C_YAML_BOUNDS_H

#include <stddef.h>

// What a text may have.
struct yaml_bounds {
    // Collections within each other, aliases expanded.
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
    // It is no YAML, or memory ran out: who reads it afterwards says why.
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
