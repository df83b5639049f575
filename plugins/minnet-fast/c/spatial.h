/* Operations on arrays (channels, height, width, batch): in memory, the samples of a place stand side by side, so that
   a vector holds as many of them.

   SPATIAL_OPERATIONS(X) calls X(name, reads, writes, numbers) for each. Its letters:
     x  float32 (channels, height, width, batch): the input, or what has its shape
     y  likewise: the output
     w  float32 (outputs, inputs of a group, height, width): weights
     c  float32 (outputs,)
   Convolutions and pools take the height and width of a stride, of a padding by zeros (by nothing, for a maximum) and
   of a dilation; pools take those of their window before, and averages at last whether the padding counts.

   What each computes stands beside its kernel. */
#ifndef MINNET_FAST_SPATIAL_H
#define MINNET_FAST_SPATIAL_H

#include "block.h"

enum { SPATIAL_OPERANDS = 4, SPATIAL_NUMBERS = 9 };

/* Of a window, along an axis; and the samples below which there are no vectors of them. */
enum { MOST_TAPS = 64, LEAST_BATCH = 16 };

/* Of fewer, how many numbers of the output are summed at a time, and of how many of the input and its padding: 48 kB.
 */
enum { LINES = 1024, MARGINS = 8192 };

#define SPATIAL_OPERATIONS(X)                                                                                          \
    X(convolution, "xwc", "y", 6)                                                                                      \
    X(convolution_back, "yw", "x", 6)                                                                                  \
    X(convolution_weights, "xy", "w", 6)                                                                               \
    X(channel_sums, "y", "c", 0)                                                                                       \
    X(max_pool, "x", "y", 8)                                                                                           \
    X(max_pool_back, "xy", "x", 8)                                                                                     \
    X(average_pool, "x", "y", 9)                                                                                       \
    X(average_pool_back, "y", "x", 9)

#define NUMBER_OF_SPATIAL(name, reads, writes, numbers) SPATIAL_##name,
enum { SPATIAL_OPERATIONS(NUMBER_OF_SPATIAL) SPATIAL_COUNT };
#undef NUMBER_OF_SPATIAL

/* Along one axis, height or width. */
typedef struct {
    Size input, output, window, stride, padding, dilation;
} Axis;

typedef struct {
    Size inputs, outputs, batch; /* channels before and after, samples */
    Size groups;
    Axis height, width;
    float *at[SPATIAL_OPERANDS]; /* in the order of the operation's letters */
    int fresh;                   /* whether what is added up begins at 0 */
    int counts_padding;          /* whether an average is one of the padding too */
} Spatial;

/* How many rows of the output are summed at a time where the samples are few; 0 if not one, as it is too long. */
static inline Size band_of_few(const Spatial *s) {
    const Size row = (s->width.input + 2 * s->width.padding) * s->batch, line = s->width.output * s->batch;
    const Size besides = s->height.dilation * (s->height.window - 1);
    if (line > LINES || (besides + 1) * row > MARGINS) return 0;
    const Size of_lines = 1 + (LINES - line) / row, of_margins = MARGINS / row - besides;
    const Size rows = of_lines < of_margins ? of_lines : of_margins;
    return rows < s->height.output ? rows : s->height.output;
}

typedef void SpatialKernel(const Spatial *spatial);

typedef struct {
    const char *name;
    const char *letters; /* of what is read, then of what is written */
    int reads, operands, numbers;
} SpatialOperation;

extern const SpatialOperation spatial_operations[SPATIAL_COUNT];

#endif
