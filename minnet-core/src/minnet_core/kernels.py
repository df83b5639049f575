"""NumPy kernels that more than one layer needs, each the fastest form known that gives no accuracy away."""

from __future__ import annotations

import numpy as np

from .arrays import Array


def column_sums(matrix: Array) -> Array:
    """Sum over every axis but the last: shape ``(..., n)`` to ``(n,)``, dtype kept.

    A matrix product with a row of ones: BLAS sums columns two to three times as fast as ``add.reduce``.

    >>> import numpy as np
    >>> column_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    matrix = matrix.reshape(-1, matrix.shape[-1])
    total: Array = np.ones(matrix.shape[0], matrix.dtype) @ matrix
    return total


def sigmoid(x: Array) -> Array:
    r"""The logistic function :math:`1/(1 + e^{-x})`, elementwise, dtype kept.

    Computed from :math:`e^{-|x|}`, which cannot overflow; the branch for negative ``x`` is
    :math:`1 - \sigma(|x|) = e^{-|x|}\,\sigma(|x|)`, which keeps full relative accuracy.

    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    decay = np.abs(x)
    np.negative(decay, out=decay)
    np.exp(decay, out=decay)
    result: Array = np.where(x >= 0, 1, decay)
    decay += 1
    result /= decay
    return result
