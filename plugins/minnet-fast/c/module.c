/* minnet_fast.kernels: each operation as a function of arrays, and what chooses how they are computed. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

#include "blas.h"
#include "stretch.h"
#include "variants.h"

enum { LARGE = 8192 }; /* elements from which on other threads may run meanwhile */

static Variant variants[VARIANT_COUNT];
static const Variant *chosen;
static long long counts[OPERATION_COUNT + 1]; /* calls that were computed here; the last is that of product */

/* ------------------------------------------------------------------ guards */

static int is_plain(PyObject *object, int type) {
    if (!PyArray_CheckExact(object)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    return PyArray_TYPE(array) == type && PyArray_ISCARRAY_RO(array);
}

static int is_in_range(PyArrayObject *indices, Size end) {
    const npy_int64 *index = PyArray_DATA(indices);
    for (Size i = 0, n = PyArray_SIZE(indices); i < n; i++)
        if (index[i] < 0 || index[i] >= end) return 0;
    return 1;
}

/* Whether an operand is what its letter says, beside the array that has the shape. */
static int fits(PyObject *object, char letter, PyArrayObject *shaped, const Block *block) {
    PyArrayObject *array = (PyArrayObject *)object;
    switch (letter) {
    case 'e':
    case 'b':
        return is_plain(object, NPY_FLOAT32) && PyArray_SAMESHAPE(array, shaped);
    case 'c':
        return is_plain(object, NPY_FLOAT32) && PyArray_NDIM(array) == 1 && PyArray_SIZE(array) == block->columns;
    case 'r':
        return is_plain(object, NPY_FLOAT32) && PyArray_NDIM(array) > 0 && PyArray_DIM(array, 0) == block->rows &&
               PyArray_SIZE(array) == block->rows;
    case 'k':
        return is_plain(object, NPY_BOOL) && PyArray_SAMESHAPE(array, shaped);
    case 'i':
    case 'j':
        return is_plain(object, NPY_INT64) && PyArray_NDIM(array) == 1 && PyArray_SIZE(array) == block->rows &&
               is_in_range(array, letter == 'i' ? block->columns : block->rows * block->columns);
    case 'g':
        return PyCapsule_IsValid(object, "BitGenerator");
    default:
        return 0;
    }
}

/* Find the operand that has the shape of all, and set the sizes by it. */
static PyArrayObject *measure(const Operation *operation, PyObject *const *operands, int given, Block *block) {
    for (int k = 0; k < given; k++) {
        const char letter = operation->letters[k];
        if (letter != 'e' && letter != 'b' && letter != 'k') continue;
        if (!is_plain(operands[k], letter == 'k' ? NPY_BOOL : NPY_FLOAT32)) return NULL;
        PyArrayObject *array = (PyArrayObject *)operands[k];
        if (PyArray_SIZE(array) == 0 || (letter == 'b' ? PyArray_NDIM(array) != 2 : PyArray_NDIM(array) == 0))
            return NULL;
        block->rows = PyArray_DIM(array, 0);
        block->columns = PyArray_SIZE(array) / block->rows;
        return array;
    }
    return NULL;
}

static PyObject *made(char letter, PyArrayObject *shaped, const Block *block) {
    npy_intp columns[1] = {block->columns}, rows[2] = {block->rows, 1};
    switch (letter) {
    case 'c':
        return PyArray_SimpleNew(1, columns, NPY_FLOAT32);
    case 'r':
        return PyArray_SimpleNew(2, rows, NPY_FLOAT32);
    case 'j':
        return PyArray_SimpleNew(1, rows, NPY_INT64);
    default:
        return PyArray_SimpleNew(PyArray_NDIM(shaped), PyArray_DIMS(shaped), letter == 'k' ? NPY_BOOL : NPY_FLOAT32);
    }
}

/* ------------------------------------------------------------------ operations */

static void run(const Step *step) {
    counts[step->operation]++;
    if (step->block.rows * step->block.columns < LARGE) {
        run_steps(chosen->kernels, step, 1);
        return;
    }
    Py_BEGIN_ALLOW_THREADS;
    run_steps(chosen->kernels, step, 1);
    Py_END_ALLOW_THREADS;
}

/* Make what an operation writes, and compute it. */
static PyObject *computed(Step *step, PyArrayObject *shaped) {
    const Operation *operation = &operations[step->operation];
    const int reads = operation->reads, writes = operation->operands - reads;
    double number = 0; /* no operation has two */
    PyObject *results = PyTuple_New(writes);
    for (int k = 0; results && k < writes; k++) {
        const char letter = operation->letters[reads + k];
        step->block.at[reads + k] = &number;
        if (letter == 'd') continue;
        PyObject *array = made(letter, shaped, &step->block);
        if (!array) {
            Py_CLEAR(results);
            break;
        }
        step->block.at[reads + k] = PyArray_DATA((PyArrayObject *)array);
        PyTuple_SET_ITEM(results, k, array);
    }
    if (!results) return NULL;
    run(step);
    for (int k = 0; k < writes; k++) {
        if (operation->letters[reads + k] != 'd') continue;
        PyObject *object = PyFloat_FromDouble(number);
        if (!object) {
            Py_DECREF(results);
            return NULL;
        }
        PyTuple_SET_ITEM(results, k, object);
    }
    if (writes > 1) return results;
    PyObject *only = Py_NewRef(PyTuple_GET_ITEM(results, 0));
    Py_DECREF(results);
    return only;
}

/* Compute an operation of arguments (what it reads, numbers), making what it writes, or (what it reads, numbers, what
   it writes), adding to sums. None if the kernel does not take them; nothing has been changed then. */
static PyObject *call(int number, PyObject *const *arguments, Py_ssize_t given) {
    const Operation *operation = &operations[number];
    const int reads = operation->reads, writes = operation->operands - reads, before = reads + operation->numbers;
    const int makes = operation->makes && given == before;
    if (!makes && given != before + writes)
        return PyErr_Format(PyExc_TypeError, "%s: expected %d arguments, received %zd", operation->name,
                            operation->makes ? before : before + writes, given);
    Step step = {.operation = number, .block = {.fresh = makes}};
    Block *block = &step.block;
    for (int k = 0; k < operation->numbers; k++) {
        block->number[k] = PyFloat_AsDouble(arguments[reads + k]);
        if (block->number[k] == -1 && PyErr_Occurred()) return NULL;
    }
    PyObject *operands[MOST_OPERANDS];
    const int known = makes ? reads : operation->operands;
    for (int k = 0; k < known; k++) operands[k] = arguments[k < reads ? k : k + operation->numbers];
    PyArrayObject *shaped = measure(operation, operands, known, block);
    if (!shaped) Py_RETURN_NONE;
    for (int k = 0; k < known; k++) {
        const char letter = operation->letters[k];
        if (!fits(operands[k], letter, shaped, block)) Py_RETURN_NONE;
        if (k >= reads && !PyArray_ISWRITEABLE((PyArrayObject *)operands[k])) Py_RETURN_NONE;
        block->at[k] = letter == 'g' ? PyCapsule_GetPointer(operands[k], "BitGenerator")
                                     : PyArray_DATA((PyArrayObject *)operands[k]);
    }
    if (makes) return computed(&step, shaped);
    run(&step);
    return Py_NewRef(operation->makes && writes == 1 ? arguments[before] : Py_True);
}

#define DEFINE(name, reads, makes, writes, numbers, rows)                                                              \
    static PyObject *call_##name(PyObject *Py_UNUSED(self), PyObject *const *arguments, Py_ssize_t given) {            \
        return call(OP_##name, arguments, given);                                                                      \
    }
OPERATIONS(DEFINE)

/* ------------------------------------------------------------------ products */

static PyObject *call_product(PyObject *Py_UNUSED(self), PyObject *const *arguments, Py_ssize_t given) {
    if (given != 4 && given != 5)
        return PyErr_Format(PyExc_TypeError, "product: expected 4 or 5 arguments, received %zd", given);
    for (int k = 0; k < given; k++)
        if (k != 2 && k != 3 &&
            !(is_plain(arguments[k], NPY_FLOAT32) && PyArray_NDIM((PyArrayObject *)arguments[k]) == 2))
            Py_RETURN_NONE;
    PyArrayObject *a = (PyArrayObject *)arguments[0], *b = (PyArrayObject *)arguments[1];
    Product product = {.a = PyArray_DATA(a), .b = PyArray_DATA(b), .accumulate = given == 5};
    product.transpose_a = PyObject_IsTrue(arguments[2]);
    product.transpose_b = PyObject_IsTrue(arguments[3]);
    npy_intp shape[2] = {PyArray_DIM(a, product.transpose_a != 0), PyArray_DIM(b, product.transpose_b == 0)};
    product.n = shape[0], product.m = shape[1], product.k = PyArray_DIM(a, product.transpose_a == 0);
    if (!has_blas() || !fits_blas(product.n, product.m, product.k)) Py_RETURN_NONE;
    if (product.k != PyArray_DIM(b, product.transpose_b != 0)) Py_RETURN_NONE;
    if (product.n == 0 || product.m == 0 || product.k == 0) Py_RETURN_NONE;
    PyObject *c = given == 5 ? Py_NewRef(arguments[4]) : PyArray_SimpleNew(2, shape, NPY_FLOAT32);
    if (!c) return NULL;
    if (given == 5 && !(PyArray_CompareLists(PyArray_DIMS((PyArrayObject *)c), shape, 2) &&
                        PyArray_ISWRITEABLE((PyArrayObject *)c))) {
        Py_DECREF(c);
        Py_RETURN_NONE;
    }
    product.c = PyArray_DATA((PyArrayObject *)c);
    counts[OPERATION_COUNT]++;
    Py_BEGIN_ALLOW_THREADS;
    multiply_matrices(&product);
    Py_END_ALLOW_THREADS;
    return c;
}

/* ------------------------------------------------------------------ choices */

static PyObject *get_variants(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(nothing)) {
    PyObject *names = PyList_New(0);
    for (int k = 0; names && k < VARIANT_COUNT; k++) {
        if (!variants[k].kernels) continue;
        PyObject *name = PyUnicode_FromString(variants[k].name);
        if (!name || PyList_Append(names, name)) Py_CLEAR(names);
        Py_XDECREF(name);
    }
    return names;
}

static PyObject *use_variant(PyObject *Py_UNUSED(self), PyObject *wanted) {
    const char *name = PyUnicode_AsUTF8(wanted);
    if (!name) return NULL;
    for (int k = 0; k < VARIANT_COUNT; k++)
        if (variants[k].kernels && !strcmp(variants[k].name, name)) {
            chosen = &variants[k];
            Py_RETURN_NONE;
        }
    return PyErr_Format(PyExc_ValueError, "expected a variant that this processor can execute, received %R", wanted);
}

static PyObject *set_blas(PyObject *Py_UNUSED(self), PyObject *arguments) {
    unsigned long long gemm, gemv;
    int is_wide;
    if (!PyArg_ParseTuple(arguments, "KKp", &gemm, &gemv, &is_wide)) return NULL;
    use_blas((void *)(uintptr_t)gemm, (void *)(uintptr_t)gemv, is_wide);
    Py_RETURN_NONE;
}

static PyObject *get_used(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(nothing)) {
    return PyUnicode_FromString(chosen->name);
}

static PyObject *get_has_blas(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(nothing)) {
    return PyBool_FromLong(has_blas());
}

static PyObject *get_counts(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(nothing)) {
    PyObject *all = PyDict_New();
    for (int k = 0; all && k <= OPERATION_COUNT; k++) {
        PyObject *count = PyLong_FromLongLong(counts[k]);
        const char *name = k < OPERATION_COUNT ? operations[k].name : "product";
        if (!count || PyDict_SetItemString(all, name, count)) Py_CLEAR(all);
        Py_XDECREF(count);
    }
    return all;
}

/* name -> (reads, writes, makes, numbers, whole): see operations.h. */
static PyObject *get_signatures(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(nothing)) {
    PyObject *all = PyDict_New();
    for (int k = 0; all && k < OPERATION_COUNT; k++) {
        const Operation *each = &operations[k];
        PyObject *signature = Py_BuildValue("(s#siii)", each->letters, (Py_ssize_t)each->reads,
                                            each->letters + each->reads, each->makes, each->numbers, each->whole);
        if (!signature || PyDict_SetItemString(all, each->name, signature)) Py_CLEAR(all);
        Py_XDECREF(signature);
    }
    return all;
}

/* ------------------------------------------------------------------ the module */

#define METHOD(name, reads, makes, writes, numbers, rows)                                                              \
    {#name, (PyCFunction)(void (*)(void))call_##name, METH_FASTCALL, NULL},
static PyMethodDef methods[] = {
    OPERATIONS(METHOD){"product", (PyCFunction)(void (*)(void))call_product, METH_FASTCALL, NULL},
    {"variants", get_variants, METH_NOARGS, "The instruction sets that this processor has, the best first."},
    {"use", use_variant, METH_O, "Compute with the kernels of one variant from now on."},
    {"used", get_used, METH_NOARGS, "The variant that computes."},
    {"has_blas", get_has_blas, METH_NOARGS, "Whether product computes anything."},
    {"set_blas", set_blas, METH_VARARGS, "Say at which addresses sgemm and sgemv are; 0 for nowhere."},
    {"signatures", get_signatures, METH_NOARGS, "What each operation takes, in the letters of c/operations.h."},
    {"counts", get_counts, METH_NOARGS, "How many calls of each operation were computed here."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "minnet_fast.kernels",
    .m_doc = "The operations of minnet in C; each returns None for what it does not take.",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_kernels(void) {
    import_array();
    find_variants(variants);
    for (int k = VARIANT_COUNT - 1; k >= 0; k--)
        if (variants[k].kernels) chosen = &variants[k];
    return PyModule_Create(&definition);
}
