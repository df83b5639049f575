#include "stretch.h"

#define ENTRY(name, reads, makes, writes, numbers, rows)                                                               \
    {#name, reads writes, sizeof(reads) - 1, sizeof(reads) + sizeof(writes) - 2, makes, numbers, rows},
const Operation operations[OPERATION_COUNT] = {OPERATIONS(ENTRY)};

enum { BLOCK = 8192 }; /* elements of an operand: 32 kB */

/* What an operand's address grows by with each row. */
static Size bytes_of_row(char letter, Size columns) {
    switch (letter) {
    case 'e':
    case 'b':
        return columns * (Size)sizeof(float);
    case 'k':
        return columns;
    case 'r':
        return (Size)sizeof(float);
    default:
        return 0;
    }
}

static void run_rows(Kernel *const *kernels, const Step *step, Size top, Size rows) {
    Block block = step->block;
    const Operation *operation = &operations[step->operation];
    for (int k = 0; k < operation->operands; k++)
        block.at[k] = (char *)block.at[k] + top * bytes_of_row(operation->letters[k], block.columns);
    block.rows = rows;
    block.fresh = block.fresh && top == 0;
    kernels[step->operation](&block);
}

void run_steps(const Variant *variant, const Step *steps, Size count) {
    Kernel *const *kernels = variant->kernels;
    for (const Step *step = steps, *end = steps + count; step < end;) {
        if (step->operation == OP_product) {
            multiply_matrices(&step->product);
            step++;
            continue;
        }
        if (step->operation >= FIRST_SPATIAL) {
            variant->spatial[step->operation - FIRST_SPATIAL](&step->spatial);
            step++;
            continue;
        }
        if (operations[step->operation].whole) {
            kernels[step->operation](&step->block);
            step++;
            continue;
        }
        const Size rows = step->block.rows;
        Size widest = 1;
        const Step *stop = step;
        for (; stop == step || (stop < end && stop->joins); stop++)
            if (stop->block.columns > widest) widest = stop->block.columns;
        const Size most = widest < BLOCK ? BLOCK / widest : 1;
        for (Size top = 0; top < rows; top += most)
            for (const Step *each = step; each < stop; each++)
                run_rows(kernels, each, top, rows - top < most ? rows - top : most);
        step = stop;
    }
}
