/* A stretch of operations, executed one after the other. */
#ifndef MINNET_FAST_STRETCH_H
#define MINNET_FAST_STRETCH_H

#include "blas.h"
#include "block.h"
#include "operations.h"

enum { OP_product = OPERATION_COUNT }; /* which is no kernel */

typedef struct {
    int operation;
    int joins; /* whether it is done block by block of rows together with the step before it */
    union {
        Block block; /* of all rows */
        Product product;
    };
} Step;

/* Execute steps in their order; those that are joined block by block of rows, so that what one writes is still in the
   first-level cache when the next reads it. They must be BY_ROWS, and none may read a sum that another makes. */
void run_steps(Kernel *const *kernels, const Step *steps, Size count);

#endif
