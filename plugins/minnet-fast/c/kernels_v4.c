/* The kernels for x86-64-v4: AVX-512, servers since 2017. */
#include "variants.h"

#if HAS_VARIANTS
#include <math.h>
#include <numpy/random/bitgen.h>
#include <string.h>
BEGIN_TARGET("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512cd,avx512dq,avx512vl" WIDE_VECTORS)
#define TABLE kernels_v4
#define SPATIAL_TABLE spatial_kernels_v4
#define FLOATS 16
#include "kernels.h"
END_TARGET
#else
typedef int nothing_here;
#endif
