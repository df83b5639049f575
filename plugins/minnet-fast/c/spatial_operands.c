#include "spatial_operands.h"

#define ENTRY(name, reads, writes, numbers)                                                                            \
    {#name, reads writes, sizeof(reads) - 1, sizeof(reads) + sizeof(writes) - 2, numbers},
const SpatialOperation spatial_operations[SPATIAL_COUNT] = {SPATIAL_OPERATIONS(ENTRY)};
#undef ENTRY

enum { IMAGE_NDIM = 4 };

/* Remember the shape of an operand, or compare it with one that has been there before. */
static int has_sizes(PyArrayObject *array, Size *sizes) {
    if (PyArray_NDIM(array) != IMAGE_NDIM || PyArray_SIZE(array) == 0) return 0;
    for (int k = 0; k < IMAGE_NDIM; k++) {
        if (sizes[k] && sizes[k] != PyArray_DIM(array, k)) return 0;
        sizes[k] = PyArray_DIM(array, k);
    }
    return 1;
}

/* Whether the output has a place for each window that is in the input and its padding; that of a pool may have one
   more, which begins in the input. */
static int is_consistent(const Axis *axis, int is_pool) {
    if (axis->window < 1 || axis->window > MOST_TAPS || axis->stride < 1 || axis->dilation < 1 || axis->padding < 0)
        return 0;
    const Size span = axis->input + 2 * axis->padding - axis->dilation * (axis->window - 1) - 1;
    const Size whole = span < 0 ? 0 : span / axis->stride + 1;
    const int is_more = axis->output == whole + 1 && whole * axis->stride < axis->input + axis->padding;
    if (axis->output != whole && !(is_pool && is_more)) return 0;
    return !is_pool || 2 * axis->padding <= axis->window; /* so that without dilation no window is empty */
}

int spatial_number_of(const char *name) {
    for (int k = 0; k < SPATIAL_COUNT; k++)
        if (!strcmp(spatial_operations[k].name, name)) return k;
    return -1;
}

/* Whether there are samples to fill a vector, or a band of rows does; of gradients and averages there must be samples.
 */
static int fills_vectors(const Spatial *s, int number) {
    if (s->batch >= LEAST_BATCH || number == SPATIAL_max_pool) return 1;
    if (number != SPATIAL_convolution || s->height.stride != 1 || s->width.stride != 1) return 0;
    const Size band = band_of_few(s), row = (s->width.input + 2 * s->width.padding) * s->batch;
    return band && (band - 1) * row + s->width.output * s->batch >= LEAST_BATCH;
}

int set_spatial(Spatial *s, int number, PyObject *const *operands, const double *numbers) {
    const SpatialOperation *operation = &spatial_operations[number];
    if (!HAS_VECTORS && number <= SPATIAL_convolution_weights) return 0; /* which are made of vectors */
    Size input[IMAGE_NDIM] = {0}, output[IMAGE_NDIM] = {0}, weights[IMAGE_NDIM] = {0}, channels = 0;
    for (int k = 0; k < operation->operands; k++) {
        if (!is_plain(operands[k], NPY_FLOAT32)) return 0;
        PyArrayObject *array = (PyArrayObject *)operands[k];
        if (k >= operation->reads && !PyArray_ISWRITEABLE(array)) return 0;
        const char letter = operation->letters[k];
        if (letter == 'c')
            channels = PyArray_NDIM(array) == 1 ? PyArray_SIZE(array) : -1;
        else if (!has_sizes(array, letter == 'x' ? input : letter == 'y' ? output : weights))
            return 0;
        s->at[k] = PyArray_DATA(array);
    }
    Size given[SPATIAL_NUMBERS] = {0};
    for (int k = 0; k < operation->numbers; k++) {
        if (!(numbers[k] >= 0 && numbers[k] < 1 << 20)) return 0;
        given[k] = (Size)numbers[k];
    }
    const int is_pool = !weights[0];
    const Size *rest = is_pool ? given + 2 : given;
    s->inputs = input[0], s->outputs = output[0], s->batch = output[3];
    s->height = (Axis){input[1], output[1], is_pool ? given[0] : weights[2], rest[0], rest[2], rest[4]};
    s->width = (Axis){input[2], output[2], is_pool ? given[1] : weights[3], rest[1], rest[3], rest[5]};
    const int is_average = operation->numbers == SPATIAL_NUMBERS;
    s->counts_padding = is_average && rest[6];
    if (is_average && (rest[4] != 1 || rest[5] != 1)) return 0; /* a window may be empty */
    s->groups = 1;
    if (number == SPATIAL_channel_sums) return channels == s->outputs;
    if (input[3] != output[3] || !is_consistent(&s->height, is_pool) || !is_consistent(&s->width, is_pool)) return 0;
    if (!fills_vectors(s, number)) return 0;
    if (is_pool) {
        s->groups = s->inputs;
        return s->inputs == s->outputs;
    }
    s->groups = s->inputs / weights[1];
    return s->groups * weights[1] == s->inputs && weights[0] == s->outputs && s->groups &&
           s->outputs % s->groups == 0 && (!channels || channels == s->outputs);
}

Size spatial_work(const Spatial *s) {
    const Size taps = s->height.window * s->width.window, places = s->height.output * s->width.output;
    const Size inputs = s->inputs / s->groups; /* that each output is made of; none of a sum of channels */
    return s->outputs * s->batch * places * (inputs * taps + 1);
}
