/* Losses, averaged over the rows, and their gradients.

   Float sums of many numbers lose digits, so STRETCH of them are summed in float and those sums in double. */

enum { STRETCH = 4096 };

/* loss = -sum x[class] / n, of classes that are known to be in range; chosen are the flat indices */
KERNEL(nll) {
    const float *x = b->at[0];
    const int64_t *classes = b->at[1];
    float *loss = b->at[2];
    double total = 0;
    int64_t *chosen = b->at[3];
    for (Size row = 0; row < b->rows; row++) {
        chosen[row] = row * b->columns + classes[row];
        total += x[chosen[row]];
    }
    *loss = (float)(-total / (double)b->rows);
}

/* gx = -1 / n where a class was chosen, 0 elsewhere */
KERNEL(nll_back) {
    const int64_t *chosen = b->at[0];
    float *gx = b->at[2];
    const float value = (float)(-1.0 / (double)b->rows);
    memset(gx, 0, (size_t)elements(b) * sizeof *gx);
    for (Size row = 0; row < b->rows; row++) gx[chosen[row]] = value;
}

/* gx = e / (n s), less 1 / n where a class was chosen: through the logarithm of softmax too, of which e and s are what
   log_soft_max keeps; gx may be e */
KERNEL(log_soft_max_nll_back) {
    const float *e = b->at[0], *sums = b->at[1];
    const int64_t *chosen = b->at[2];
    float *gx = b->at[3];
    const Size m = b->columns;
    const float share = 1.0f / (float)b->rows;
    for (Size row = 0; row < b->rows; row++) {
        const float factor = share / sums[row];
        FOR_EACH(j, m) gx[row * m + j] = e[row * m + j] * factor;
        gx[chosen[row]] -= share;
    }
}

/* loss = -sum w x / n; a weight of 0 counts 0 whatever x is, minus infinity, say */
KERNEL(weighted_nll) {
    const float *x = b->at[0], *w = b->at[1];
    const Size n = elements(b);
    float *loss = b->at[2];
    double total = 0;
    for (Size start = 0; start < n; start += STRETCH)
        total += dot_of(x + start, w + start, n - start < STRETCH ? n - start : STRETCH);
    if (total - total != 0) { /* infinite or nan */
        total = 0;
        for (Size i = 0; i < n; i++)
            if (w[i] != 0) total += (double)w[i] * x[i];
    }
    *loss = (float)(-total / (double)b->rows);
}

/* gx = -w / n */
KERNEL(weighted_nll_back) {
    const float *w = b->at[0];
    float *gx = b->at[1];
    const Size n = elements(b);
    const float factor = (float)(-1.0 / (double)b->rows);
    FOR_EACH(i, n) gx[i] = w[i] * factor;
}

/* loss = sum (x - t)^2 / n */
KERNEL(squared_error) {
    const float *x = b->at[0], *t = b->at[1];
    const Size n = elements(b);
    float *loss = b->at[2];
    double total = 0;
    for (Size start = 0; start < n; start += STRETCH) {
        const Size stop = n - start < STRETCH ? n : start + STRETCH;
        float part = 0;
        SIMD(reduction(+ : part)) for (Size i = start; i < stop; i++)
            part += (x[i] - t[i]) * (x[i] - t[i]);
        total += part;
    }
    *loss = (float)(total / (double)b->rows);
}

/* gx = 2 (x - t) / n, and the loss */
KERNEL(mse) {
    const float *x = b->at[0], *t = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    const float factor = (float)(2.0 / (double)b->rows);
    float *loss = b->at[3];
    double total = 0;
    for (Size start = 0; start < n; start += STRETCH) {
        const Size stop = n - start < STRETCH ? n : start + STRETCH;
        float part = 0;
        SIMD(reduction(+ : part)) for (Size i = start; i < stop; i++) {
            const float difference = x[i] - t[i];
            part += difference * difference;
            gx[i] = factor * difference;
        }
        total += part;
    }
    *loss = (float)(total / (double)b->rows);
}

/* loss = sum c (d - c / 2) / n, with d = x - t and c what is left of it from -p to p: half the square of small ones */
KERNEL(huber_error) {
    const float *x = b->at[0], *t = b->at[1];
    const Size n = elements(b);
    const float p = (float)b->number[0];
    float *loss = b->at[2];
    double total = 0;
    for (Size start = 0; start < n; start += STRETCH) {
        const Size stop = n - start < STRETCH ? n : start + STRETCH;
        float part = 0;
        SIMD(reduction(+ : part)) for (Size i = start; i < stop; i++) {
            const float d = x[i] - t[i], c = clipped(d, -p, p);
            part += c * (d - 0.5f * c);
        }
        total += part;
    }
    *loss = (float)(total / (double)b->rows);
}

/* gx = q c, with c as above; error 1 ulp */
KERNEL(huber_back) {
    const float *x = b->at[0], *t = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    const float p = (float)b->number[0], q = (float)b->number[1];
    FOR_EACH(i, n) gx[i] = q * clipped(x[i] - t[i], -p, p);
}

/* loss = sum (log sum e^(x - max x) - (x[class] - max x)) / n, of classes that are known to be in range: the negative
   logarithm of softmax, without an array of it */
KERNEL(cross_entropy) {
    const float *x = b->at[0];
    const int64_t *classes = b->at[1];
    float *loss = b->at[2];
    const Size m = b->columns;
    double total = 0;
    for (Size row = 0; row < b->rows; row++, x += m) {
        const float most = largest(x, m);
        float s = 0;
        SIMD(reduction(+ : s)) for (Size j = 0; j < m; j++)
            s += exponential(x[j] - most);
        total += (double)logf(s) - (double)(x[classes[row]] - most);
    }
    *loss = (float)(total / (double)b->rows);
}

/* gx = e / (n s), less 1 / n where the class is, with e = e^(x - max x) and s = sum e; gx may be x */
KERNEL(cross_entropy_back) {
    const float *x = b->at[0];
    const int64_t *classes = b->at[1];
    float *gx = b->at[2];
    const Size m = b->columns;
    const float share = 1.0f / (float)b->rows;
    for (Size row = 0; row < b->rows; row++, x += m, gx += m) {
        const float most = largest(x, m);
        FOR_EACH(j, m) gx[j] = exponential(x[j] - most);
        const float factor = share / sum(gx, m);
        FOR_EACH(j, m) gx[j] *= factor;
        gx[classes[row]] -= share;
    }
}
