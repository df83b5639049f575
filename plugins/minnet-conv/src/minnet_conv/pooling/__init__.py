"""Windows and stretches along the axes of images, and what pooling, padding and upsampling compute in them."""

from .adaptive_maxima import adaptive_maxima, gradient_to_adaptive_maxima
from .adaptive_windows import adaptive_windows, expect_counts, output_sizes
from .along import Along
from .maxima import gradient_to_maxima, gradient_to_maximum, maximum_of, window_maxima
from .means import gradient_to_means, window_means
from .padding import inside, padded_shape
from .resampling import Blend, blend, gradient_to_blended, gradient_to_resampled, linear, mirrored, nearest, resample
from .windows import AXES, SIZES, Index, Windows

__all__ = [
    "AXES",
    "SIZES",
    "Along",
    "Blend",
    "Index",
    "Windows",
    "adaptive_maxima",
    "adaptive_windows",
    "blend",
    "expect_counts",
    "gradient_to_adaptive_maxima",
    "gradient_to_blended",
    "gradient_to_maxima",
    "gradient_to_maximum",
    "gradient_to_means",
    "gradient_to_resampled",
    "inside",
    "linear",
    "maximum_of",
    "mirrored",
    "nearest",
    "output_sizes",
    "padded_shape",
    "resample",
    "window_maxima",
    "window_means",
]
