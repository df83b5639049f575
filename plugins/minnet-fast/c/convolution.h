/* Convolution, without an array of its patches: a block of sums stays in registers while all that is added passes by.

   A block is CHANNELS channels of WIDE vectors of FLOATS samples each; what is left over is done by smaller blocks, and
   samples that fill no vector by one that ends with the last sample and computes some twice. */

typedef float Vector __attribute__((vector_size(FLOATS * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef int32_t Mask __attribute__((vector_size(FLOATS * sizeof(int32_t)), aligned(sizeof(int32_t)), may_alias));

enum { CHANNELS = 4, WIDE = FLOATS == 16 ? 4 : 2, CACHED = 20480 };

/* Which places of the output read a place of the input, likewise. */
INLINE Size taps_of_input(const Axis *axis, Size place, Taps *taps) {
    const Size ahead = place + axis->padding, least_ahead = ahead - (axis->window - 1) * axis->dilation;
    const int is_whole = axis->stride == 1 && least_ahead >= 0 && ahead < axis->output;
    if (place > 0 && is_whole && taps->is_whole) return (place - taps->reference) * taps->place_size;
    taps->count = 0, taps->reference = place, taps->is_whole = is_whole;
    for (Size step = 0; step < axis->window; step++) {
        const Size read = ahead - step * axis->dilation;
        if (read >= 0 && read % axis->stride == 0 && read / axis->stride < axis->output)
            add_tap(taps, step, read / axis->stride);
    }
    return 0;
}

/* Have a vector in a register: GCC would load it again for each use, and loads are what there are most of. */
#if defined(__x86_64__)
#define KEEP(vector) __asm__("" : "+v"(vector))
#else
#define KEEP(vector)
#endif

INLINE Vector load(const float *from) { return *(const Vector *)from; }

INLINE void store(float *to, Vector vector) { *(Vector *)to = vector; }

/* An array that is read, channel by channel, and the weights that it is multiplied by. */
typedef struct {
    const float *from, *weights;
    Size channels;           /* that are summed */
    Size plane, batch;       /* elements of a channel, and of a place */
    Size of_sum, of_channel; /* what an address of weights grows by with each sum and channel */
} Source;

/* into[k] = start[k], or what it is if goes_on, + the sum over channels c and taps (i, r), (j, q) of weights[k, c, i,
 * j] from[c, r, q] */
#define GATHER(COUNT, WIDTH)                                                                                           \
    static void gather_##COUNT##_##WIDTH(const Source *s, const Taps *rows, const Taps *columns, const float *start,   \
                                         int goes_on, float *into, Size apart) {                                       \
        Vector total[COUNT][WIDTH];                                                                                    \
        for (int k = 0; k < (COUNT); k++)                                                                              \
            for (int v = 0; v < (WIDTH); v++)                                                                          \
                if (goes_on)                                                                                           \
                    total[k][v] = load(into + k * apart + v * FLOATS);                                                 \
                else                                                                                                   \
                    total[k][v] = (Vector){0} + (start ? start[k] : 0.0f);                                             \
        for (Size c = 0; c < s->channels; c++)                                                                         \
            for (Size a = 0; a < rows->count; a++) {                                                                   \
                const float *row = s->from + c * s->plane + rows->place[a];                                            \
                const float *weights = s->weights + c * s->of_channel + rows->step[a];                                 \
                for (Size b = 0; b < columns->count; b++) {                                                            \
                    const float *x = row + columns->place[b], *w = weights + columns->step[b];                         \
                    Vector values[WIDTH];                                                                              \
                    for (int v = 0; v < (WIDTH); v++) values[v] = load(x + v * FLOATS);                                \
                    for (int k = 0; k < (COUNT); k++)                                                                  \
                        for (int v = 0; v < (WIDTH); v++) total[k][v] += values[v] * w[k * s->of_sum];                 \
                }                                                                                                      \
            }                                                                                                          \
        for (int k = 0; k < (COUNT); k++)                                                                              \
            for (int v = 0; v < (WIDTH); v++) store(into + k * apart + v * FLOATS, total[k][v]);                       \
    }

#if FLOATS == 16
GATHER(4, 4)
GATHER(1, 4)
#define gather_4_wide gather_4_4
#define gather_1_wide gather_1_4
#else
GATHER(4, 2)
GATHER(1, 2)
#define gather_4_wide gather_4_2
#define gather_1_wide gather_1_2
#endif
GATHER(4, 1)
GATHER(1, 1)

/* All samples of one place, for some sums beside each other. */
static void gather(Source s, const Taps *rows, const Taps *columns, const float *start, int goes_on, float *into,
                   Size apart, Size sums) {
    const Size batch = s.batch;
    const float *from = s.from;
    for (Size n = 0; n < batch;) {
        const int is_wide = n + WIDE * FLOATS <= batch;
        if (n + FLOATS > batch) n = batch - FLOATS;
        s.from = from + n;
        if (sums == CHANNELS)
            (is_wide ? gather_4_wide : gather_4_1)(&s, rows, columns, start, goes_on, into + n, apart);
        else
            (is_wide ? gather_1_wide : gather_1_1)(&s, rows, columns, start, goes_on, into + n, apart);
        n += is_wide ? WIDE * FLOATS : FLOATS;
    }
}

/* How many channels to sum at a time: as many as what is read of them stays in the first-level cache from one place to
   the next. Where some samples are computed twice, all, as nothing may be added to them twice. */
INLINE Size channels_at_once(const Spatial *s, Size channels) {
    const Size bytes = s->height.window * s->width.window * WIDE * FLOATS * (Size)sizeof(float);
    const Size most = CACHED / bytes > 1 ? CACHED / bytes : 1;
    return s->batch % FLOATS || most >= channels ? channels : most;
}

INLINE Size sums_from(Size first, Size end) { return end - first >= CHANNELS ? CHANNELS : 1; }

#include "few_samples.h"

/* y[o, r, q] = b[o] + sum over c, i, j of w[o, c, i, j] x[c, r stride + i dilation - padding, q ... + j ...] */
static void convolution(const Spatial *s) {
    if (s->batch < LEAST_BATCH) {
        convolution_of_few(s);
        return;
    }
    const Size taps = s->height.window * s->width.window, batch = s->batch;
    const Size inputs = s->inputs / s->groups, outputs = s->outputs / s->groups;
    const Size plane = s->height.input * s->width.input * batch, apart = s->height.output * s->width.output * batch;
    Taps rows = {.place_size = s->width.input * batch, .step_size = s->width.window};
    Taps columns = {.place_size = batch, .step_size = 1};
    const Size most = channels_at_once(s, inputs);
    for (Size o = 0, sums; o < s->outputs; o += sums) {
        const Size group = o / outputs;
        sums = sums_from(o, (group + 1) * outputs);
        const float *x = s->at[0] + group * inputs * plane, *w = s->at[1] + o * inputs * taps;
        float *y = s->at[3] + o * apart;
        for (Size c = 0; c < inputs; c += most)
            for (Size r = 0; r < s->height.output; r++) {
                const Size down = taps_of_output(&s->height, r, &rows);
                for (Size q = 0; q < s->width.output; q++) {
                    const Size right = taps_of_output(&s->width, q, &columns);
                    const Source source = {x + c * plane + down + right,
                                           w + c * taps,
                                           least(most, inputs - c),
                                           plane,
                                           batch,
                                           inputs * taps,
                                           taps};
                    gather(source, &rows, &columns, s->at[2] + o, c > 0, y + (r * s->width.output + q) * batch, apart,
                           sums);
                }
            }
    }
}

/* gx[c, r, q] = sum over o, i, j of w[o, c, i, j] g[o, (r + padding - i dilation) / stride, (q ...) / ...] */
static void convolution_back(const Spatial *s) {
    const Size taps = s->height.window * s->width.window, batch = s->batch;
    const Size inputs = s->inputs / s->groups, outputs = s->outputs / s->groups;
    const Size plane = s->height.output * s->width.output * batch, apart = s->height.input * s->width.input * batch;
    Taps rows = {.place_size = s->width.output * batch, .step_size = s->width.window};
    Taps columns = {.place_size = batch, .step_size = 1};
    const Size most = channels_at_once(s, outputs);
    for (Size c = 0, sums; c < s->inputs; c += sums) {
        const Size group = c / inputs;
        sums = sums_from(c, (group + 1) * inputs);
        const float *g = s->at[0] + group * outputs * plane;
        const float *w = s->at[1] + (group * outputs * inputs + c % inputs) * taps;
        float *gx = s->at[2] + c * apart;
        for (Size o = 0; o < outputs; o += most)
            for (Size r = 0; r < s->height.input; r++) {
                const Size down = taps_of_input(&s->height, r, &rows);
                for (Size q = 0; q < s->width.input; q++) {
                    const Size right = taps_of_input(&s->width, q, &columns);
                    const Source source = {g + o * plane + down + right,
                                           w + o * inputs * taps,
                                           least(most, outputs - o),
                                           plane,
                                           batch,
                                           taps,
                                           inputs * taps};
                    gather(source, &rows, &columns, NULL, o > 0, gx + (r * s->width.input + q) * batch, apart, sums);
                }
            }
    }
}

INLINE float sum_of(Vector vector) {
    float total = 0;
    for (int k = 0; k < FLOATS; k++) total += vector[k];
    return total;
}

INLINE Vector masked(Vector vector, Mask mask) { return (Vector)((Mask)vector & mask); }

/* total[k, l] += the sum over places from q to before stop and samples of g[k] x, of one row of the output, for COUNT
   outputs and STEPS steps of a kernel's row beside each other. */
#define SPAN(COUNT, STEPS)                                                                                             \
    static void span_##COUNT##_##STEPS(const Spatial *s, const float *x, const float *g, Vector *total, Size j,        \
                                       Size q, Size stop) {                                                            \
        const Size batch = s->batch, whole = batch - batch % FLOATS, from = batch - FLOATS;                            \
        const Size apart = s->height.output * s->width.output * batch, ahead = s->width.dilation * batch;              \
        Vector part[COUNT][STEPS] = {{{0}}};                                                                           \
        Mask rest;                                                                                                     \
        for (int k = 0; k < FLOATS; k++) rest[k] = from + k < whole ? 0 : -1;                                          \
        x += (q * s->width.stride + j * s->width.dilation - s->width.padding) * batch, g += q * batch;                 \
        for (; q < stop; q++, x += s->width.stride * batch, g += batch) {                                              \
            for (Size n = 0; n < whole; n += FLOATS) {                                                                 \
                Vector values[STEPS];                                                                                  \
                for (int l = 0; l < (STEPS); l++) values[l] = load(x + n + l * ahead);                                 \
                for (int k = 0; k < (COUNT); k++) {                                                                    \
                    Vector slope = load(g + n + k * apart);                                                            \
                    KEEP(slope);                                                                                       \
                    for (int l = 0; l < (STEPS); l++) part[k][l] += slope * values[l];                                 \
                }                                                                                                      \
            }                                                                                                          \
            if (whole == batch) continue;                                                                              \
            for (int l = 0; l < (STEPS); l++)                                                                          \
                for (int k = 0; k < (COUNT); k++)                                                                      \
                    part[k][l] += masked(load(g + from + k * apart), rest) * masked(load(x + from + l * ahead), rest); \
        }                                                                                                              \
        for (int k = 0; k < (COUNT); k++)                                                                              \
            for (int l = 0; l < (STEPS); l++) total[k * s->width.window + j + l] += part[k][l];                        \
    }

SPAN(4, 3)
SPAN(4, 2)
SPAN(4, 1)
SPAN(1, 1)

/* One row of a kernel and one of the output, of CHANNELS outputs or of one: three steps at a time where all meet the
   input. */
static void row_weights(const Spatial *s, const float *x, const float *g, Vector *total, Size sums) {
    const Size window = s->width.window;
    for (Size j = 0, steps; j < window; j += steps) {
        steps = sums == CHANNELS ? least(window - j, 3) : 1;
        Size first, end, q, stop;
        meeting(&s->width, j, &first, &end);
        for (Size l = 1; l < steps; l++) {
            meeting(&s->width, j + l, &q, &stop);
            first = q > first ? q : first, end = least(stop, end);
        }
        if (steps == 1) {
            (sums == CHANNELS ? span_4_1 : span_1_1)(s, x, g, total, j, first, end);
            continue;
        }
        if (first > end) first = end;
        (steps == 3 ? span_4_3 : span_4_2)(s, x, g, total, j, first, end);
        for (Size l = 0; l < steps; l++) {
            meeting(&s->width, j + l, &q, &stop);
            if (q < first) span_4_1(s, x, g, total, j + l, q, least(first, stop));
            if (stop > end) span_4_1(s, x, g, total, j + l, q > end ? q : end, stop);
        }
    }
}

/* Sums that stay in the second-level cache while the rows of the output pass by, each of which stays in the first. */
enum { TOTALS = 1024 };

/* gw[o, c, i, j] += sum over r, q and samples of g[o, r, q] x[c, r stride + i dilation - padding, ...]; row after row,
   as the sum of all of them at once would lose digits */
static void convolution_weights(const Spatial *s) {
    const Size inputs = s->inputs / s->groups, outputs = s->outputs / s->groups, window = s->width.window;
    const Size kernel_rows = inputs * s->height.window, line = s->width.output * s->batch;
    const Size plane = s->height.input * s->width.input * s->batch, apart = s->height.output * line;
    Vector total[TOTALS];
    float *gw = s->at[2];
    if (s->fresh) memset(gw, 0, (size_t)(s->outputs * kernel_rows * window) * sizeof *gw);
    for (Size o = 0, sums; o < s->outputs; o += sums) {
        const Size group = o / outputs;
        sums = sums_from(o, (group + 1) * outputs);
        const float *x = s->at[0] + group * inputs * plane, *g = s->at[1] + o * apart;
        const Size most = TOTALS / (sums * window); /* rows of a kernel at a time */
        for (Size top = 0; top < kernel_rows; top += most) {
            const Size stop = least(kernel_rows, top + most);
            memset(total, 0, (size_t)((stop - top) * sums * window) * sizeof *total);
            for (Size r = 0; r < s->height.output; r++)
                for (Size each = top; each < stop; each++) {
                    const Size c = each / s->height.window, i = each % s->height.window;
                    const Size read = r * s->height.stride + i * s->height.dilation - s->height.padding;
                    if (read < 0 || read >= s->height.input) continue;
                    row_weights(s, x + c * plane + read * s->width.input * s->batch, g + r * line,
                                total + (each - top) * sums * window, sums);
                }
            for (Size each = top; each < stop; each++)
                for (Size k = 0; k < sums; k++)
                    for (Size j = 0; j < window; j++)
                        gw[((o + k) * kernel_rows + each) * window + j] +=
                            sum_of(total[((each - top) * sums + k) * window + j]);
        }
    }
}
