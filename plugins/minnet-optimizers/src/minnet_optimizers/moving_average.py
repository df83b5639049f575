"""The exponential moving average that adaptive optimizers keep."""

from __future__ import annotations

import numpy as np

from minnet_core import Array


def update_average(average: Array, value: Array, decay: float, scratch: Array) -> None:
    r"""Set :math:`a \leftarrow \beta a + (1 - \beta)\,x` in place.

    Args:
        average: :math:`a`.
        value: :math:`x`; it may be ``scratch`` itself, and is else left as it is.
        decay: :math:`\beta`.
        scratch: is overwritten.

    >>> import numpy as np
    >>> average = np.array([1.0])
    >>> update_average(average, np.array([3.0]), 0.5, np.empty(1))
    >>> average
    array([2.])
    """
    np.multiply(value, 1 - decay, out=scratch)
    average *= decay
    average += scratch
