#include "CYamlBounds.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

// The value of an anchor.
struct anchor {
    char *name;
    size_t nodes;
    size_t depth;
};

// An open collection.
struct frame {
    char *anchor;
    size_t nodes;
    size_t depth;
};

struct measure {
    struct yaml_bounds bounds;
    struct anchor *anchors;
    size_t anchor_count;
    struct frame *frames;
    size_t frame_count;
    size_t references;
};

static void release(struct measure *measure) {
    for (size_t index = 0; index < measure->anchor_count; index++) free(measure->anchors[index].name);
    for (size_t index = 0; index < measure->frame_count; index++) free(measure->frames[index].anchor);
    free(measure->anchors);
    free(measure->frames);
}

// A later anchor with the same name replaces the earlier one.
static const struct anchor *find(const struct measure *measure, const char *name) {
    for (size_t index = measure->anchor_count; index-- > 0;)
        if (strcmp(measure->anchors[index].name, name) == 0) return &measure->anchors[index];
    return NULL;
}

static bool keep_anchor(struct measure *measure, char *name, size_t nodes, size_t depth) {
    struct anchor *grown = realloc(measure->anchors, (measure->anchor_count + 1) * sizeof *grown);
    if (grown == NULL) return false;
    measure->anchors = grown;
    grown[measure->anchor_count++] = (struct anchor){name, nodes, depth};
    return true;
}

// Counts a complete value, and returns whether it is within the bounds.
static enum yaml_excess add(struct measure *measure, size_t nodes, size_t depth) {
    if (measure->frame_count + depth > measure->bounds.depth) return YAML_TOO_DEEP;
    if (measure->frame_count == 0) return nodes > measure->bounds.nodes ? YAML_TOO_MANY_NODES : YAML_WITHIN_BOUNDS;
    struct frame *top = &measure->frames[measure->frame_count - 1];
    // Both are at most the bound, so the sum does not overflow.
    top->nodes += nodes;
    if (depth + 1 > top->depth) top->depth = depth + 1;
    return top->nodes > measure->bounds.nodes ? YAML_TOO_MANY_NODES : YAML_WITHIN_BOUNDS;
}

static enum yaml_excess refer(struct measure *measure) {
    return ++measure->references > measure->bounds.references ? YAML_TOO_MANY_REFERENCES : YAML_WITHIN_BOUNDS;
}

static enum yaml_excess begin(struct measure *measure, const yaml_char_t *anchor) {
    if (anchor != NULL && refer(measure) != YAML_WITHIN_BOUNDS) return YAML_TOO_MANY_REFERENCES;
    if (measure->frame_count + 1 > measure->bounds.depth) return YAML_TOO_DEEP;
    struct frame *grown = realloc(measure->frames, (measure->frame_count + 1) * sizeof *grown);
    if (grown == NULL) return YAML_UNREADABLE;
    measure->frames = grown;
    char *name = anchor == NULL ? NULL : strdup((const char *)anchor);
    if (anchor != NULL && name == NULL) return YAML_UNREADABLE;
    grown[measure->frame_count++] = (struct frame){name, 1, 1};
    return YAML_WITHIN_BOUNDS;
}

static enum yaml_excess end(struct measure *measure) {
    struct frame done = measure->frames[--measure->frame_count];
    if (done.anchor != NULL && !keep_anchor(measure, done.anchor, done.nodes, done.depth)) {
        free(done.anchor);
        return YAML_UNREADABLE;
    }
    return add(measure, done.nodes, done.depth);
}

static enum yaml_excess take(struct measure *measure, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_MAPPING_START_EVENT: return begin(measure, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_START_EVENT: return begin(measure, event->data.sequence_start.anchor);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: return end(measure);
    case YAML_SCALAR_EVENT: {
        const yaml_char_t *anchor = event->data.scalar.anchor;
        if (anchor == NULL) return add(measure, 1, 0);
        if (refer(measure) != YAML_WITHIN_BOUNDS) return YAML_TOO_MANY_REFERENCES;
        char *name = strdup((const char *)anchor);
        if (name == NULL) return YAML_UNREADABLE;
        if (!keep_anchor(measure, name, 1, 0)) {
            free(name);
            return YAML_UNREADABLE;
        }
        return add(measure, 1, 0);
    }
    case YAML_ALIAS_EVENT: {
        if (refer(measure) != YAML_WITHIN_BOUNDS) return YAML_TOO_MANY_REFERENCES;
        const struct anchor *anchor = find(measure, (const char *)event->data.alias.anchor);
        return anchor == NULL ? YAML_UNREADABLE : add(measure, anchor->nodes, anchor->depth);
    }
    default: return YAML_WITHIN_BOUNDS;
    }
}

enum yaml_excess yaml_measure(
    const unsigned char *text, size_t length, struct yaml_bounds bounds, struct yaml_place *place) {
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) return YAML_UNREADABLE;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text, length);
    struct measure measure = {.bounds = bounds};
    enum yaml_excess excess = YAML_WITHIN_BOUNDS;
    for (bool is_last = false; excess == YAML_WITHIN_BOUNDS && !is_last;) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            // The parser's own limit: it looks ahead, so it can reach its limit first.
            bool is_deep = parser.problem != NULL && strstr(parser.problem, "nesting") != NULL;
            excess = is_deep || parser.error == YAML_MEMORY_ERROR ? YAML_TOO_DEEP : YAML_UNREADABLE;
            place->line = parser.mark.line + 1;
            place->column = parser.mark.column + 1;
            break;
        }
        is_last = event.type == YAML_STREAM_END_EVENT;
        excess = take(&measure, &event);
        place->line = event.start_mark.line + 1;
        place->column = event.start_mark.column + 1;
        yaml_event_delete(&event);
    }
    release(&measure);
    yaml_parser_delete(&parser);
    return excess;
}
