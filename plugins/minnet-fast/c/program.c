#include "program.h"
#include "spatial_operands.h"

/* An operand that is another array in every run: the attribute "array" of an object. */
typedef struct {
    int step, place;
    PyObject *holder, *array; /* the latter while the program runs */
} Late;

typedef struct {
    PyObject_HEAD;
    PyObject *rows; /* keeps alive what the addresses point to */
    Step *steps;
    Late *late;
    int step_count, late_count, is_running;
    Size work;
} Program;

static int is_late(PyObject *operand) { return !PyArray_Check(operand) && !PyCapsule_CheckExact(operand); }

/* A matrix as the BLAS takes it, plain or transposed. */
static int is_matrix(PyObject *object, int *transposed) {
    if (!PyArray_CheckExact(object)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    if (PyArray_NDIM(array) != 2 || PyArray_TYPE(array) != NPY_FLOAT32 || !PyArray_ISBEHAVED_RO(array)) return 0;
    *transposed = !PyArray_IS_C_CONTIGUOUS(array);
    return PyArray_IS_C_CONTIGUOUS(array) || PyArray_IS_F_CONTIGUOUS(array);
}

/* Set what a product takes from one operand; whether that fits the others. */
static int set_factor(Product *product, int place, PyObject *object) {
    int *transposed = place == 0 ? &product->transpose_a : &product->transpose_b;
    if (!is_matrix(object, transposed)) return 0;
    PyArrayObject *array = (PyArrayObject *)object;
    const Size rows = PyArray_DIM(array, 0), columns = PyArray_DIM(array, 1);
    if (place == 0) product->a = PyArray_DATA(array);
    if (place == 1) product->b = PyArray_DATA(array);
    return place == 0 ? rows == product->n && columns == product->k : rows == product->k && columns == product->m;
}

static int set_product(Product *product, PyObject *const *operands) {
    PyArrayObject *known = NULL; /* of the factors */
    for (int place = 1; place >= 0; place--) {
        if (is_late(operands[place])) continue;
        if (!PyArray_Check(operands[place])) return 0;
        known = (PyArrayObject *)operands[place];
    }
    if (!is_plain(operands[2], NPY_FLOAT32) || !known || PyArray_NDIM(known) != 2) return 0;
    PyArrayObject *c = (PyArrayObject *)operands[2];
    if (PyArray_NDIM(c) != 2 || !PyArray_ISWRITEABLE(c)) return 0;
    product->n = PyArray_DIM(c, 0), product->m = PyArray_DIM(c, 1), product->c = PyArray_DATA(c);
    product->k = PyArray_DIM(known, (PyObject *)known == operands[0]);
    for (int place = 0; place < 2; place++)
        if (!is_late(operands[place]) && !set_factor(product, place, operands[place])) return 0;
    return can_multiply(product);
}

static int number_of(const char *name) {
    for (int k = 0; k < OPERATION_COUNT; k++)
        if (!strcmp(operations[k].name, name)) return k;
    return strcmp(name, "product") ? -1 : OP_product;
}

/* 1 if the kernels take such a row, 0 if not, -1 with an exception. */
static int read_spatial(int number, PyObject *operands, PyObject *numbers, Spatial *spatial) {
    const SpatialOperation *operation = &spatial_operations[number];
    double given[SPATIAL_NUMBERS];
    if (PyTuple_GET_SIZE(operands) != operation->operands || PyTuple_GET_SIZE(numbers) != operation->numbers) return 0;
    for (int k = 0; k < operation->numbers; k++) {
        given[k] = PyFloat_AsDouble(PyTuple_GET_ITEM(numbers, k));
        if (given[k] == -1 && PyErr_Occurred()) return -1;
    }
    return set_spatial(spatial, number, PySequence_Fast_ITEMS(operands), given);
}

/* Read a row; 1 if it can be executed, 0 if not, -1 with an exception. Operands that are late are left out. */
static int read_row(PyObject *row, Step *step, PyObject **operand_tuple) {
    const char *name;
    PyObject *operands, *numbers;
    int accumulate;
    if (!PyArg_ParseTuple(row, "sO!O!pp", &name, &PyTuple_Type, &operands, &PyTuple_Type, &numbers, &accumulate,
                          &step->joins))
        return -1;
    *operand_tuple = operands;
    PyObject *const *items = PySequence_Fast_ITEMS(operands);
    const Py_ssize_t given = PyTuple_GET_SIZE(operands);
    step->operation = number_of(name);
    if (step->operation == OP_product) {
        memset(&step->product, 0, sizeof step->product);
        step->product.accumulate = accumulate;
        return given == 3 && set_product(&step->product, items);
    }
    const int spatial = spatial_number_of(name);
    if (spatial >= 0) {
        step->operation = FIRST_SPATIAL + spatial;
        memset(&step->spatial, 0, sizeof step->spatial);
        step->spatial.fresh = !accumulate;
        return read_spatial(spatial, operands, numbers, &step->spatial);
    }
    if (step->operation < 0) return 0;
    const Operation *operation = &operations[step->operation];
    if (given != operation->operands || PyTuple_GET_SIZE(numbers) != operation->numbers) return 0;
    if (strpbrk(operation->letters, "pu")) return 0; /* whose indices and shapes are only known when it is called */
    Block *block = &step->block;
    memset(block, 0, sizeof *block);
    block->fresh = !accumulate;
    for (int k = 0; k < operation->numbers; k++) {
        block->number[k] = PyFloat_AsDouble(PyTuple_GET_ITEM(numbers, k));
        if (block->number[k] == -1 && PyErr_Occurred()) return -1;
    }
    if (!measure(operation, items, (int)given, block)) return 0;
    for (int k = 0; k < given; k++) {
        if (is_late(items[k])) continue;
        /* Indices that an earlier row makes are in range whenever this one reads them, but not yet. */
        const int is_trusted = operation->letters[k] == 'j' || k >= operation->reads;
        if (!fits(items[k], operation->letters[k], block, is_trusted)) return 0;
        block->at[k] = address_of(items[k], operation->letters[k]);
    }
    return 1;
}

PyObject *takes(PyObject *Py_UNUSED(module), PyObject *row) {
    Step step;
    PyObject *operands;
    const int found = read_row(row, &step, &operands);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static void program_dealloc(Program *self) {
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->rows);
    PyMem_Free(self->steps);
    PyMem_Free(self->late);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int program_traverse(Program *self, visitproc visit, void *arg) {
    Py_VISIT(self->rows);
    return 0;
}

static int program_clear(Program *self) {
    self->step_count = self->late_count = 0; /* whose addresses are valid no more */
    Py_CLEAR(self->rows);
    return 0;
}

static int add_late(Program *self, int step, PyObject *operands) {
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(operands); k++) {
        PyObject *operand = PyTuple_GET_ITEM(operands, k);
        if (!is_late(operand)) continue;
        Late *longer = PyMem_Resize(self->late, Late, (size_t)self->late_count + 1);
        if (!longer) {
            PyErr_NoMemory();
            return -1;
        }
        self->late = longer;
        self->late[self->late_count++] = (Late){step, (int)k, operand, NULL};
    }
    return 0;
}

static Size work_of(const Step *step) {
    const Product *p = &step->product;
    if (step->operation >= FIRST_SPATIAL) return spatial_work(&step->spatial);
    return step->operation == OP_product ? p->n * p->m * p->k : step->block.rows * step->block.columns;
}

static PyObject *program_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(keywords)) {
    PyObject *rows;
    if (!PyArg_ParseTuple(arguments, "O!", &PyTuple_Type, &rows)) return NULL;
    Program *self = (Program *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    self->rows = Py_NewRef(rows);
    const int count = (int)PyTuple_GET_SIZE(rows);
    if (!(self->steps = PyMem_Calloc((size_t)count + 1, sizeof *self->steps))) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (int k = 0; k < count; k++) {
        PyObject *operands;
        const int found = read_row(PyTuple_GET_ITEM(rows, k), &self->steps[k], &operands);
        if (found == 0) PyErr_Format(PyExc_ValueError, "row %d: expected one that takes() takes", k);
        if (found <= 0 || add_late(self, k, operands) < 0) {
            Py_DECREF(self);
            return NULL;
        }
        self->work += work_of(&self->steps[k]);
    }
    self->step_count = count;
    return (PyObject *)self;
}

/* Fetch the array of this run; 1 if it fits, 0 if not, -1 with an exception. */
static int fetch(Late *late, Step *step) {
    late->array = PyObject_GetAttrString(late->holder, "array");
    if (!late->array) return -1;
    if (!PyArray_CheckExact(late->array)) return 0;
    PyArrayObject *array = (PyArrayObject *)late->array;
    if (!PyArray_ISCARRAY_RO(array) && !PyArray_ISFARRAY_RO(array)) { /* as the transposed operands of a product are */
        PyObject *copy = PyArray_FROM_OF(late->array, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED);
        Py_SETREF(late->array, copy);
        if (!copy) return -1;
    }
    if (step->operation == OP_product) return set_factor(&step->product, late->place, late->array);
    const char letter = operations[step->operation].letters[late->place];
    if (!fits(late->array, letter, &step->block, 0)) return 0;
    step->block.at[late->place] = address_of(late->array, letter);
    return 1;
}

/* Execute all rows; False, with nothing done, if an array of this run is not as the kernels take it. */
static PyObject *program_run(Program *self, PyObject *Py_UNUSED(nothing)) {
    int found = 1;
    if (self->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "expected one run of a program at a time");
        return NULL;
    }
    self->is_running = 1;
    for (int k = 0; found > 0 && k < self->late_count; k++)
        found = fetch(&self->late[k], &self->steps[self->late[k].step]);
    if (found > 0) execute(self->steps, self->step_count, self->work);
    for (int k = 0; k < self->late_count; k++) Py_CLEAR(self->late[k].array);
    self->is_running = 0;
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyMethodDef program_methods[] = {
    {"run", (PyCFunction)program_run, METH_NOARGS,
     "Execute all rows; False, with nothing done, if an array of this run is not as the kernels take it."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject program_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "minnet_fast.kernels.Program",
    .tp_doc = "Rows of a table, (name, operands, numbers, accumulate, joins) each, executed by one call of run().",
    .tp_basicsize = sizeof(Program),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = program_new,
    .tp_dealloc = (destructor)program_dealloc,
    .tp_traverse = (traverseproc)program_traverse,
    .tp_clear = (inquiry)program_clear,
    .tp_methods = program_methods,
};
