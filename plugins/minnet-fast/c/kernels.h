/* All kernels, for the instruction set that the file which includes this has chosen, and the tables of them.

   TABLE and SPATIAL_TABLE must be defined as the names of the tables, FLOATS as how many a vector has. */
#include <math.h>
#include <numpy/random/bitgen.h>

// clang-format off: the later ones use what the earlier define
#include "variants.h"
#include "arithmetic.h"
#include "elementwise.h"
#include "gates.h"
#include "rows.h"
#include "columns.h"
#include "losses.h"
#include "moving.h"
#include "masks.h"
#include "formulas.h"
#include "optimizers.h"
#include "spatial.h"
#include "taps.h"
#include "pooling.h"
#if HAS_VECTORS
#include "convolution.h"
#endif
// clang-format on

#define ENTRY(name, reads, makes, writes, numbers, rows) name,
Kernel *const TABLE[OPERATION_COUNT] = {OPERATIONS(ENTRY)};
#undef ENTRY

#if !HAS_VECTORS
#define convolution NULL
#define convolution_back NULL
#define convolution_weights NULL
#endif
#define ENTRY(name, reads, writes, numbers) name,
SpatialKernel *const SPATIAL_TABLE[SPATIAL_COUNT] = {SPATIAL_OPERATIONS(ENTRY)};
#undef ENTRY
