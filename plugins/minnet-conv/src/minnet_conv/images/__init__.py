"""Numbers of the axes of images, and the order in which images lie in memory."""

from .memory_order import batch_innermost, beside, copied_beside, empty_beside, zeros_beside
from .numbers_of_axes import integers
from .planes import from_planes, to_planes

__all__ = [
    "batch_innermost",
    "beside",
    "copied_beside",
    "empty_beside",
    "from_planes",
    "integers",
    "to_planes",
    "zeros_beside",
]
