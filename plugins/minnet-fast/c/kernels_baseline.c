/* The kernels for what every processor of this kind has: SSE2 on x86-64, Neon on arm64. */
#define TABLE kernels_baseline
#define SPATIAL_TABLE spatial_kernels_baseline
#define FLOATS 4
#include "kernels.h"
