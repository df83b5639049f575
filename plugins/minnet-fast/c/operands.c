#include "operands.h"

int is_plain(PyObject *object, int type) {
    if (!PyArray_CheckExact(object)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    return PyArray_TYPE(array) == type && PyArray_ISCARRAY_RO(array);
}

/* How many rows are moved, and how many there are where they go to. */
static void count_rows(const Operation *operation, PyObject *const *operands, int given, Block *block) {
    for (int k = 0; k < given; k++) {
        if (!PyArray_Check(operands[k]) || PyArray_NDIM((PyArrayObject *)operands[k]) == 0) continue;
        const Size length = PyArray_DIM((PyArrayObject *)operands[k], 0);
        if (operation->letters[k] == 'p') block->places = length;
        if (operation->letters[k] == 't') block->targets = length;
    }
}

PyArrayObject *measure(const Operation *operation, PyObject *const *operands, int given, Block *block) {
    for (int k = 0; k < given; k++) {
        const char letter = operation->letters[k];
        if ((letter != 'e' && letter != 'b' && letter != 'k') || !PyArray_Check(operands[k])) continue;
        PyArrayObject *array = (PyArrayObject *)operands[k];
        const int ndim = PyArray_NDIM(array), least = strchr(operation->letters, 'u') ? 2 : 1;
        if (PyArray_SIZE(array) == 0 || (letter == 'b' ? ndim != 2 : ndim < least)) return NULL;
        block->rows = PyArray_DIM(array, 0);
        block->columns = PyArray_SIZE(array) / block->rows;
        block->last = PyArray_DIM(array, ndim - 1);
        block->lines = ndim < 2 ? 1 : PyArray_DIM(array, ndim - 2);
        count_rows(operation, operands, given, block);
        return array;
    }
    return NULL;
}

static int is_in_range(PyArrayObject *indices, Size end) {
    const npy_int64 *index = PyArray_DATA(indices);
    for (Size i = 0, n = PyArray_SIZE(indices); i < n; i++)
        if (index[i] < 0 || index[i] >= end) return 0;
    return 1;
}

int fits(PyObject *object, char letter, const Block *block, int is_written) {
    if (letter == 'g') return PyCapsule_IsValid(object, "BitGenerator");
    const int type = letter == 'k' ? NPY_BOOL : strchr("ijpq", letter) ? NPY_INT64 : NPY_FLOAT32;
    if (!is_plain(object, type)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    const Size size = PyArray_SIZE(array);
    if (is_written && !PyArray_ISWRITEABLE(array)) return 0;
    switch (letter) {
    case 'c':
        return PyArray_NDIM(array) == 1 && size == block->columns;
    case 'r':
        return PyArray_NDIM(array) > 0 && PyArray_DIM(array, 0) == block->rows && size == block->rows;
    case 'i':
    case 'j':
        if (PyArray_NDIM(array) != 1 || size != block->rows) return 0;
        return is_written || is_in_range(array, letter == 'i' ? block->columns : block->rows * block->columns);
    case 'p':
    case 'q':
        return PyArray_NDIM(array) == 1 && size == block->places &&
               is_in_range(array, letter == 'p' ? block->rows : block->targets);
    case 't':
        return PyArray_NDIM(array) == 2 && PyArray_DIM(array, 1) == block->columns;
    case 'u':
        return size == block->rows * block->columns;
    case 's':
        return size == 1;
    default:
        return PyArray_NDIM(array) > 0 && PyArray_DIM(array, 0) == block->rows && size == block->rows * block->columns;
    }
}

void *address_of(PyObject *object, char letter) {
    return letter == 'g' ? PyCapsule_GetPointer(object, "BitGenerator") : PyArray_DATA((PyArrayObject *)object);
}
