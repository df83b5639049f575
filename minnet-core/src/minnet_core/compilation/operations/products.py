"""Matrix products."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, Late, deferred, operation
from ..scratch import Scratch


@operation("(n,k),(k,m)->(n,m)", takes_late=True)
def product(a: Array | Late, b: Array | Late, c: Array, *, accumulate: bool = False, scratch: Scratch) -> list[Call]:
    """Multiply: ``c = a b``, or ``c += a b``; an operand may be a transposed view."""
    if not accumulate:
        return [deferred(np.dot, a, b, c)]
    added = scratch(c.shape, c.dtype)
    return [deferred(np.dot, a, b, added), partial(np.add, c, added, c)]
