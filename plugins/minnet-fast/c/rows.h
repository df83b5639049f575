/* Kernels that sum, or search, along each row. */

enum { NARROW = 8 }; /* columns below which to prepare for vectors takes longer than to do without */

/* In as many strands as a vector has lanes: clang makes no vectors of a maximum that nan may be a part of. */
INLINE float largest(const float *x, Size m) {
    enum { LANES = 16 };
    float most = x[0];
    Size j = 0;
    if (m >= 2 * LANES) {
        float strand[LANES];
        memcpy(strand, x, sizeof strand);
        for (j = LANES; j + LANES <= m; j += LANES)
            FOR_EACH(k, LANES) strand[k] = x[j + k] > strand[k] ? x[j + k] : strand[k];
        for (Size k = 0; k < LANES; k++) most = strand[k] > most ? strand[k] : most;
    }
    for (; j < m; j++) most = x[j] > most ? x[j] : most;
    return most;
}

INLINE float sum(const float *x, Size m) {
    float total = 0;
    if (m < NARROW) {
        for (Size j = 0; j < m; j++) total += x[j];
        return total;
    }
    SIMD(reduction(+ : total)) for (Size j = 0; j < m; j++)
        total += x[j];
    return total;
}

INLINE float dot_of(const float *x, const float *y, Size m) {
    float total = 0;
    SIMD(reduction(+ : total)) for (Size j = 0; j < m; j++)
        total += x[j] * y[j];
    return total;
}

/* y = x - max x, of each row */
INLINE void shift_rows(const Block *b, const float *x, float *y) {
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, x += m, y += m) {
        const float most = largest(x, m);
        FOR_EACH(j, m) y[j] = x[j] - most;
    }
}

/* y = e^(x - max x) / sum e^(x - max x)

   Over all elements at a time where no row is summed, so that rows shorter than a vector are as fast. */
KERNEL(soft_max) {
    const Size n = elements(b), m = b->columns;
    float *y = b->at[1];
    shift_rows(b, b->at[0], y);
    FOR_EACH(i, n) y[i] = exponential(y[i]);
    for (Size row = 0; row < b->rows; row++, y += m) {
        const float factor = 1 / sum(y, m);
        FOR_EACH(j, m) y[j] *= factor;
    }
}

/* gx = y (g - sum g y) */
KERNEL(soft_max_back) {
    const float *y = b->at[0], *g = b->at[1];
    float *gx = b->at[2];
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, y += m, g += m, gx += m) {
        const float total = dot_of(g, y, m);
        FOR_EACH(j, m) gx[j] = y[j] * (g[j] - total);
    }
}

/* y = (x - max x) - log s with s = sum e, e = e^(x - max x), which are kept */
KERNEL(log_soft_max) {
    const Size n = elements(b), m = b->columns;
    float *y = b->at[1], *e = b->at[2], *sums = b->at[3];
    shift_rows(b, b->at[0], y);
    FOR_EACH(i, n) e[i] = exponential(y[i]);
    for (Size row = 0; row < b->rows; row++, y += m, e += m) {
        sums[row] = sum(e, m);
        const float log_sum = logf(sums[row]);
        FOR_EACH(j, m) y[j] -= log_sum;
    }
}

/* gx = g - e sum(g) / s */
KERNEL(log_soft_max_back) {
    const float *e = b->at[0], *sums = b->at[1], *g = b->at[2];
    float *gx = b->at[3];
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, g += m, e += m, gx += m) {
        const float factor = sum(g, m) / sums[row];
        FOR_EACH(j, m) gx[j] = g[j] - e[j] * factor;
    }
}

/* y = (x - mean) s with s = (variance + eps)^(-1/2), of each row; number: eps

   The mean is summed in double precision, so that constant rows give exactly 0, and what its rounding leaves is
   subtracted too. Where something overflows, s is 0 or nan: then the caller must not take y. */
KERNEL(row_norm) {
    const float *x = b->at[0];
    float *y = b->at[1], *inverse = b->at[2];
    const Size m = b->columns;
    const float eps = (float)b->number[0], share = 1.0f / (float)m;
    for (Size row = 0; row < b->rows; row++, x += m, y += m) {
        double total = 0;
        SIMD(reduction(+ : total)) for (Size j = 0; j < m; j++)
            total += (double)x[j];
        const float mean = (float)(total / (double)m);
        FOR_EACH(j, m) y[j] = x[j] - mean;
        const float left = sum(y, m) * share;
        FOR_EACH(j, m) y[j] -= left;
        const float s = 1 / sqrtf(dot_of(y, y, m) * share + eps);
        FOR_EACH(j, m) y[j] *= s;
        inverse[row] = s;
    }
}

/* gx = s (g - mean g - y mean(g y)), of each row */
KERNEL(row_norm_back) {
    const float *y = b->at[0], *g = b->at[1], *inverse = b->at[2];
    float *gx = b->at[3];
    const Size m = b->columns;
    const float share = 1.0f / (float)m;
    for (Size row = 0; row < b->rows; row++, y += m, g += m, gx += m) {
        const float mean = sum(g, m) * share, slope = dot_of(g, y, m) * share, s = inverse[row];
        FOR_EACH(j, m) gx[j] = (g[j] - mean - y[j] * slope) * s;
    }
}
