"""NumPy kernels of the layers: sums, maxima, exponentials, each the fastest form known that gives no accuracy away.

`minnet_core.nn.rectifiers` and `minnet_core.nn.random_masks` have those of two further subjects.
Times are of one thread of one machine, so it is their ratio that counts.
"""

from __future__ import annotations

import math
import os
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

import numpy as np

from .arrays import Array, accumulation_dtype, as_floating

if os.environ.get("MINNET_KEEP_ALLOCATOR") != "1":
    # glibc gives freed memory above a threshold back to the system, so that every fresh result costs a page fault for
    # each 4 kB, up to twice its computation. The threshold grows with the largest block that was mapped and freed, to
    # 32 MB at most; this block is just below, and none of its pages is touched. Elsewhere this does nothing.
    np.empty(2**25 - 8192, np.uint8)

LONGEST_KEPT = 16384
"""The longest vector that `constants` keeps: twice what NumPy's loops work through at a time."""


def constants(value: float, length: int, dtype: np.dtype[Any] | type | str) -> Array:
    """Return a read-only vector of one number, for a kernel that is faster with a vector than with the number.

    Vectors of up to ``LONGEST_KEPT`` elements are made once and kept, 32 of them, so at most 4 MB in float64.
    That saves 0.5 to 3 microseconds a call: much to a small network.

    >>> constants(1.0, 3, "float32")
    array([1., 1., 1.], dtype=float32)
    """
    return (_kept if length <= LONGEST_KEPT else _made)(value, length, dtype)


def _made(value: float, length: int, dtype: np.dtype[Any] | type | str) -> Array:
    vector: Array = np.full(length, value, dtype)
    vector.flags.writeable = False
    return vector


_kept = lru_cache(maxsize=32)(_made)


