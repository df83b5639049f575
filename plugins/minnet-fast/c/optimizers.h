/* Kernels that change parameters by their gradients; p, and what is remembered, are changed in place.

   numbers: lr first, weight decay w second: what counts as the gradient g is g + w p. */

/* Without decay p is not read: infinity * 0 would be nan. */
INLINE float decayed(float g, float p, float decay) { return decay != 0 ? g + decay * p : g; }

/* p -= lr g */
KERNEL(sgd) {
    const float *g = b->at[0];
    float *p = b->at[1];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1];
    FOR_EACH(i, n) p[i] -= lr * decayed(g[i], p[i], decay);
}

/* u = momentum u + g; p -= lr u, or lr (g + momentum u) if the last number is 1 (Nesterov) */
KERNEL(sgd_momentum) {
    const float *g = b->at[0];
    float *p = b->at[1], *u = b->at[2];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], momentum = (float)b->number[2];
    const int nesterov = b->number[3] != 0;
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay), v = momentum * u[i] + d;
        u[i] = v;
        p[i] -= lr * (nesterov ? d + momentum * v : v);
    }
}

/* m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p = shrink p - lr m / (sqrt(v) + eps)

   numbers: lr, w, beta1, beta2, eps, shrink; lr and eps are corrected for the number of the step already. */
KERNEL(adam) {
    const float *g = b->at[0];
    float *p = b->at[1], *m = b->at[2], *v = b->at[3];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[4];
    const float keep1 = (float)b->number[2], take1 = (float)(1 - b->number[2]);
    const float keep2 = (float)b->number[3], take2 = (float)(1 - b->number[3]), shrink = (float)b->number[5];
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay);
        m[i] = keep1 * m[i] + take1 * d;
        v[i] = keep2 * v[i] + take2 * (d * d);
        p[i] = shrink * p[i] - lr * (m[i] / (sqrtf(v[i]) + eps));
    }
}

/* v = alpha v + (1 - alpha) g^2; p -= lr g / (sqrt(v) + eps); numbers: lr, w, alpha, eps */
KERNEL(rmsprop) {
    const float *g = b->at[0];
    float *p = b->at[1], *v = b->at[2];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[3];
    const float keep = (float)b->number[2], take = (float)(1 - b->number[2]);
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay);
        v[i] = keep * v[i] + take * (d * d);
        p[i] -= lr * (d / (sqrtf(v[i]) + eps));
    }
}
