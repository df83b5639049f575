/* Kernels that sum down each column.

   Float sums of many rows lose digits, so PART rows are summed by themselves and only their sums are added. */

enum { PART = 64, WIDEST = 1024 };

INLINE Size least(Size a, Size b) { return a < b ? a : b; }

/* How many columns to take at a time, so that a strip of all rows stays in the second-level cache from pass to pass;
   many where that is hopeless, since narrow strips are slow to read. */
INLINE Size strip_width(Size n, Size m) {
    Size fitting = 65536 / n / 16 * 16;
    return least(m, fitting < 64 ? WIDEST : least(fitting, WIDEST));
}

/* total += the sums of w columns of x, or of x y */
INLINE void add_columns(Size n, Size m, Size w, const float *x, const float *y, float *total) {
    float part[WIDEST];
    for (Size top = 0; top < n; top += PART) {
        memset(part, 0, (size_t)w * sizeof *part);
        for (Size row = top; row < least(n, top + PART); row++) {
            const float *a = x + row * m;
            if (y) {
                const float *c = y + row * m;
                FOR_EACH(j, w) part[j] += a[j] * c[j];
            } else {
                FOR_EACH(j, w) part[j] += a[j];
            }
        }
        FOR_EACH(j, w) total[j] += part[j];
    }
}

INLINE void sum_columns(const Block *b, const float *x, const float *y, float *total) {
    const Size n = b->rows, m = b->columns;
    if (b->fresh) memset(total, 0, (size_t)m * sizeof *total);
    for (Size left = 0; left < m; left += WIDEST)
        add_columns(n, m, least(WIDEST, m - left), x + left, y ? y + left : NULL, total + left);
}

/* s = (s +) sum of x over the rows */
KERNEL(column_sums) { sum_columns(b, b->at[0], NULL, b->at[1]); }

/* s = (s +) sum of x y over the rows */
KERNEL(column_dots) { sum_columns(b, b->at[0], b->at[1], b->at[2]); }

/* y = (x - mean) / sqrt(variance + eps), with the mean and the biased variance of each column.

   The first row is subtracted first: it lies within sqrt(n) deviations of the mean, so that no sum below cancels,
   however far the data are from 0 (up to the digits that they came with). What the first mean has lost to rounding is
   the mean of what is left, which is subtracted too. */
KERNEL(batch_norm) {
    const Size n = b->rows, m = b->columns, width = strip_width(n, m);
    const float eps = (float)b->number[0], share = 1.0f / (float)n;
    float first[WIDEST], mean[WIDEST], rest[WIDEST], square[WIDEST];
    for (Size left = 0; left < m; left += width) {
        const Size w = least(width, m - left);
        const float *x = (const float *)b->at[0] + left;
        float *y = (float *)b->at[1] + left;
        float *inverses = (float *)b->at[2] + left, *means = (float *)b->at[3] + left;
        float *variances = (float *)b->at[4] + left;
        memcpy(first, x, (size_t)w * sizeof *x); /* y may be x */
        memset(mean, 0, sizeof mean), memset(rest, 0, sizeof rest), memset(square, 0, sizeof square);
        for (Size row = 0; row < n; row++) FOR_EACH(j, w) y[row * m + j] = x[row * m + j] - first[j];
        add_columns(n, m, w, y, NULL, mean);
        FOR_EACH(j, w) mean[j] *= share;
        for (Size row = 0; row < n; row++) FOR_EACH(j, w) y[row * m + j] -= mean[j];
        add_columns(n, m, w, y, NULL, rest);
        add_columns(n, m, w, y, y, square);
        FOR_EACH(j, w) {
            rest[j] *= share;
            means[j] = first[j] + (mean[j] + rest[j]);
            float variance = square[j] * share - rest[j] * rest[j];
            variances[j] = variance < 0 ? 0 : variance;
            inverses[j] = 1.0f / sqrtf(variances[j] + eps);
        }
        for (Size row = 0; row < n; row++) FOR_EACH(j, w) y[row * m + j] = (y[row * m + j] - rest[j]) * inverses[j];
    }
}

/* gx = (g - mean g - y mean(g y)) / sqrt(variance + eps) */
KERNEL(batch_norm_back) {
    const Size n = b->rows, m = b->columns, width = strip_width(n, m);
    const float share = 1.0f / (float)n;
    float mean[WIDEST], slope[WIDEST];
    for (Size left = 0; left < m; left += width) {
        const Size w = least(width, m - left);
        const float *y = (const float *)b->at[0] + left, *g = (const float *)b->at[1] + left;
        const float *inverse = (const float *)b->at[2] + left;
        float *gx = (float *)b->at[3] + left;
        memset(mean, 0, sizeof mean), memset(slope, 0, sizeof slope);
        add_columns(n, m, w, g, NULL, mean);
        add_columns(n, m, w, g, y, slope);
        FOR_EACH(j, w) mean[j] *= share, slope[j] *= share;
        for (Size row = 0; row < n; row++, y += m, g += m, gx += m)
            FOR_EACH(j, w) gx[j] = ((g[j] - mean[j]) - y[j] * slope[j]) * inverse[j];
    }
}
