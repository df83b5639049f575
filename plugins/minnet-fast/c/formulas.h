/* Kernels of one number after another that are two formulas: an output of x, and a gradient of x and g.

   A further one is a line for each here, with its error in units in the last place, and a line for each in
   operations.h. p, q and r are the numbers of the operation, in their order. */

#define NUMBERS                                                                                                        \
    const float p = (float)b->number[0], q = (float)b->number[1], r = (float)b->number[2];                             \
    (void)p, (void)q, (void)r;

#define OUTPUT(name, formula)                                                                                          \
    KERNEL(name) {                                                                                                     \
        const float *in = b->at[0];                                                                                    \
        float *out = b->at[1];                                                                                         \
        const Size n = elements(b);                                                                                    \
        NUMBERS                                                                                                        \
        FOR_EACH(i, n) {                                                                                               \
            const float x = in[i];                                                                                     \
            out[i] = formula;                                                                                          \
        }                                                                                                              \
    }

#define GRADIENT(name, formula)                                                                                        \
    KERNEL(name) {                                                                                                     \
        const float *in = b->at[0], *gradient = b->at[1];                                                              \
        float *out = b->at[2];                                                                                         \
        const Size n = elements(b);                                                                                    \
        NUMBERS                                                                                                        \
        FOR_EACH(i, n) {                                                                                               \
            const float x = in[i], g = gradient[i];                                                                    \
            out[i] = formula;                                                                                          \
        }                                                                                                              \
    }

/* e^-|x| */
INLINE float exponential_of_less(float x) { return exponential(x > 0 ? -x : x); }

/* ------------------------------------------------------------------ straight pieces */

/* y = p x + q; error 1 ulp, or of the larger term */
OUTPUT(scale_shift, q + p * x)

/* y = x from p to q; exact */
OUTPUT(clip, clipped(x, p, q))

/* gx = g where p < x < q, 0 elsewhere; exact */
GRADIENT(keep_between, (x > p) & (x < q) ? g : 0)

/* gx = 0 where p <= x <= q, g elsewhere and where x is nan; exact */
GRADIENT(keep_beyond, (x >= p) & (x <= q) ? 0 : g)

/* y = q where x <= p, x elsewhere; exact */
OUTPUT(threshold, x <= p ? q : x)

/* y = x, p nearer to 0, or 0; error 0.5 ulp */
OUTPUT(soft_shrink, x - clipped(x, -p, p))

/* y = (x + 3) / 6 from 0 to 1; error 1 ulp */
OUTPUT(hard_sigmoid, clipped(x + 3, 0, 6) / 6)

/* gx = g / 6 where -3 < x < 3, 0 elsewhere; error 0.5 ulp */
GRADIENT(hard_sigmoid_back, (x > -3) & (x < 3) ? g / 6 : 0)

/* y = x times (x + 3) / 6 from 0 to 1; error 1.9 ulp */
OUTPUT(hard_swish, clipped(x + 3, 0, 6) / 6 * x)

/* gx = g (x / 3 + 1/2) where -3 < x < 3, 0 below, g above; error 0.7 ulp of the larger term (1.2 if g is not 1) */
GRADIENT(hard_swish_back, x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5f) : g)

/* ------------------------------------------------------------------ exponentials */

/* y = q x above 0, q p (e^(x / r) - 1) elsewhere; error 1.8 ulp, of what x / r rounded to if r is not 1 */
OUTPUT(scaled_elu, x > 0 ? q * x : q * p * exponential_less_1((x > 0 ? 0 : x) / r))

/* gx = q g above 0, q p / r e^(x / r) g elsewhere; error 1.8 ulp (2.3 if g is not 1), of what x / r
   rounded to if r is not 1 */
GRADIENT(scaled_elu_back, x > 0 ? g * q : g * (q * (p / r) * exponential((x > 0 ? 0 : x) / r)))

/* y = x / (1 + e^-x); error 1.9 ulp */
OUTPUT(silu, logistic(x) * x)

/* gx = g s (1 + x (1 - s)), where s is the logistic function of x; error 2.5 ulp of the larger term */
INLINE float slope_of_silu(float x) {
    const float e = exponential_of_less(x), near = 1.0f / (1.0f + e), far = e * near; /* s and 1 - s */
    return (x > 0 ? near : far) * (1.0f + x * (x > 0 ? far : near));
}
GRADIENT(silu_gradient, slope_of_silu(x) * g)

/* y = -log(1 + e^-x); error 2.6 ulp */
INLINE float log_sigmoid_of(float x) {
    const float rest = log_of_1_more(exponential_of_less(x));
    return x > 0 ? -rest : x - rest;
}
OUTPUT(log_sigmoid, log_sigmoid_of(x))

/* gx = g / (1 + e^x), as g e^-x / (1 + e^-x) above 0; error 2.1 ulp (2.6 if g is not 1) */
INLINE float sigmoid_of_less(float x) {
    const float e = exponential_of_less(x);
    return (x > 0 ? e : 1.0f) / (1.0f + e);
}
GRADIENT(log_sigmoid_back, sigmoid_of_less(x) * g)

/* tanh(log(1 + e^x)) = ((1 + e^x)^2 - 1) / ((1 + e^x)^2 + 1), numerator and denominator divided by e^2x above 0, so
   that both are made of e = e^-|x|: n / (n + 2 e^2) with n = 1 + 2 e, and below 0 n / (n + 2) with n = e (e + 2).
   Its derivative is 4 e^2 (1 + e), below 0 4 e (1 + e), over the square of the denominator. */
INLINE float gate_of(float x, float *derivative) {
    const float e = exponential_of_less(x), square = e * e;
    const float n = x > 0 ? 1.0f + 2.0f * e : square + 2.0f * e, d = n + (x > 0 ? 2.0f * square : 2.0f);
    *derivative = 4.0f * (x > 0 ? square : e) * (1.0f + e) / (d * d);
    return n / d;
}

INLINE float mish_of(float x) {
    float derivative;
    return x * gate_of(x, &derivative);
}

INLINE float slope_of_mish(float x) {
    float derivative;
    const float gate = gate_of(x, &derivative);
    return gate + x * derivative;
}

/* y = x tanh(log(1 + e^x)); error 3.2 ulp down to -87, from where on the tanh is subnormal */
OUTPUT(mish, mish_of(x))

/* gx = g (t + x t') with t = tanh(log(1 + e^x)); error 4.6 ulp of the larger term (5.1 if g is not 1) */
GRADIENT(mish_back, slope_of_mish(x) * g)

#undef NUMBERS
#undef OUTPUT
#undef GRADIENT
