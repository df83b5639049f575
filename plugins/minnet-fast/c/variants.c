#include "variants.h"

void find_variants(Variant variants[VARIANT_COUNT]) {
    variants[0] = (Variant){"v4", NULL, NULL};
    variants[1] = (Variant){"v3", NULL, NULL};
    variants[2] = (Variant){"baseline", kernels_baseline, spatial_kernels_baseline};
#if HAS_VARIANTS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2")) {
        variants[1] = (Variant){"v3", kernels_v3, spatial_kernels_v3};
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl"))
            variants[0] = (Variant){"v4", kernels_v4, spatial_kernels_v4};
    }
#endif
}
