/* Which objects of Python a spatial operation takes as its operands. */
#ifndef MINNET_FAST_SPATIAL_OPERANDS_H
#define MINNET_FAST_SPATIAL_OPERANDS_H

#include "operands.h"

/* The number of a spatial operation; -1 if there is none of that name. */
int spatial_number_of(const char *name);

/* Find the addresses and sizes of an operation's operands and numbers; whether they fit each other, and the kernel. */
int set_spatial(Spatial *spatial, int number, PyObject *const *operands, const double *numbers);

/* Multiplications, or what takes as long. */
Size spatial_work(const Spatial *spatial);

#endif
