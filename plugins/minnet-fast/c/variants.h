/* The kernels are compiled once for each instruction set; one is chosen when the program runs. */
#ifndef MINNET_FAST_VARIANTS_H
#define MINNET_FAST_VARIANTS_H

#include "block.h"
#include "operations.h"
#include "spatial.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(MINNET_FAST_BASELINE_ONLY)
#define HAS_VARIANTS 1
#else
#define HAS_VARIANTS 0
#endif

/* Whether the compiler has vectors of any length as a type. */
#if defined(__GNUC__)
#define HAS_VECTORS 1
#else
#define HAS_VECTORS 0
#endif

/* Between the two, functions are compiled for processors that have the features named. */
#define DO_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define WIDE_VECTORS ""
#define BEGIN_TARGET(features) DO_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define END_TARGET DO_PRAGMA(clang attribute pop)
#else
#define WIDE_VECTORS ",prefer-vector-width=512"
#define BEGIN_TARGET(features) DO_PRAGMA(GCC push_options) DO_PRAGMA(GCC target(features))
#define END_TARGET DO_PRAGMA(GCC pop_options)
#endif

extern Kernel *const kernels_baseline[OPERATION_COUNT];
extern SpatialKernel *const spatial_kernels_baseline[SPATIAL_COUNT];
#if HAS_VARIANTS
extern Kernel *const kernels_v3[OPERATION_COUNT], *const kernels_v4[OPERATION_COUNT];
extern SpatialKernel *const spatial_kernels_v3[SPATIAL_COUNT], *const spatial_kernels_v4[SPATIAL_COUNT];
#endif

typedef struct {
    const char *name;
    Kernel *const *kernels; /* NULL where they were not compiled, or the processor cannot execute them */
    SpatialKernel *const *spatial;
} Variant;

enum { VARIANT_COUNT = 3 };

/* Fill in what this processor can execute, the best first. */
void find_variants(Variant variants[VARIANT_COUNT]);

#endif
