"""The positive and the negative part of an array, which the rectifiers are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet_core import Array
from minnet_core.nn import LONGEST_KEPT, constants, floating_dtype

_BITS = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def positive_part(x: Array) -> Array:
    """Return ``max(x, 0)`` in a fresh floating array; nan stays nan.

    >>> import numpy as np
    >>> positive_part(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return beside(np.maximum, x, 0.0)


def negative_part(x: Array) -> Array:
    """Return ``min(x, 0)`` in a fresh floating array; nan stays nan.

    >>> import numpy as np
    >>> negative_part(np.array([-2.0, 3.0]))
    array([-2.,  0.])
    """
    return beside(np.minimum, x, 0.0)


def positive_mask(x: Array) -> Array:
    """Return 1.0 where ``x > 0`` and 0.0 elsewhere, nan included.

    A product with this float mask is an order of magnitude faster than ``np.where``, whose branches are mispredicted.

    >>> import numpy as np
    >>> positive_mask(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    return (x > 0).astype(floating_dtype(x))


def where_positive(x: Array, values: Array) -> Array:
    """Return ``values`` where ``x > 0`` and 0 elsewhere, in a fresh floating array; where ``x`` is nan, one or other.

    Large arrays are multiplied as the integers that their bits are: those of a float above 0 are a positive integer and
    those of any other are not, so that clipped to 0 and 1 they are the mask, and a product of bits by 0 or 1 is exact.
    It takes two thirds of the time of a product with a boolean mask, which NumPy converts piece by piece.

    >>> import numpy as np
    >>> where_positive(np.array([-2.0, 0.0, 3.0]), np.array([5.0, 6.0, 7.0]))
    array([0., 0., 7.])
    """
    if x.size >= LONGEST_KEPT and x.dtype == values.dtype in _BITS:
        bits = _BITS[x.dtype]
        mask = np.clip(x.view(bits), 0, 1)
        mask *= values.view(bits)
        result: Array = mask.view(x.dtype)
        return result
    return np.multiply(x > 0, values, dtype=floating_dtype(x))


def beside(ufunc: Callable[..., Array], x: Array, value: float) -> Array:
    """Return ``ufunc(x, value)`` of an array and a number, in a fresh floating array.

    ``np.maximum`` and ``np.minimum`` leave their SIMD loop if an operand is a scalar, and take three times as long.
    So the number is a vector here, as long as ``x`` or as long as pays.

    >>> import numpy as np
    >>> beside(np.minimum, np.array([-2.0, 3.0]), 1.0)
    array([-2.,  1.])
    """
    vector = constants(value, LONGEST_KEPT, floating_dtype(x))
    if x.size <= LONGEST_KEPT:
        return ufunc(x, vector[: x.size].reshape(x.shape))
    flat, result = x.reshape(-1), np.empty(x.size, vector.dtype)
    whole = x.size - x.size % LONGEST_KEPT
    ufunc(flat[:whole].reshape(-1, LONGEST_KEPT), vector, out=result[:whole].reshape(-1, LONGEST_KEPT))
    ufunc(flat[whole:], vector[: x.size - whole], out=result[whole:])
    return result.reshape(x.shape)
