/* Convolution of so few samples that they fill no vector: a vector holds what lies along a row instead.

   With a stride of 1, one step of the kernel is the same shift for a whole row, and for all rows one after another: a
   band of rows is summed as if it were one place with as many samples, and what was computed where a row goes over
   into the next is left behind. */

/* What of the input a band reads, with its padding, for some channels: MARGINS floats, and a vector more. */
static void copy_with_padding(const Spatial *s, const float *x, Size channels, Size top, Size count, float *into) {
    const Size left = s->width.padding * s->batch, row = s->width.input * s->batch;
    for (Size c = 0; c < channels; c++, x += s->height.input * row)
        for (Size r = top; r < top + count; r++, into += row + 2 * left) {
            if (r < 0 || r >= s->height.input) {
                memset(into, 0, (size_t)(row + 2 * left) * sizeof *into);
                continue;
            }
            memset(into, 0, (size_t)left * sizeof *into);
            memcpy(into + left, x + r * row, (size_t)row * sizeof *into);
            memset(into + left + row, 0, (size_t)left * sizeof *into);
        }
    memset(into, 0, FLOATS * sizeof *into);
}

static void convolution_of_few(const Spatial *s) {
    const Size taps = s->height.window * s->width.window;
    const Size inputs = s->inputs / s->groups, outputs = s->outputs / s->groups;
    const Size row = (s->width.input + 2 * s->width.padding) * s->batch, line = s->width.output * s->batch;
    const Size band = band_of_few(s), read = band + s->height.dilation * (s->height.window - 1);
    const Size plane = s->height.input * s->width.input * s->batch, apart = s->height.output * line;
    const int is_padded = s->height.padding || s->width.padding;
    const Size most = is_padded && inputs > MARGINS / (read * row) ? MARGINS / (read * row) : inputs;
    /* Of channels that are summed in parts, whole vectors, as nothing may be added twice to what two of them share. */
    const Size run = (band - 1) * row + line, whole = is_padded ? (run + FLOATS - 1) / FLOATS * FLOATS : run;
    float padded[MARGINS + FLOATS], lines[CHANNELS * (LINES + FLOATS)];
    Taps rows = {.place_size = row, .step_size = s->width.window};
    Taps columns = {.place_size = s->batch, .step_size = 1};
    for (Size i = 0; i < s->height.window; i++) add_tap(&rows, i, i * s->height.dilation);
    for (Size j = 0; j < s->width.window; j++) add_tap(&columns, j, j * s->width.dilation);
    for (Size first = 0, top; first < s->height.output; first += band)
        for (Size group = 0; group < s->groups; group++) {
            top = least(first, s->height.output - band);
            const float *x = s->at[0] + group * inputs * plane;
            if (is_padded && most == inputs) copy_with_padding(s, x, inputs, top - s->height.padding, read, padded);
            for (Size o = group * outputs, sums; o < (group + 1) * outputs; o += sums) {
                sums = sums_from(o, (group + 1) * outputs);
                for (Size c = 0; c < inputs; c += most) {
                    const Size channels = least(most, inputs - c);
                    if (most < inputs)
                        copy_with_padding(s, x + c * plane, channels, top - s->height.padding, read, padded);
                    const Source source = {is_padded ? padded : x + top * row,
                                           s->at[1] + (o * inputs + c) * taps,
                                           channels,
                                           is_padded ? read * row : plane,
                                           whole,
                                           inputs * taps,
                                           taps};
                    gather(source, &rows, &columns, s->at[2] + o, c > 0, lines, LINES + FLOATS, sums);
                }
                for (Size k = 0; k < sums; k++)
                    for (Size r = 0; r < band; r++)
                        memcpy(s->at[3] + (o + k) * apart + (top + r) * line, lines + k * (LINES + FLOATS) + r * row,
                               (size_t)line * sizeof *lines);
            }
        }
}
