/* Matrix products by the BLAS that NumPy has loaded, called by address. */
#ifndef MINNET_FAST_BLAS_H
#define MINNET_FAST_BLAS_H

#include "block.h"

/* Say where cblas_sgemm and cblas_sgemv are, and whether their integers have 64 bits rather than 32. */
void use_blas(void *gemm, void *gemv, int is_wide);

int has_blas(void);

typedef struct {
    const float *a, *b;
    float *c;
    Size n, m, k; /* c is (n, m); a is (n, k), or (k, n) if transposed; b is (k, m), or (m, k) */
    int transpose_a, transpose_b, accumulate;
} Product;

/* Whether there is a BLAS, whose integers are wide enough, and there is anything to multiply. */
int can_multiply(const Product *product);

/* c = (c +) a b */
void multiply_matrices(const Product *product);

#endif