def column_sums(array: Array) -> Array:
    """Sum over every axis but the last: shape ``(..., n)`` to ``(n,)``; a floating dtype is kept, integers do not wrap.

    A matrix product with a row of ones: BLAS sums columns two to three times as fast as ``add.reduce``.
    Only an array of three or more axes that is not contiguous is summed the plain way, which saves a copy.

    >>> import numpy as np
    >>> column_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    array = as_floating(array)
    if array.ndim > 2 and not array.flags.c_contiguous:
        plain: Array = array.sum(axis=tuple(range(array.ndim - 1)))
        return plain
    matrix = array.reshape(-1, array.shape[-1])
    total: Array = np.dot(constants(1.0, matrix.shape[0], matrix.dtype), matrix)
    return total


def column_means(array: Array) -> Array:
    """Average over every axis but the last: shape ``(..., n)`` to ``(n,)``, as `column_sums` adds.

    Half precision is added in float32, whose sum does not overflow.

    >>> import numpy as np
    >>> column_means(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([2., 3.])
    """
    array = as_floating(array)
    wide = array.astype(accumulation_dtype(array), copy=False)
    means: Array = column_sums(wide) / (array.size // array.shape[-1])
    return means.astype(array.dtype, copy=False)


def center_columns(x: Array) -> tuple[Array, Array]:
    r"""Subtract from each column its mean over every axis but the last; return the difference, and the means.

    The means are right to the last digits, and no difference loses any, however far the data are from 0:

    - Up to ``LONGEST_KEPT`` numbers of less than double precision are added in double precision; what rounding the mean
      has cut off is subtracted too if it is more than half a millionth. (Less is left, as in PyTorch, whose float32
      results are those of the rounded mean.)
    - Else, if a look at a few rows says that no column is more than some eight deviations from 0, the mean is
      subtracted: its sum, of numbers of the deviation's size, cancels nothing.
    - Else the first row is subtracted from the columns that are farther away, before anything is summed.
      It lies within :math:`\sqrt m` standard deviations of the mean of :math:`m` rows, so again nothing cancels.

    A constant column gives exactly 0.

    >>> import numpy as np
    >>> center_columns(np.array([[1.0, 5.0], [3.0, 5.0]]))
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([2., 5.]))
    """
    if x.size <= LONGEST_KEPT and x.dtype.itemsize < 8:
        exact = np.add.reduce(x, tuple(range(x.ndim - 1)), np.float64) / (x.size // x.shape[-1])
        means: Array = exact.astype(x.dtype)
        centered = x - means
        rest = exact - means
        if np.abs(rest).max() > 2**-21:
            centered -= rest.astype(x.dtype)
        return centered, means
    few = x[(slice(8),) * min(x.ndim - 1, 2) + (0,) * (x.ndim - 3)]
    first = x[(0,) * (x.ndim - 1)]
    is_near = np.abs(first) <= 8 * np.abs(few - first).max(axis=tuple(range(few.ndim - 1)))
    if is_near.all():
        means = column_means(x)
        return x - means, means
    origin = np.where(is_near, 0, first).astype(x.dtype, copy=False)
    centered = x - origin
    shift = column_means(centered)
    centered -= shift
    return centered, origin + shift


def axis_sums(array: Array, axis: int = -1) -> Array:
    """Sum over one axis, which stays as an axis of length 1: by default shape ``(..., n)`` to ``(..., 1)``.

    Over the last axis, a matrix product with a column of ones: 256 rows of 1024 float32 take 14 microseconds instead of
    39.
    BLAS adds in strands side by side, and the error grows slowly: of up to 100,000 positive numbers it was below 3
    units in the last place of float32, where that of ``add.reduce`` is below 1.
    Over another axis, of fewer than 8 numbers, which are better added in their order, and of what BLAS does not take
    (integers, half precision, an array that is not contiguous), it is ``add.reduce``.

    >>> import numpy as np
    >>> axis_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[3.],
           [7.]])
    """
    last = array.ndim - 1
    if axis in (-1, last) and array.dtype.char in "fd" and array.flags.c_contiguous and array.shape[last] >= 8:
        ones = constants(1.0, array.shape[last], array.dtype)
        if last == 1:
            return np.dot(array, ones)[:, np.newaxis]  # type: ignore[no-any-return]  # of two arrays, an array
        array, shape = array.reshape(-1, len(ones)), (*array.shape[:last], 1)
        return np.dot(array, ones).reshape(shape)  # type: ignore[no-any-return]
    plain: Array = array.sum(axis=axis, keepdims=True)
    return plain


def axis_dot(a: Array, b: Array, axis: int = -1) -> Array:
    """Sum ``a * b`` over one axis, which stays as an axis of length 1.

    Over the last axis it is a product of a row with a column for each row, by BLAS, without an array of ``a * b``: 256
    rows of 1024 float32 take 29 microseconds instead of 49.
    Over another axis, and of what is not contiguous, it is `axis_sums` of the product.

    >>> import numpy as np
    >>> axis_dot(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [0.0, 2.0]]))
    array([[3.],
           [8.]])
    """
    if axis in (-1, b.ndim - 1) and a.flags.c_contiguous and b.flags.c_contiguous:
        dots: Array = np.matmul(a[..., np.newaxis, :], b[..., np.newaxis])
        return dots[..., 0]
    return axis_sums(a * b, axis)


def axis_maxima(array: Array, axis: int = -1) -> Array:
    """Find the largest number along one axis, which stays as an axis of length 1; nan if there is one.

    ``maximum.reduce`` starts anew for every row, however short it is.
    Up to 32 numbers a row are therefore compared column with column, of a transposed copy: 1024 rows of 10 float32 take
    6 microseconds instead of 110, and 32 rows of 2 take 1.3 instead of 2.2.

    >>> import numpy as np
    >>> axis_maxima(np.array([[1.0, 2.0], [4.0, 3.0]]))
    array([[2.],
           [4.]])
    """
    if array.ndim == 2 and axis in (-1, 1) and 0 < array.shape[1] <= 32:
        columns = np.ascontiguousarray(array.T)
        return np.maximum.reduce(columns, 0)[:, np.newaxis]  # type: ignore[no-any-return]  # of an array, an array
    largest: Array = np.maximum.reduce(array, axis, keepdims=True)
    return largest


class _ShortBuffer:
    """NumPy's buffer at 512 elements, until the end of a ``with`` statement."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = np.setbufsize(512)

    def __exit__(self, *_: object) -> None:
        np.setbufsize(self._before)


_AS_IT_IS = nullcontext()


def whole_rows(array: Array) -> AbstractContextManager[None]:
    """Make operations between an array and one row, or one column, as fast as those between two arrays.

    NumPy works through operands in pieces of at most its buffer, and a row that is shorter than the buffer (8192
    elements unless it is set) makes it prepare each piece anew, even where nothing needs a buffer.
    With a buffer no longer than a row it takes whole rows: 256 rows of 1024 float32 less their maxima take 36
    microseconds instead of 57, and 28 instead of 45 in place.
    Results are the same, bit for bit.

    The setting costs 2 microseconds, belongs to the thread (or context), and is put back at the end of the ``with``
    statement; rows below 512 elements, rows in pieces, and few rows gain nothing and are left alone.
    Operands of two dtypes are converted through the buffer, up to an eighth slower.

    >>> import numpy as np
    >>> x = np.ones((64, 1024), np.float32)
    >>> with whole_rows(x):
    ...     x -= x.max(axis=1, keepdims=True)
    """
    has_gain = array.size >= 32768 and array.ndim > 1 and array.shape[-1] >= 512 and array.flags.c_contiguous
    return _ShortBuffer() if has_gain else _AS_IT_IS


