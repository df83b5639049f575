/* Kernels that change parameters by their gradients; p, and what is remembered, are changed in place.

   numbers: lr first, weight decay w second: what counts as the gradient g is g + w p. (lion and rprop know no such.) */

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

/* v = v + g^2; p -= lr g / (sqrt(v) + eps); numbers: lr, w, eps */
KERNEL(adagrad) {
    const float *g = b->at[0];
    float *p = b->at[1], *v = b->at[2];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[2];
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay);
        v[i] += d * d;
        p[i] -= lr * (d / (sqrtf(v[i]) + eps));
    }
}

/* v = rho v + (1 - rho) g^2; s = g sqrt((u + eps) / (v + eps)); u = rho u + (1 - rho) s^2; p -= lr s

   numbers: lr, w, rho, eps */
KERNEL(adadelta) {
    const float *g = b->at[0];
    float *p = b->at[1], *v = b->at[2], *u = b->at[3];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[3];
    const float keep = (float)b->number[2], take = (float)(1 - b->number[2]);
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay);
        v[i] = keep * v[i] + take * (d * d);
        const float s = d * sqrtf((u[i] + eps) / (v[i] + eps));
        u[i] = keep * u[i] + take * (s * s);
        p[i] -= lr * s;
    }
}

/* m = beta1 m + (1 - beta1) g; v = max(beta2 v, |g| + eps); p -= lr m / v; nan stays nan

   numbers: lr, w, beta1, beta2, eps; lr is corrected for the number of the step already. */
KERNEL(adamax) {
    const float *g = b->at[0];
    float *p = b->at[1], *m = b->at[2], *v = b->at[3];
    const Size n = elements(b);
    const float lr = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[4];
    const float keep1 = (float)b->number[2], take1 = (float)(1 - b->number[2]), keep2 = (float)b->number[3];
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay), size = fabsf(d) + eps, before = keep2 * v[i];
        m[i] = keep1 * m[i] + take1 * d;
        v[i] = size > before || size != size ? size : before;
        p[i] -= lr * (m[i] / v[i]);
    }
}

/* m and v as of adam; p = shrink p - (lr1 m + lr2 g) / (sqrt(v) + eps)

   numbers: lr1, w, beta1, beta2, eps, shrink, lr2; all but w and shrink are corrected for the number of the step. */
KERNEL(nadam) {
    const float *g = b->at[0];
    float *p = b->at[1], *m = b->at[2], *v = b->at[3];
    const Size n = elements(b);
    const float of_m = (float)b->number[0], decay = (float)b->number[1], eps = (float)b->number[4];
    const float keep1 = (float)b->number[2], take1 = (float)(1 - b->number[2]), of_g = (float)b->number[6];
    const float keep2 = (float)b->number[3], take2 = (float)(1 - b->number[3]), shrink = (float)b->number[5];
    FOR_EACH(i, n) {
        const float d = decayed(g[i], p[i], decay);
        m[i] = keep1 * m[i] + take1 * d;
        v[i] = keep2 * v[i] + take2 * (d * d);
        p[i] = shrink * p[i] - (of_m * m[i] + of_g * d) / (sqrtf(v[i]) + eps);
    }
}

/* 1, 0 or -1; nan of nan */
INLINE float sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

/* p = shrink p - lr sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g; numbers: lr, shrink, beta1, beta2 */
KERNEL(lion) {
    const float *g = b->at[0];
    float *p = b->at[1], *m = b->at[2];
    const Size n = elements(b);
    const float lr = (float)b->number[0], shrink = (float)b->number[1];
    const float keep1 = (float)b->number[2], take1 = (float)(1 - b->number[2]);
    const float keep2 = (float)b->number[3], take2 = (float)(1 - b->number[3]);
    FOR_EACH(i, n) {
        p[i] = shrink * p[i] - lr * sign(keep1 * m[i] + take1 * g[i]);
        m[i] = keep2 * m[i] + take2 * g[i];
    }
}

/* By the sign of g and the last one, s, the step h grows or shrinks; p -= sign(g) h, but not where the sign has turned,
   and s is 0 there. numbers: how h shrinks and grows, its least and its most */
KERNEL(rprop) {
    const float *g = b->at[0];
    float *p = b->at[1], *s = b->at[2], *h = b->at[3];
    const Size n = elements(b);
    const float shrink = (float)b->number[0], grow = (float)b->number[1];
    const float least = (float)b->number[2], most = (float)b->number[3];
    FOR_EACH(i, n) {
        const float now = sign(g[i]), both = now * s[i];
        const float next = h[i] * (both > 0 ? grow : both < 0 ? shrink : 1 + both); /* both may be nan */
        h[i] = next < least ? least : next > most ? most : next;
        s[i] = both < 0 ? 0 : now;
        p[i] -= s[i] * h[i];
    }
}
