/* Program: rows of a table of minnet_core.compilation, executed by one call. */
#ifndef MINNET_FAST_PROGRAM_H
#define MINNET_FAST_PROGRAM_H

#include "operands.h"

enum { LARGE = 8192 }; /* elements of work from which on other threads may run meanwhile */

/* Execute steps with the kernels that were chosen; defined by the module. */
void execute(const Step *steps, Size count, Size work);

extern PyTypeObject program_type;

/* Whether a row, (name, operands, numbers, accumulate, joins), can be a part of a program. */
PyObject *takes(PyObject *module, PyObject *row);

#endif
