/* Sums of channels, and pooling: of each window, place by place, over a strip of samples. */

enum { STRIP = 64 };

/* s[c] += sum of g[c], row after row */
static void channel_sums(const Spatial *s) {
    const Size line = s->width.output * s->batch;
    const float *g = s->at[0];
    for (Size c = 0; c < s->outputs; c++) {
        float total = s->fresh ? 0 : s->at[1][c];
        for (Size r = 0; r < s->height.output; r++, g += line) total += sum(g, line);
        s->at[1][c] = total;
    }
}

/* y = the largest of a window; a nan is the largest. The last nan, or the first of the largest, is the one of which
   `index` tells the tap. */
INLINE void find_largest(const float *x, const Taps *rows, const Taps *columns, Size count, float *most,
                         int32_t *index) {
    for (Size n = 0; n < count; n++) most[n] = -INFINITY, index[n] = 0;
    for (Size a = 0; a < rows->count; a++)
        for (Size b = 0; b < columns->count; b++) {
            const float *at = x + rows->place[a] + columns->place[b];
            const int32_t tap = (int32_t)(a * columns->count + b);
            FOR_EACH(n, count) {
                const int wins = (at[n] > most[n]) | (at[n] != at[n]);
                most[n] = wins ? at[n] : most[n];
                index[n] = wins ? tap : index[n];
            }
        }
}

/* CODE for each channel, each place of the output with its taps, and each strip of samples. */
#define FOR_EACH_WINDOW(CODE)                                                                                          \
    Taps rows = {.place_size = s->width.input * s->batch}, columns = {.place_size = s->batch};                         \
    for (Size c = 0; c < s->outputs; c++)                                                                              \
        for (Size r = 0; r < s->height.output; r++) {                                                                  \
            const Size down = taps_of_output(&s->height, r, &rows);                                                    \
            for (Size q = 0; q < s->width.output; q++) {                                                               \
                const Size right = taps_of_output(&s->width, q, &columns);                                             \
                const Size plane = c * s->height.input * s->width.input * s->batch;                                    \
                const Size place = ((c * s->height.output + r) * s->width.output + q) * s->batch;                      \
                for (Size n = 0; n < s->batch; n += STRIP) {                                                           \
                    const Size count = least(STRIP, s->batch - n), from = plane + down + right + n, to = place + n;    \
                    CODE                                                                                               \
                }                                                                                                      \
            }                                                                                                          \
        }

/* y = the largest of it and x, of places `step` apart and as many samples of each */
INLINE void take_larger(const float *x, Size count, Size step, Size samples, float *y) {
    for (Size n = 0; n < samples; n++) FOR_EACH(q, count) {
            const float each = x[q * step + n], most = y[q * samples + n];
            y[q * samples + n] = (each > most) | (each != each) ? each : most;
        }
}

/* Row by row, as few samples fill no vector; a stride of 2 is what a vector is made of most easily. */
static void max_pool_of_few(const Spatial *s) {
    const Size batch = s->batch, row = s->width.input * batch, line = s->width.output * batch;
    const Size step = s->width.stride * batch, window = s->width.window;
    Size first[MOST_TAPS], end[MOST_TAPS];
    for (Size j = 0; j < window; j++) meeting(&s->width, j, &first[j], &end[j]);
    Taps rows = {.place_size = row};
    float *y = s->at[1];
    for (Size c = 0; c < s->outputs; c++) {
        const float *x = s->at[0] + c * s->height.input * row;
        for (Size r = 0; r < s->height.output; r++, y += line) {
            const Size down = taps_of_output(&s->height, r, &rows);
            for (Size n = 0; n < line; n++) y[n] = -INFINITY;
            for (Size a = 0; a < rows.count; a++)
                for (Size j = 0; j < window; j++) {
                    const Size place = first[j] * s->width.stride + j * s->width.dilation - s->width.padding;
                    const float *from = x + down + rows.place[a] + place * batch;
                    if (batch == 1 && step == 2)
                        take_larger(from, end[j] - first[j], 2, 1, y + first[j]);
                    else
                        take_larger(from, end[j] - first[j], step, batch, y + first[j] * batch);
                }
        }
    }
}

static void max_pool(const Spatial *s) {
    if (s->batch < LEAST_BATCH) {
        max_pool_of_few(s);
        return;
    }
    int32_t index[STRIP];
    FOR_EACH_WINDOW(find_largest(s->at[0] + from, &rows, &columns, count, s->at[1] + to, index);)
}

static void clear_gradient(const Spatial *s, float *gx) {
    memset(gx, 0, (size_t)(s->inputs * s->height.input * s->width.input * s->batch) * sizeof *gx);
}

/* Whether each place is in one window at most; and whether in one at least. */
INLINE int is_apart(const Axis *axis) { return axis->stride > axis->dilation * (axis->window - 1); }

INLINE int is_covered(const Axis *axis) {
    return axis->stride == axis->window && axis->dilation == 1 && axis->padding == 0 &&
           axis->output * axis->window == axis->input;
}

/* gx += g where x is the largest of its window; where no window overlaps another, each place is written once. */
static void max_pool_back(const Spatial *s) {
    float most[STRIP];
    int32_t index[STRIP];
    const int once = is_apart(&s->height) && is_apart(&s->width);
    if (!(once && is_covered(&s->height) && is_covered(&s->width))) clear_gradient(s, s->at[2]);
    FOR_EACH_WINDOW({
        const float *g = s->at[1] + to;
        find_largest(s->at[0] + from, &rows, &columns, count, most, index);
        for (Size a = 0; a < rows.count; a++)
            for (Size b = 0; b < columns.count; b++) {
                float *gx = s->at[2] + from + rows.place[a] + columns.place[b];
                const int32_t tap = (int32_t)(a * columns.count + b);
                if (once)
                    FOR_EACH(k, count) gx[k] = index[k] == tap ? g[k] : 0;
                else
                    FOR_EACH(k, count) gx[k] += index[k] == tap ? g[k] : 0;
            }
    })
}

/* How many places of a window count, along an axis: those of the input, and of the padding, but none beyond that. */
static Size window_count(const Spatial *s, const Axis *axis, Size place, const Taps *taps) {
    const Size first = place * axis->stride - axis->padding;
    return s->counts_padding ? least(axis->window, axis->input + axis->padding - first) : taps->count;
}

/* y = the average of a window */
static void average_pool(const Spatial *s) {
    FOR_EACH_WINDOW({
        float *y = s->at[1] + to;
        const float share =
            1.0f / (float)(window_count(s, &s->height, r, &rows) * window_count(s, &s->width, q, &columns));
        memset(y, 0, (size_t)count * sizeof *y);
        for (Size a = 0; a < rows.count; a++)
            for (Size b = 0; b < columns.count; b++) {
                const float *x = s->at[0] + from + rows.place[a] + columns.place[b];
                FOR_EACH(k, count) y[k] += x[k];
            }
        FOR_EACH(k, count) y[k] *= share;
    })
}

/* gx += g / count, in each place of the window */
static void average_pool_back(const Spatial *s) {
    clear_gradient(s, s->at[1]);
    FOR_EACH_WINDOW({
        const float *g = s->at[0] + to;
        const float share =
            1.0f / (float)(window_count(s, &s->height, r, &rows) * window_count(s, &s->width, q, &columns));
        for (Size a = 0; a < rows.count; a++)
            for (Size b = 0; b < columns.count; b++) {
                float *gx = s->at[1] + from + rows.place[a] + columns.place[b];
                FOR_EACH(k, count) gx[k] += g[k] * share;
            }
    })
}
