/* Kernels that move numbers to other places: rows of a table that are added to those of another, and axes swapped. */

/* t[q] += x[p], for one place after the other: what comes back to a row that was looked up several times adds up */
KERNEL(add_rows) {
    const float *x = b->at[0];
    const int64_t *from = b->at[1], *to = b->at[2];
    float *t = b->at[3];
    const Size m = b->columns;
    for (Size place = 0; place < b->places; place++) {
        const float *row = x + from[place] * m;
        float *into = t + to[place] * m;
        FOR_EACH(j, m) into[j] += row[j];
    }
}

enum { TILE = 16, SAME_SET = 1024 };

#if HAS_VECTORS
typedef float Four __attribute__((vector_size(16)));
#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int Places __attribute__((vector_size(16)));
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (Places){i, j, k, l})
#endif
#endif

/* Swap the axes of four rows of four numbers; the rows are n apart, and those of the result m. */
INLINE void turn_four(const float *x, Size n, float *y, Size m) {
#if HAS_VECTORS
    Four a, b, c, d;
    memcpy(&a, x, sizeof a), memcpy(&b, x + n, sizeof b);
    memcpy(&c, x + 2 * n, sizeof c), memcpy(&d, x + 3 * n, sizeof d);
    const Four first = SHUFFLE(a, b, 0, 4, 1, 5), third = SHUFFLE(a, b, 2, 6, 3, 7);
    const Four second = SHUFFLE(c, d, 0, 4, 1, 5), fourth = SHUFFLE(c, d, 2, 6, 3, 7);
    a = SHUFFLE(first, second, 0, 1, 4, 5), b = SHUFFLE(first, second, 2, 3, 6, 7);
    c = SHUFFLE(third, fourth, 0, 1, 4, 5), d = SHUFFLE(third, fourth, 2, 3, 6, 7);
    memcpy(y, &a, sizeof a), memcpy(y + m, &b, sizeof b);
    memcpy(y + 2 * m, &c, sizeof c), memcpy(y + 3 * m, &d, sizeof d);
#else
    for (Size j = 0; j < 4; j++)
        for (Size i = 0; i < 4; i++) y[j * m + i] = x[i * n + j];
#endif
}

INLINE void turn_tile(const float *x, Size n, float *y, Size m) {
    for (Size j = 0; j < TILE; j += 4)
        for (Size i = 0; i < TILE; i += 4) turn_four(x + i * n + j, n, y + j * m + i, m);
}

/* y[j, i] = x[i, j], of the last two axes, of one matrix after the other; exact, and not in place.

   In tiles whose rows are a cache line: going down the columns of either matrix, each number would bring a line, of
   which nothing is left in the cache when the next column comes. Rows that are a multiple of 4 kB apart all lie in one
   set of the first-level cache, which holds half of a tile: these are copied first. */
KERNEL(transposed) {
    const float *x = b->at[0], *end = x + elements(b);
    float *y = b->at[1], tile[TILE * TILE];
    const Size n = b->lines, m = b->last;
    const int is_copied = n % SAME_SET == 0 || m % SAME_SET == 0;
    for (; x < end; x += n * m, y += n * m)
        for (Size top = 0; top < n; top += TILE)
            for (Size left = 0; left < m; left += TILE) {
                const Size h = n - top < TILE ? n - top : TILE, w = m - left < TILE ? m - left : TILE;
                const float *from = x + top * m + left;
                float *to = y + left * n + top;
                if (h < TILE || w < TILE) {
                    for (Size j = 0; j < w; j++)
                        for (Size i = 0; i < h; i++) to[j * n + i] = from[i * m + j];
                } else if (is_copied) {
                    for (Size i = 0; i < TILE; i++) memcpy(tile + i * TILE, from + i * m, TILE * sizeof *x);
                    turn_tile(tile, TILE, to, n);
                } else {
                    turn_tile(from, m, to, n);
                }
            }
}
