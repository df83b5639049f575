/* Which objects of Python an operation takes as its operands. */
#ifndef MINNET_FAST_OPERANDS_H
#define MINNET_FAST_OPERANDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL minnet_fast_numpy
#ifndef IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#include "stretch.h"

/* Whether it is an array, no instance of a subclass, of a native type, and contiguous. */
int is_plain(PyObject *object, int type);

/* Find the operand that has the shape of all, and set the sizes by it; NULL if there is none that the kernel takes. */
PyArrayObject *measure(const Operation *operation, PyObject *const *operands, int given, Block *block);

/* Whether an operand is what its letter says, in a block of these sizes, and can be written to if that is meant. */
int fits(PyObject *object, char letter, const Block *block, int is_written);

/* The address of an operand that fits. */
void *address_of(PyObject *object, char letter);

#endif