def exp_minus_abs(x: Array) -> Array:
    """Compute ``exp(-abs(x))``, which cannot overflow, in one fresh array; of a floating array, dtype kept.

    >>> import numpy as np
    >>> exp_minus_abs(np.array([-1000.0, 0.0, 1000.0]))
    array([0., 1., 0.])
    """
    result: Array = np.abs(x)
    np.negative(result, out=result)
    return np.exp(result, out=result)


def shifted_exp(x: Array, axis: int = -1) -> Array:
    r"""Exponentials up to a factor along one axis, :math:`e^{x_i - s}`, for a quotient in which the factor cancels.

    The shift :math:`s` is the maximum along the axis, so that nothing overflows and the largest does not vanish.
    In arrays of 32768 numbers and more it is 0 instead if each of the maxima is from 0 to 64, where :math:`e^x` itself
    does neither, not even in a sum over millions.
    That saves a pass over the array: 256 rows of 1024 float32 take 175 microseconds instead of 195.
    Half precision, which ends at :math:`e^{11}`, is always shifted.

    >>> import numpy as np
    >>> shifted_exp(np.array([[0.0, 1000.0], [5.0, -np.inf]]))
    array([[0., 1.],
           [1., 0.]])
    """
    maxima = axis_maxima(x, axis)
    if x.size >= 32768 and x.dtype.itemsize >= 4 and maxima.min() >= 0 and maxima.max() <= 64:
        return np.exp(x)
    with whole_rows(x):
        shifted: Array = x - maxima
    return np.exp(shifted, out=shifted)


def sigmoid(x: Array) -> Array:
    r"""The logistic function :math:`1/(1 + e^{-x})`, elementwise, of a floating array; dtype kept.

    Negative ``x`` keep their full relative accuracy. Where the exponential overflows, its inverse is 0, as it should be
    (half precision, which could hold what is lost there, is computed in float32); that is no reason to compute two
    exponentials, neither of which can overflow, which takes half as long again. Blocks stay in the cache: a fifth less.

    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    result: Array = np.empty(x.shape, accumulation_dtype(x))
    flat, given = result.reshape(-1), x.reshape(-1)
    with np.errstate(over="ignore"):
        for start in range(0, x.size, LONGEST_KEPT):
            part = np.negative(given[start : start + LONGEST_KEPT], flat[start : start + LONGEST_KEPT])
            np.exp(part, part)
            np.add(part, 1, part)
            np.reciprocal(part, part)
    return result.astype(x.dtype, copy=False)


def sigmoid_of_softplus(x: Array, softplus: Array) -> Array:
    r"""The logistic function of ``x`` where its integral, :math:`\log(1 + e^x)`, is known already.

    .. math:: \sigma(x) = \frac{e^x}{1 + e^x} = e^{x - \log(1 + e^x)}

    One exponential instead of two and a quotient: 256 x 1024 float32 take 170 microseconds instead of the 375 of
    `sigmoid`, with a relative error below 1e-6 (4e-15 in float64), that of rounding the difference.
    If any ``x`` is infinite or nan, where the difference is nan, all are computed by `sigmoid`.

    >>> import numpy as np
    >>> x = np.array([-1000.0, 0.0, 1000.0])
    >>> sigmoid_of_softplus(x, np.logaddexp(0, x))
    array([0. , 0.5, 1. ])
    """
    if not x.max(initial=0) < np.inf:
        return sigmoid(x)
    result: Array = x - softplus
    return np.exp(result, out=result)


def euclidean_norm(vector: Array) -> float:
    """Return the Euclidean norm, also of a float32 vector whose squares float32 cannot hold.

    >>> f"{euclidean_norm(np.full(4, 1e30, np.float32)):.1e}"
    '2.0e+30'
    """
    with np.errstate(over="ignore", under="ignore"):
        squares = float(np.dot(vector, vector))
    if not 1e-30 < squares < math.inf:
        wide = vector.astype(np.float64)
        squares = float(np.dot(wide, wide))
    return math.sqrt(squares)
