/* A block: what a kernel is given, some rows of each of its operands. */
#ifndef MINNET_FAST_BLOCK_H
#define MINNET_FAST_BLOCK_H

#include <stddef.h>

typedef ptrdiff_t Size;

enum { MOST_OPERANDS = 6, MOST_NUMBERS = 7 };

typedef struct {
    Size rows, columns;
    Size lines, last;        /* the lengths of the last two axes, where an operation turns these */
    Size places, targets;    /* how many rows are added, and of how many others */
    void *at[MOST_OPERANDS]; /* in the order of the operation's letters */
    double number[MOST_NUMBERS];
    int fresh; /* whether sums begin at 0 with this block, rather than go on */
} Block;

typedef void Kernel(const Block *block);

#endif
