/* minnet_fast.kernels: each operation as a function of arrays, and what chooses how they are computed. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define IMPORTS_NUMPY
#include "operands.h"
#include "program.h"
#include "spatial_operands.h"
#include "variants.h"

static Variant variants[VARIANT_COUNT];
static const Variant *chosen;
static long long counts[FIRST_SPATIAL + SPATIAL_COUNT]; /* calls that were computed here */

void execute(const Step *steps, Size count, Size work) {
    for (Size k = 0; k < count; k++) counts[steps[k].operation]++;
    if (work < LARGE) {
        run_steps(chosen, steps, count);
        return;
    }
    Py_BEGIN_ALLOW_THREADS;
    run_steps(chosen, steps, count);
    Py_END_ALLOW_THREADS;
}

/* The shape with its last two axes swapped. */
static void turn_shape(PyArrayObject *shaped, npy_intp *shape) {
    const int ndim = PyArray_NDIM(shaped);
    memcpy(shape, PyArray_DIMS(shaped), (size_t)ndim * sizeof *shape);
    shape[ndim - 1] = PyArray_DIM(shaped, ndim - 2), shape[ndim - 2] = PyArray_DIM(shaped, ndim - 1);
}

static int is_turned(PyArrayObject *array, PyArrayObject *shaped) {
    npy_intp shape[NPY_MAXDIMS];
    if (PyArray_NDIM(array) != PyArray_NDIM(shaped)) return 0;
    turn_shape(shaped, shape);
    return PyArray_CompareLists(PyArray_DIMS(array), shape, PyArray_NDIM(array));
}

/* Whether an operand has the very shape, and not only as many elements, where the letter says so. */
static int has_shape(PyObject *operand, char letter, PyArrayObject *shaped) {
    if (letter == 'u') return is_turned((PyArrayObject *)operand, shaped);
    return !strchr("ebk", letter) || PyArray_SAMESHAPE((PyArrayObject *)operand, shaped);
}

static PyObject *made(char letter, PyArrayObject *shaped, const Block *block) {
    npy_intp columns[1] = {block->columns}, rows[2] = {block->rows, 1}, turned[NPY_MAXDIMS];
    switch (letter) {
    case 'c':
        return PyArray_SimpleNew(1, columns, NPY_FLOAT32);
    case 'r':
        return PyArray_SimpleNew(2, rows, NPY_FLOAT32);
    case 'j':
        return PyArray_SimpleNew(1, rows, NPY_INT64);
    case 'u':
        turn_shape(shaped, turned);
        return PyArray_SimpleNew(PyArray_NDIM(shaped), turned, NPY_FLOAT32);
    default:
        return PyArray_SimpleNew(PyArray_NDIM(shaped), PyArray_DIMS(shaped), letter == 'k' ? NPY_BOOL : NPY_FLOAT32);
    }
}

/* ------------------------------------------------------------------ operations */

