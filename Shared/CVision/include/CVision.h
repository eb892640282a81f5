// What Gyrus needs from OpenCV: images, networks that run on them, and films.
//
// Every function that can fail takes `char **error` and stores a message there, which the caller frees with `free`.
// C++ exceptions never escape. Objects are freed with their `_free` function, which accepts a null pointer.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An image with three bytes per pixel: blue, green, red.
typedef struct gyrus_image gyrus_image;
/// A network with its weights.
typedef struct gyrus_vision_network gyrus_vision_network;
/// A film that is being written.
typedef struct gyrus_film gyrus_film;

/// A color.
typedef struct gyrus_color {
    uint8_t red, green, blue;
} gyrus_color;

/// A rectangle in pixels.
typedef struct gyrus_rectangle {
    int32_t left, top, width, height;
} gyrus_rectangle;

/// How pixels are converted to the input of a network: cropped, resized (bilinear), and for each channel
/// `(value * scale - mean) / deviation`.
typedef struct gyrus_vision_input {
    gyrus_rectangle part;
    int32_t width, height;
    /// Whether the aspect ratio is kept: the image is in the upper left corner, the rest has the value `padding`.
    bool keeps_aspect;
    float padding;
    /// Whether the first channel is red.
    bool starts_with_red;
    float scale;
    float mean[3];
    float deviation[3];
} gyrus_vision_input;

/// An output of a network; the caller frees it with `gyrus_vision_outputs_free`.
typedef struct gyrus_vision_output {
    float *values;
    int64_t count;
    int32_t rank;
    int32_t shape[8];
} gyrus_vision_output;

/// Version of OpenCV in use.
const char *gyrus_vision_version(void);
/// Sets the number of threads for each computation.
void gyrus_vision_set_threads(int32_t count);

/// Reads a file in any format that OpenCV supports. Null on failure.
gyrus_image *gyrus_image_read(const char *path, char **error);
/// An image of one color. Null on failure.
gyrus_image *gyrus_image_make(int32_t width, int32_t height, gyrus_color color, char **error);
/// Writes a file; its format follows from the file name extension.
bool gyrus_image_write(const gyrus_image *image, const char *path, char **error);
void gyrus_image_free(gyrus_image *image);
int32_t gyrus_image_width(const gyrus_image *image);
int32_t gyrus_image_height(const gyrus_image *image);
/// Blue, green and red of each pixel, row by row without gaps; valid as long as the image. Null if the image has gaps.
const uint8_t *gyrus_image_pixels(const gyrus_image *image);
/// Draws the outline of a rectangle, and a text on the same color above its upper left corner.
bool gyrus_image_label(gyrus_image *image, gyrus_rectangle place, const char *text, gyrus_color color, char **error);

/// Reads a network; `configuration` is the second file of formats that have two, else null. Null on failure.
gyrus_vision_network *gyrus_vision_network_open(const char *weights, const char *configuration, char **error);
void gyrus_vision_network_free(gyrus_vision_network *network);
/// Runs a network on a part of an image. `outputs` becomes an array of `count` outputs in the network's order.
bool gyrus_vision_network_run(gyrus_vision_network *network, const gyrus_image *image, const gyrus_vision_input *input,
                              gyrus_vision_output **outputs, size_t *count, char **error);
void gyrus_vision_outputs_free(gyrus_vision_output *outputs, size_t count);

/// Starts an MPEG-4 film. Null on failure.
gyrus_film *gyrus_film_begin(const char *path, double frame_rate, int32_t width, int32_t height, char **error);
bool gyrus_film_add(gyrus_film *film, const gyrus_image *image, char **error);
/// Ends the film and frees it.
void gyrus_film_end(gyrus_film *film);

#ifdef __cplusplus
}
#endif
