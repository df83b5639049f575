/* Which places a window reads: the steps of a kernel that meet the array, and not its padding. */

typedef struct {
    Size count;
    Size step[MOST_TAPS], place[MOST_TAPS]; /* of the kernel, and where in the array that is */
    Size place_size, step_size;             /* what both are multiplied by: elements from one to the next */
    Size reference;                         /* the place that they were found for */
    int is_whole;                           /* whether every step is among them */
} Taps;

INLINE void add_tap(Taps *taps, Size step, Size place) {
    taps->step[taps->count] = step * taps->step_size;
    taps->place[taps->count++] = place * taps->place_size;
}

/* What a place of the output reads of the input; places that read all of a window read it as the first of them does,
   by a stride further for each. Returns how much further, in elements. */
INLINE Size taps_of_output(const Axis *axis, Size place, Taps *taps) {
    const Size first = place * axis->stride - axis->padding, last = first + (axis->window - 1) * axis->dilation;
    const int is_whole = first >= 0 && last < axis->input;
    if (place > 0 && is_whole && taps->is_whole) return (place - taps->reference) * axis->stride * taps->place_size;
    taps->count = 0, taps->reference = place, taps->is_whole = is_whole;
    for (Size step = 0; step < axis->window; step++) {
        const Size read = first + step * axis->dilation;
        if (read >= 0 && read < axis->input) add_tap(taps, step, read);
    }
    return 0;
}

/* The places of the output, from first to before end, whose window's step is in the input, and not in its padding. */
static void meeting(const Axis *axis, Size step, Size *first, Size *end) {
    const Size offset = axis->padding - step * axis->dilation; /* the input of place 0 is -offset */
    const Size last = axis->input - 1 + offset;
    *first = offset <= 0 ? 0 : (offset + axis->stride - 1) / axis->stride;
    *end = last < 0 ? 0 : least(last / axis->stride + 1, axis->output);
}
