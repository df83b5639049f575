"""Arrays of a pass compared: central differences, tolerances, nested arrays."""

from .central_difference import STEP, Line, central_difference, directions, find_mismatch
from .comparison import are_equal, differing, expect_equal, format_number, largest, tolerance_of
from .tensors import (
    LAYOUTS,
    as_dtype,
    cast,
    copied,
    dtypes_holding,
    is_floating,
    map_arrays,
    named_arrays,
    read_only,
    rows,
    samples,
    scaled,
    stacked,
    structure,
)

__all__ = [
    "LAYOUTS",
    "STEP",
    "Line",
    "are_equal",
    "as_dtype",
    "cast",
    "central_difference",
    "copied",
    "differing",
    "directions",
    "dtypes_holding",
    "expect_equal",
    "find_mismatch",
    "format_number",
    "is_floating",
    "largest",
    "map_arrays",
    "named_arrays",
    "read_only",
    "rows",
    "samples",
    "scaled",
    "stacked",
    "structure",
    "tolerance_of",
]
