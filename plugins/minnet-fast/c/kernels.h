/* All kernels, for the instruction set that the file which includes this has chosen, and the table of them.

   TABLE must be defined as the name of the table. */
#include <math.h>
#include <numpy/random/bitgen.h>

// clang-format off: the later ones use what the earlier define
#include "block.h"
#include "arithmetic.h"
#include "elementwise.h"
#include "rows.h"
#include "columns.h"
#include "losses.h"
#include "masks.h"
#include "optimizers.h"
#include "variants.h"
// clang-format on

#define ENTRY(name, reads, makes, writes, numbers, rows) name,
Kernel *const TABLE[OPERATION_COUNT] = {OPERATIONS(ENTRY)};
#undef ENTRY
