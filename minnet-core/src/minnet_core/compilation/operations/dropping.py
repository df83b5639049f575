"""What dropout does: draw which elements are kept, and drop the others."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array, keep_mask
from ..definition import Call, operation


@operation("(n,m)->(n,m)", dtypes={"keep": np.bool_})
def draw_keep(x: Array, keep: Array, *, rng: np.random.Generator, p: float) -> list[Call]:
    """Draw which elements of ``x`` are kept, each with probability ``1 - p``, as `keep_mask` does, bit for bit."""
    return [lambda: np.copyto(keep, keep_mask(rng, keep.shape, p))]


@operation("(r,m),(r,m)->(r,m)", over="x")
def drop(x: Array, keep: Array, y: Array, *, scale: float) -> list[Call]:
    """``y = x scale`` where ``keep``, elsewhere 0."""
    return [partial(np.multiply, x, keep, y), partial(np.multiply, y, x.dtype.type(scale), y)]
