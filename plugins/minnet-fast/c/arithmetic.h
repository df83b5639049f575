/* Exponentials and a logarithm of one float, written so that a compiler makes vectors of them.

   Errors are in units in the last place, the largest against double precision over one float in 37 of all that are
   allowed; tests/test_kernels.py bounds those of the kernels that are made of them.
   Each polynomial interpolates its function in the Chebyshev points of its interval: tests/test_polynomials.py
   computes the coefficients again. */
#ifndef MINNET_FAST_ARITHMETIC_H
#define MINNET_FAST_ARITHMETIC_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "float arithmetic is not that of float here; rounding below would be wrong"
#endif

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define SIMD(clauses) PRAGMA(omp simd clauses)
#define PRAGMA(text) _Pragma(#text)
#else
#define INLINE static __forceinline
#define SIMD(clauses)
#endif

/* Every step by itself: y may be x, but nothing else overlaps. */
#define FOR_EACH(i, n) SIMD() for (Size i = 0; i < (n); i++)

INLINE float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

INLINE uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* x = n ln 2 + r with a whole n and |r| <= ln 2 / 2.

   Adding 1.5 * 2^23 rounds to a whole number and leaves it in the last bits, without the call that rint is where there
   is no SSE4.1, and without the conversion that C leaves undefined for nan.
   ln 2 = 355/512 - 2.12194440e-4 (Cody and Waite): n times the first part is exact. */
#define ROUNDER 12582912.0f

INLINE float reduce(float x, int32_t *n) {
    float shifted = x * 1.44269504f + ROUNDER;
    float whole = shifted - ROUNDER;
    *n = (int32_t)(bits_of(shifted) - bits_of(ROUNDER));
    return (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
}

/* (e^r - 1 - r) / r^2, |r| <= ln 2 / 2 */
INLINE float exp_tail(float r) {
    float p = 1.98909809e-4f;
    p = p * r + 1.39336410e-3f;
    p = p * r + 8.33331093e-3f;
    p = p * r + 4.16664650e-2f;
    p = p * r + 1.66666667e-1f;
    return p * r + 5.00000001e-1f;
}

INLINE float power_of_two(int32_t n) { return float_of((uint32_t)(n + 127) << 23); }

/* e^x = 2^n (1 + r + r^2 tail(r)), for x <= 0; error 0.96 ulp, subnormal results included.
   In two steps, as 2^n may be below the range in which e^x still is. */
INLINE float exponential(float x) {
    int32_t n;
    x = x < -105.0f ? -105.0f : x;
    float r = reduce(x, &n);
    float p = exp_tail(r) * (r * r) + r + 1.0f;
    return p * power_of_two(n + 30) * 9.31322574615478515625e-10f; /* 2^-30 */
}

/* e^x - 1 = 2^n (r + r^2 tail(r)) + (2^n - 1), for x <= 0; error 0.88 ulp. */
INLINE float exponential_less_1(float x) {
    int32_t n;
    x = x < -25.0f ? -25.0f : x;
    float r = reduce(x, &n);
    float p = exp_tail(r) * (r * r) + r, power = power_of_two(n);
    return power * p + (power - 1.0f);
}

/* log(1 + e) = 2 artanh(s) = 2 s + s t (2/3 + 2/5 t + ...) with s = e / (2 + e), t = s^2, for 0 <= e <= 1;
   error 1.95 ulp, of the quotient above all. */
INLINE float log_of_1_more(float e) {
    float s = e / (2.0f + e), t = s * s;
    float p = 2.32243290e-1f;
    p = p * t + 2.17065760e-1f;
    p = p * t + 2.85923580e-1f;
    p = p * t + 3.99997060e-1f;
    p = p * t + 6.66666670e-1f;
    return 2.0f * s + s * t * p;
}

#endif