/* Make what an operation writes, and compute it. */
static PyObject *computed(Step *step, PyArrayObject *shaped) {
    const Operation *operation = &operations[step->operation];
    const int reads = operation->reads, writes = operation->operands - reads;
    float number = 0; /* no operation has two */
    PyObject *results = PyTuple_New(writes);
    for (int k = 0; results && k < writes; k++) {
        const char letter = operation->letters[reads + k];
        step->block.at[reads + k] = &number;
        if (letter == 's') continue;
        PyObject *array = made(letter, shaped, &step->block);
        if (!array) {
            Py_CLEAR(results);
            break;
        }
        step->block.at[reads + k] = PyArray_DATA((PyArrayObject *)array);
        PyTuple_SET_ITEM(results, k, array);
    }
    if (!results) return NULL;
    execute(step, 1, step->block.rows * step->block.columns);
    for (int k = 0; k < writes; k++) {
        if (operation->letters[reads + k] != 's') continue;
        PyObject *object = PyFloat_FromDouble((double)number);
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
        if (!fits(operands[k], letter, block, k >= reads) || !has_shape(operands[k], letter, shaped)) Py_RETURN_NONE;
        block->at[k] = address_of(operands[k], letter);
    }
    if (makes) return computed(&step, shaped);
    execute(&step, 1, block->rows * block->columns);
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
    Step step = {.operation = OP_product};
    Product *product = &step.product;
    product->transpose_a = PyObject_IsTrue(arguments[2]) == 1;
    product->transpose_b = PyObject_IsTrue(arguments[3]) == 1;
    npy_intp shape[2] = {PyArray_DIM(a, product->transpose_a), PyArray_DIM(b, !product->transpose_b)};
    product->n = shape[0], product->m = shape[1], product->k = PyArray_DIM(a, !product->transpose_a);
    product->accumulate = given == 5;
    if (product->k != PyArray_DIM(b, product->transpose_b) || !can_multiply(product)) Py_RETURN_NONE;
    PyObject *c = given == 5 ? Py_NewRef(arguments[4]) : PyArray_SimpleNew(2, shape, NPY_FLOAT32);
    if (!c) return NULL;
    if (given == 5 && !(PyArray_CompareLists(PyArray_DIMS((PyArrayObject *)c), shape, 2) &&
                        PyArray_ISWRITEABLE((PyArrayObject *)c))) {
        Py_DECREF(c);
        Py_RETURN_NONE;
    }
    product->a = PyArray_DATA(a), product->b = PyArray_DATA(b), product->c = PyArray_DATA((PyArrayObject *)c);
    execute(&step, 1, product->n * product->m * product->k);
    return c;
}

/* ------------------------------------------------------------------ images */

/* Compute a spatial operation of arguments (what it reads, numbers, what it writes), adding to weights. None if the
   kernel does not take them; nothing has been changed then. */
static PyObject *call_spatial(int number, PyObject *const *arguments, Py_ssize_t given) {
    const SpatialOperation *operation = &spatial_operations[number];
    if (given != operation->operands + operation->numbers)
        return PyErr_Format(PyExc_TypeError, "%s: expected %d arguments, received %zd", operation->name,
                            operation->operands + operation->numbers, given);
    PyObject *operands[SPATIAL_OPERANDS];
    double numbers[SPATIAL_NUMBERS];
    for (int k = 0; k < operation->operands; k++)
        operands[k] = arguments[k < operation->reads ? k : k + operation->numbers];
    for (int k = 0; k < operation->numbers; k++) {
        numbers[k] = PyFloat_AsDouble(arguments[operation->reads + k]);
        if (numbers[k] == -1 && PyErr_Occurred()) return NULL;
    }
    Step step = {.operation = FIRST_SPATIAL + number};
    if (!set_spatial(&step.spatial, number, operands, numbers)) Py_RETURN_NONE;
    execute(&step, 1, spatial_work(&step.spatial));
    Py_RETURN_TRUE;
}

#define DEFINE_SPATIAL(name, reads, writes, numbers)                                                                   \
    static PyObject *call_##name(PyObject *Py_UNUSED(self), PyObject *const *arguments, Py_ssize_t given) {            \
        return call_spatial(SPATIAL_##name, arguments, given);                                                         \
    }
SPATIAL_OPERATIONS(DEFINE_SPATIAL)

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
    for (int k = 0; all && k < FIRST_SPATIAL + SPATIAL_COUNT; k++) {
        PyObject *count = PyLong_FromLongLong(counts[k]);
        const char *name = k < OPERATION_COUNT ? operations[k].name
                           : k < FIRST_SPATIAL ? "product"
                                               : spatial_operations[k - FIRST_SPATIAL].name;
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
#define SPATIAL_METHOD(name, reads, writes, numbers) METHOD(name, , , , , )
static PyMethodDef methods[] = {
    OPERATIONS(METHOD)
        SPATIAL_OPERATIONS(SPATIAL_METHOD){"product", (PyCFunction)(void (*)(void))call_product, METH_FASTCALL, NULL},
    {"takes", (PyCFunction)takes, METH_O, "Whether a row can be a part of a Program."},
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
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddType(module, &program_type)) Py_CLEAR(module);
    return module;
}
