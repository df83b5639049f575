/* Kernels that sum down each column.

   Float sums of many rows lose digits, so PART rows are summed by themselves and only their sums are added.
   WIDEST columns are done at a time, so that the sums of all stay in the first-level cache; narrower strips, of which
   all rows would stay in the second-level cache from pass to pass, were slower where rows are 4 kB apart. */

enum { PART = 64, WIDEST = 1024 };

INLINE Size least(Size a, Size b) { return a < b ? a : b; }

/* total[j] += the sum of TERM(row) over n rows, for each j < w; four rows at a time, to read and write sums less often
 */
#define SUM_ROWS(n, w, total, TERM)                                                                                    \
    for (Size top = 0; top < (n); top += PART) {                                                                       \
        const Size stop = least(n, top + PART);                                                                        \
        float part[WIDEST];                                                                                            \
        ADD_PART(top, stop, w, part, TERM)                                                                             \
        FOR_EACH(j, w)(total)[j] += part[j];                                                                           \
    }

/* The sums of two terms, with one pass over memory: the second finds its rows in the second-level cache. */
#define SUM_ROWS_TWICE(n, w, total, TERM, other_total, OTHER_TERM)                                                     \
    for (Size top = 0; top < (n); top += PART) {                                                                       \
        const Size stop = least(n, top + PART);                                                                        \
        float part[WIDEST];                                                                                            \
        ADD_PART(top, stop, w, part, TERM)                                                                             \
        FOR_EACH(j, w)(total)[j] += part[j];                                                                           \
        ADD_PART(top, stop, w, part, OTHER_TERM)                                                                       \
        FOR_EACH(j, w)(other_total)[j] += part[j];                                                                     \
    }

#define ADD_PART(top, stop, w, part, TERM)                                                                             \
    {                                                                                                                  \
        Size row = top;                                                                                                \
        memset(part, 0, (size_t)(w) * sizeof *(part));                                                                 \
        for (; row + 4 <= (stop); row += 4)                                                                            \
            FOR_EACH(j, w)(part)[j] += (TERM(row) + TERM(row + 1)) + (TERM(row + 2) + TERM(row + 3));                  \
        for (; row < (stop); row++) FOR_EACH(j, w)(part)[j] += TERM(row);                                              \
    }

INLINE void add_or_set(const Block *b, const float *part, float *total, Size w) {
    if (b->fresh)
        memcpy(total, part, (size_t)w * sizeof *part);
    else
        FOR_EACH(j, w) total[j] += part[j];
}

/* s = (s +) sum of x over the rows */
KERNEL(column_sums) {
    const Size n = b->rows, m = b->columns;
    for (Size left = 0; left < m; left += WIDEST) {
        const Size w = least(WIDEST, m - left);
        const float *x = (const float *)b->at[0] + left;
        float total[WIDEST] = {0};
#define X(row) x[(row) * m + j]
        SUM_ROWS(n, w, total, X)
#undef X
        add_or_set(b, total, (float *)b->at[1] + left, w);
    }
}

/* s = (s +) sum of x y over the rows */
KERNEL(column_dots) {
    const Size n = b->rows, m = b->columns;
    for (Size left = 0; left < m; left += WIDEST) {
        const Size w = least(WIDEST, m - left);
        const float *x = (const float *)b->at[0] + left, *y = (const float *)b->at[1] + left;
        float total[WIDEST] = {0};
#define XY(row) x[(row) * m + j] * y[(row) * m + j]
        SUM_ROWS(n, w, total, XY)
#undef XY
        add_or_set(b, total, (float *)b->at[2] + left, w);
    }
}

/* y = (x - mean) / sqrt(variance + eps), with the mean and the biased variance of each column.

   The first row is subtracted first: it lies within sqrt(n) deviations of the mean, so that no sum below cancels,
   however far the data are from 0 (up to the digits that they came with). What the mean of that has lost to rounding is
   the mean of what is left, which is subtracted too. y may be x. */
KERNEL(batch_norm) {
    const Size n = b->rows, m = b->columns;
    const float eps = (float)b->number[0], share = 1.0f / (float)n;
    float first[WIDEST], mean[WIDEST], rest[WIDEST], square[WIDEST];
    for (Size left = 0; left < m; left += WIDEST) {
        const Size w = least(WIDEST, m - left);
        const float *x = (const float *)b->at[0] + left;
        float *y = (float *)b->at[1] + left, *inverses = (float *)b->at[2] + left;
        float *means = (float *)b->at[3] + left, *variances = (float *)b->at[4] + left;
        memcpy(first, x, (size_t)w * sizeof *x);
        memset(mean, 0, sizeof mean), memset(rest, 0, sizeof rest), memset(square, 0, sizeof square);
#define SHIFTED(row) (x[(row) * m + j] - first[j])
#define CENTERED(row) (SHIFTED(row) - mean[j])
#define SQUARE(row) CENTERED(row) * CENTERED(row)
        SUM_ROWS(n, w, mean, SHIFTED)
        FOR_EACH(j, w) mean[j] *= share;
        SUM_ROWS_TWICE(n, w, rest, CENTERED, square, SQUARE)
        FOR_EACH(j, w) {
            rest[j] *= share;
            const float variance = square[j] * share - rest[j] * rest[j];
            mean[j] += rest[j];
            means[j] = first[j] + mean[j];
            variances[j] = variance < 0 ? 0 : variance;
            inverses[j] = 1.0f / sqrtf(variances[j] + eps);
        }
        for (Size row = 0; row < n; row++) FOR_EACH(j, w) y[row * m + j] = CENTERED(row) * inverses[j];
#undef SHIFTED
#undef CENTERED
#undef SQUARE
    }
}

/* gx = (g - mean g - y mean(g y)) / sqrt(variance + eps) */
KERNEL(batch_norm_back) {
    const Size n = b->rows, m = b->columns;
    const float share = 1.0f / (float)n;
    float mean[WIDEST], slope[WIDEST];
    for (Size left = 0; left < m; left += WIDEST) {
        const Size w = least(WIDEST, m - left);
        const float *y = (const float *)b->at[0] + left, *g = (const float *)b->at[1] + left;
        const float *inverse = (const float *)b->at[2] + left;
        float *gx = (float *)b->at[3] + left;
        memset(mean, 0, sizeof mean), memset(slope, 0, sizeof slope);
#define G(row) g[(row) * m + j]
#define GY(row) g[(row) * m + j] * y[(row) * m + j]
        SUM_ROWS_TWICE(n, w, mean, G, slope, GY)
#undef G
#undef GY
        FOR_EACH(j, w) mean[j] *= share, slope[j] *= share;
        for (Size row = 0; row < n; row++, y += m, g += m, gx += m)
            FOR_EACH(j, w) gx[j] = ((g[j] - mean[j]) - y[j] * slope[j]) * inverse[j];
    }
}
