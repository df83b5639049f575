/* The kernels for x86-64-v3: AVX2 and FMA, processors since 2013. */
#include "variants.h"

#if HAS_VARIANTS
#include <math.h>
#include <numpy/random/bitgen.h>
#include <string.h>
BEGIN_TARGET("avx2,fma,bmi,bmi2")
#define TABLE kernels_v3
#define SPATIAL_TABLE spatial_kernels_v3
#define FLOATS 8
#include "kernels.h"
END_TARGET
#else
typedef int nothing_here;
#endif
