/* A stretch of operations, executed one after the other. */
#ifndef MINNET_FAST_STRETCH_H
#define MINNET_FAST_STRETCH_H

#include "blas.h"
#include "block.h"
#include "operations.h"
#include "variants.h"

/* What is no kernel of rows: products, and from FIRST_SPATIAL on the spatial operations. */
enum { OP_product = OPERATION_COUNT, FIRST_SPATIAL };

typedef struct {
    int operation;
    int joins; /* whether it is done block by block of rows together with the step before it */
    union {
        Block block; /* of all rows */
        Product product;
        Spatial spatial;
    };
} Step;

/* Execute steps in their order; those that are joined block by block of rows, so that what one writes is still in the
   first-level cache when the next reads it. They must be BY_ROWS, and none may read a sum that another makes. */
void run_steps(const Variant *variant, const Step *steps, Size count);

#endif
