/* The logistic function, and what it and the normal distribution gate. */

/* 1 / (1 + e^-x), as e^x / (1 + e^x) below 0; error 2.4 ulp */
INLINE float logistic(float x) {
    float e = exponential(x > 0 ? -x : x);
    return (x > 0 ? 1.0f : e) / (1.0f + e);
}

/* y = 1 / (1 + e^-x); error 2.4 ulp */
KERNEL(sigmoid) {
    const float *x = b->at[0];
    float *y = b->at[1];
    const Size n = elements(b);
    FOR_EACH(i, n) y[i] = logistic(x[i]);
}

/* gx = g y (1 - y) */
KERNEL(sigmoid_back) {
    const float *y = b->at[0], *g = b->at[1];
    float *gx = b->at[2];
    const Size n = elements(b);
    FOR_EACH(i, n) gx[i] = g[i] * (y[i] * (1.0f - y[i]));
}

/* gx = g s (1 + x (1 - s)), where s is the logistic function of x */
KERNEL(silu_back) {
    const float *x = b->at[0], *s = b->at[1], *g = b->at[2];
    float *gx = b->at[3];
    const Size n = elements(b);
    FOR_EACH(i, n) gx[i] = g[i] * (s[i] * (1.0f + x[i] * (1.0f - s[i])));
}

/* y = x P(x) and its derivative, with P the normal distribution, as minnet_core.nn.gate_by_normal derives it, whose
   rational functions these are: with a = |x| and W = e^(-a^2 / 2) / D(a):

     x P(x) = max(x, 0) - W a N(a),   P(-a) - a p(a) = W L(a)

   where p is the density; the derivative is the latter below 0, and 1 less that above. Error 5.5 ulp from -3 on, below
   that of e^(-a^2 / 2) too: 12 at -8, 34 at -13. */
INLINE float gate_by_normal(float x, float *slope) {
    float a = x < 0 ? -x : x;
    a = a > 14.5f ? 14.5f : a; /* beyond, the density is 0 */
    float below = 4.25939268e-2f, half = 1.69905662e-2f, lower = -1.69925183e-2f;
    below = below * a + 2.98999350e-1f, half = half * a + 1.19363494e-1f, lower = lower * a - 1.19283482e-1f;
    below = below * a + 9.52738121e-1f, half = half * a + 3.61752714e-1f, lower = lower * a - 3.63096952e-1f;
    below = below * a + 1.52137649f, half = half * a + 0.5f, lower = lower * a - 4.87577914e-1f;
    below = below * a + 1.0f, lower = lower * a - 3.71895667e-2f;
    lower = lower * a + 0.5f;
    float bell = exponential(-0.5f * (a * a)), inverse = 1.0f / below; /* last, as it may be subnormal */
    float other = bell * (lower * inverse);
    *slope = x < 0 ? other : 1.0f - other;
    return (x < 0 ? 0.0f : x) - bell * (a * half * inverse);
}

/* y = x s and its derivative, s + s (1 - s) x u', with s the logistic function of u = sqrt(8 / pi) (x + 0.044715 x^3);
   from |x| = 32 on, s is 0 or 1. */
INLINE float gate_by_tanh(float x, float *slope) {
    float square = x * x;
    square = square > 1024.0f ? 1024.0f : square;
    square *= 7.13548163e-2f;
    float s = logistic(x * (1.59576912f + square));
    *slope = s + (s * (1.0f - s)) * x * (1.59576912f + 3.0f * square);
    return x * s;
}

/* y = x P(x), or by tanh if the number is 1 */
KERNEL(gelu) {
    const float *x = b->at[0];
    float *y = b->at[1], unused;
    const Size n = elements(b);
    if (b->number[0] != 0)
        FOR_EACH(i, n) y[i] = gate_by_tanh(x[i], &unused);
    else
        FOR_EACH(i, n) y[i] = gate_by_normal(x[i], &unused);
}

/* the same, and its derivative */
KERNEL(gelu_with_slope) {
    const float *x = b->at[0];
    float *y = b->at[1], *slope = b->at[2];
    const Size n = elements(b);
    if (b->number[0] != 0) FOR_EACH(i, n) {
            float of;
            y[i] = gate_by_tanh(x[i], &of), slope[i] = of;
        }
    else
        FOR_EACH(i, n) {
            float of;
            y[i] = gate_by_normal(x[i], &of), slope[i] = of;
        }
}
