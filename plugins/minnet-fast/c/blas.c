#include "blas.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

/* The two signatures, with integers of 64 and of 32 bits. */
#define DECLARE(bits, Int)                                                                                             \
    typedef void Gemm##bits(int, int, int, Int, Int, Int, float, const float *, Int, const float *, Int, float,        \
                            float *, Int);                                                                             \
    typedef void Gemv##bits(int, int, Int, Int, float, const float *, Int, const float *, Int, float, float *, Int);
DECLARE(64, int64_t)
DECLARE(32, int32_t)

static void *gemm, *gemv;
static int is_wide;

void use_blas(void *gemm_address, void *gemv_address, int wide) {
    gemm = gemm_address;
    gemv = gemv_address;
    is_wide = wide;
}

int has_blas(void) { return gemm && gemv; }

int can_multiply(const Product *p) {
    const int is_narrow = p->n <= INT_MAX && p->m <= INT_MAX && p->k <= INT_MAX;
    return has_blas() && (is_wide || is_narrow) && p->n > 0 && p->m > 0 && p->k > 0;
}

/* A vector times a matrix has a function of its own, which reads the matrix once. It is given zeros to add to, as some
   versions multiply what is there by 0, and so keep nan. */
static void multiply_vector(const Product *p) {
    const Size rows = p->transpose_b ? p->m : p->k, columns = p->transpose_b ? p->k : p->m;
    const int order = p->transpose_b ? PLAIN : TRANSPOSED;
    if (!p->accumulate) memset(p->c, 0, (size_t)p->m * sizeof *p->c);
    if (is_wide)
        ((Gemv64 *)gemv)(ROW_MAJOR, order, rows, columns, 1, p->b, columns, p->a, 1, 1, p->c, 1);
    else
        ((Gemv32 *)gemv)(ROW_MAJOR, order, (int32_t)rows, (int32_t)columns, 1, p->b, (int32_t)columns, p->a, 1, 1, p->c,
                         1);
}

void multiply_matrices(const Product *p) {
    const int order_a = p->transpose_a ? TRANSPOSED : PLAIN, order_b = p->transpose_b ? TRANSPOSED : PLAIN;
    const Size lda = p->transpose_a ? p->n : p->k, ldb = p->transpose_b ? p->k : p->m;
    const float beta = p->accumulate ? 1 : 0;
    if (p->n == 1 && !p->transpose_a)
        multiply_vector(p);
    else if (is_wide)
        ((Gemm64 *)gemm)(ROW_MAJOR, order_a, order_b, p->n, p->m, p->k, 1, p->a, lda, p->b, ldb, beta, p->c, p->m);
    else
        ((Gemm32 *)gemm)(ROW_MAJOR, order_a, order_b, (int32_t)p->n, (int32_t)p->m, (int32_t)p->k, 1, p->a,
                         (int32_t)lda, p->b, (int32_t)ldb, beta, p->c, (int32_t)p->m);
}
