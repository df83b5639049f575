/* Kernels that compute each element, or each row, by itself from the same place of every operand. */

#define KERNEL(name) static void name(const Block *b)

INLINE Size elements(const Block *b) { return b->rows * b->columns; }

/* x from low to high; nan stays nan */
INLINE float clipped(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/* y = x + a, a row */
KERNEL(add_row) {
    const float *x = b->at[0], *a = b->at[1];
    float *y = b->at[2];
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, x += m, y += m) FOR_EACH(j, m) y[j] = x[j] + a[j];
}

/* y = a x */
KERNEL(scale_row) {
    const float *x = b->at[0], *a = b->at[1];
    float *y = b->at[2];
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, x += m, y += m) FOR_EACH(j, m) y[j] = x[j] * a[j];
}

/* y = a x + c */
KERNEL(scale_shift_row) {
    const float *x = b->at[0], *a = b->at[1], *c = b->at[2];
    float *y = b->at[3];
    const Size m = b->columns;
    for (Size row = 0; row < b->rows; row++, x += m, y += m) FOR_EACH(j, m) y[j] = x[j] * a[j] + c[j];
}

/* y = a x, elementwise */
KERNEL(multiply) {
    const float *x = b->at[0], *a = b->at[1];
    float *y = b->at[2];
    const Size n = elements(b);
    FOR_EACH(i, n) y[i] = x[i] * a[i];
}

/* y = max(x, 0); nan stays nan */
KERNEL(relu) {
    const float *x = b->at[0];
    float *y = b->at[1];
    const Size n = elements(b);
    FOR_EACH(i, n) y[i] = x[i] <= 0 ? 0 : x[i];
}

/* gx = g [x > 0]; y does in the place of x */
KERNEL(relu_back) {
    const float *x = b->at[0], *g = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    FOR_EACH(i, n) gx[i] = x[i] > 0 ? g[i] : 0;
}

/* y = x above 0, slope x elsewhere */
KERNEL(leaky_relu) {
    const float *x = b->at[0];
    float *y = b->at[1];
    const Size n = elements(b);
    const float slope = (float)b->number[0];
    if (slope == 0) { /* infinity * 0 would be nan */
        relu(b);
        return;
    }
    FOR_EACH(i, n) y[i] = x[i] > 0 ? x[i] : x[i] * slope;
}

/* gx = g ([x > 0] + slope [x <= 0]) */
KERNEL(leaky_relu_back) {
    const float *x = b->at[0], *g = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    const float slope = (float)b->number[0];
    FOR_EACH(i, n) gx[i] = x[i] > 0 ? g[i] : g[i] * slope;
}

/* y = x above 0, alpha (e^x - 1) elsewhere; error 0.88 ulp (1.6 if alpha is not 1) */
KERNEL(elu) {
    const float *x = b->at[0];
    float *y = b->at[1];
    const Size n = elements(b);
    const float alpha = (float)b->number[0];
    FOR_EACH(i, n) {
        float v = x[i], bent = alpha * exponential_less_1(v > 0 ? 0 : v);
        y[i] = v > 0 ? v : bent;
    }
}

/* gx = g above 0, g alpha e^x elsewhere; error 2 ulp */
KERNEL(elu_back) {
    const float *x = b->at[0], *g = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    const float alpha = (float)b->number[0];
    FOR_EACH(i, n) {
        float v = x[i], slope = alpha * exponential(v > 0 ? 0 : v);
        gx[i] = v > 0 ? g[i] : g[i] * slope;
    }
}

/* y = max(x, 0) + log(1 + e^-|x|); error 2.5 ulp */
KERNEL(soft_plus) {
    const float *x = b->at[0];
    float *y = b->at[1];
    const Size n = elements(b);
    FOR_EACH(i, n) {
        float v = x[i], rest = log_of_1_more(exponential(v > 0 ? -v : v));
        y[i] = v > 0 ? v + rest : rest;
    }
}

/* gx = g / (1 + e^-x), as g e^x / (1 + e^x) below 0; error 2.4 ulp (3 if g is not 1).
   The second operand, y, would save a quotient and cost digits: e^(x - y) has those of the difference. */
KERNEL(soft_plus_back) {
    const float *x = b->at[0], *g = b->at[2];
    float *gx = b->at[3];
    const Size n = elements(b);
    FOR_EACH(i, n) {
        float v = x[i], e = exponential(v > 0 ? -v : v);
        gx[i] = g[i] * ((v > 0 ? 1.0f : e) / (1.0f + e));
    }
}
