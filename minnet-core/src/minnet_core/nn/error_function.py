r"""NumPy kernels of the error function: `erf`, and `gate_by_normal`, what GELU computes.

All is computed from rational functions, fitted for this file with 50 digits: linearised least squares on 90 to 130
points, weighted anew by the error of the fit before (Lawson's method) until the largest error was least.

- :math:`\operatorname{erf} x = \tanh(x\,R(x^2))`, as :math:`\operatorname{artanh}(\operatorname{erf} x)` is smooth: of
  degree 3 over 3 in :math:`x^2` up to 16, with a relative error of erf of 3.3e-9, for float32.
- :math:`e^{a^2}\operatorname{erfc} a = N(a)/D(a)` for :math:`a \ge 0`: of degree 9 over 10 up to 27.6, where
  :math:`e^{-a^2}` is 0, with a relative error of 8.4e-17, of erf too; and 3 over 4 up to 10.3 with 4.3e-7, to which
  ``np.exp`` of float32 is certain. No coefficient is negative, so no sum of them cancels.

Arrays are worked through in blocks that stay in the cache: the powers of a block are the rows of a matrix, of which one
product by BLAS makes all polynomials at a time, in half the time of Horner's scheme.
Times are of 256 x 1024 numbers and one thread of one machine, so it is their ratio that counts.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from .arrays import Array

_BLOCK = 16384
"""Numbers of a block: its powers take 0.3 to 1.5 MB; of half as many the calls take a third longer."""

_TANH = np.array(
    [
        [1.1283791708, 0.27980747587, 0.0426470705024, 0.00217833839648],
        [1.0, 0.156893150887, 0.0236903307136, 0.000324936356387],
    ]
)
"""Numerator and denominator of R, by powers of x squared."""
_REST = np.array([_TANH[0] - _TANH[0, 0] * _TANH[1], _TANH[1]], np.float32)
"""The same of what R has more than at 0: less than it, so that float32 rounds little of it."""

_N = np.array(
    [
        1.0,
        2.177343732482687491,
        2.346419850216156695,
        1.60627605360612022,
        0.7620345186577479595,
        0.2586938238013438435,
        0.06281914557324380382,
        0.01055422306997557688,
        0.001121051520234512665,
        0.00005811835391485044457,
        0.0,
    ]
)
_P = np.array(  # D - N, rounded once
    [
        0.0,
        1.12837916709551242,
        2.730108852074643311,
        3.174779107311654882,
        2.305053572757449528,
        1.14665562559443716,
        0.4050056534262233868,
        0.1017833192952937407,
        0.01763732785763359245,
        0.001928893730125527354,
        0.0001030121002051021184,
    ]
)
_ERF = np.array([_P, _N])
_SIX, _SIXTEEN = np.full(_BLOCK, 6.0), np.full(_BLOCK, 16.0, np.float32)
"""From where on erf is 1, and the square of where it is in float32."""


def _gate(n: list[float], d: list[float]) -> Array:
    r"""Polynomials of :math:`a = |x|` for `gate_by_normal`: :math:`D`, :math:`aN/2`, :math:`N/2 - aD/\sqrt{2\pi}`.

    N and D are taken at :math:`a/\sqrt 2`.
    """
    scale = sqrt(0.5) ** np.arange(len(d))
    half, below = np.array(n) * scale / 2, np.array(d) * scale
    rows = np.zeros((3, len(d) + 1))
    rows[0, :-1], rows[1, 1:], rows[2, :-1] = below, half, half
    rows[2, 1:] -= below / sqrt(2 * pi)
    return rows


_GATES = {
    np.dtype(np.float32): _gate(
        [1.0, 1.023191188, 0.4774539757, 0.09611315667, 0.0],
        [1.0, 2.151551272, 1.905476241, 0.8456978708, 0.170375707],
    ).astype(np.float32),
    np.dtype(np.float64): _gate(list(_N), list(_N + _P)),
}
_ENDS = {np.dtype(np.float32): 14.5, np.dtype(np.float64): 39.0}
"""From where on the normal density is 0, and what is beyond is as there."""

_INTEGERS: dict[Any, Any] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}
_SIGNS = {dtype: -1 << (8 * dtype.itemsize - 1) for dtype in _INTEGERS}


def erf(x: Array) -> Array:
    r"""The error function :math:`\frac{2}{\sqrt\pi}\int_0^x e^{-t^2}\,dt`, elementwise; a floating dtype is kept.

    In float32 it is the hyperbolic tangent of a product in double precision, which is rounded: within 0.65 units in the
    last place, to which no sum of float32 comes, nor ``np.tanh`` of float32. It takes ten to fifteen times as long as
    ``np.exp``, half of it for that. In float64, with :math:`a = |x|` and :math:`P = D - N`, of whose terms none cancels
    another,

    .. math:: \operatorname{erf} a = 1 - e^{-a^2} \frac{N}{D} = \frac{P + N\,(1 - e^{-a^2})}{P + N}

    by ``expm1``, with a relative error below 1e-15 for all :math:`x`, the least too.

    >>> import numpy as np
    >>> erf(np.array([-np.inf, -0.5, 0.0, 1.0])).round(6)
    array([-1.      , -0.5205  ,  0.      ,  0.842701])
    """
    result: Array = np.empty(x.shape, x.dtype)
    flat, out = x.reshape(-1), result.reshape(-1)
    is_single = x.dtype.itemsize <= 4
    rows, dtype = (4, np.float32) if is_single else (len(_N), np.float64)
    powers = np.ones((rows, min(x.size, _BLOCK)), dtype)
    with np.errstate(under="ignore", over="ignore"):  # squares of what is nearly 0, or so large that erf is 1
        for start in range(0, x.size, _BLOCK):
            block = flat[start : start + _BLOCK]
            (_erf_single if is_single else _erf_double)(block, out[start : start + _BLOCK], powers[:, : len(block)])
    return result


def _erf_single(x: Array, y: Array, powers: Array) -> None:
    z = powers[1]
    np.multiply(x, x, out=z)
    np.minimum(z, _SIXTEEN[: len(x)], out=z)
    np.multiply(z, z, out=powers[2])
    np.multiply(z, powers[2], out=powers[3])
    rest, below = np.dot(_REST, powers)
    rest /= below
    u = rest.astype(np.float64)
    u += _TANH[0, 0]
    u *= x
    np.tanh(u, out=u)
    np.copyto(y, u, casting="same_kind")


def _erf_double(x: Array, y: Array, powers: Array) -> None:
    _raise(x, _SIX[: len(x)], powers)
    p, n = np.dot(_ERF, powers)
    below = p + n
    exponent = np.negative(powers[2], out=powers[2])
    n *= np.expm1(exponent, out=exponent)
    p -= n
    p /= below
    np.copysign(p, x, out=y, casting="same_kind")


def _raise(x: Array, ends: Array, powers: Array) -> None:
    """Fill the rows of a matrix, but for that of ones, with the powers of ``min(abs(x), ends)``."""
    a = powers[1]
    np.abs(x, a)
    np.minimum(a, ends, out=a)
    np.multiply(a, a, powers[2])
    for power in range(3, len(powers)):
        np.multiply(powers[power // 2], powers[power - power // 2], powers[power])


def gate_by_normal(x: Array, y: Array, slope: Array | None = None) -> None:
    r"""Write :math:`x\,\Phi(x)` to ``y``, and its derivative :math:`\Phi(x) + x\,\varphi(x)` to ``slope``.

    :math:`\Phi` and :math:`\varphi` are the normal distribution and its density. With :math:`a = |x|` and
    :math:`W = e^{-a^2/2}/D(a/\sqrt 2)`, one exponential serves both:

    .. math:: x\,\Phi(x) = \max(x, 0) - a\,\Phi(-a) = \max(x, 0) - W \cdot \tfrac12 a N, \qquad
              \Phi(-a) - a\,\varphi(a) = W \cdot \bigl(\tfrac12 N - aD/\sqrt{2\pi}\bigr)

    The derivative is the latter below 0, and 1 less that above, for :math:`\Phi(x) = 1 - \Phi(-x)`.
    No difference of near numbers is taken, and what is far below 0 keeps its digits: in float32 six at -5, where
    :math:`1 + \operatorname{erf}(x/\sqrt 2)` has one left, and five at -13. What is infinite is as the limit.

    256 x 1024 float32 take 2 milliseconds, and with the derivative 3, where ``np.exp`` takes 0.13 and PyTorch for both
    passes 1.2: it is some twenty steps, each of which takes as long as half an exponential.

    Args:
        x: a vector of float32 or float64.
        y: of the same kind; it may be ``x``.
        slope: of the same kind; None if the derivative is not wanted, which saves a third of the time.

    >>> import numpy as np
    >>> x, y, slope = np.array([-np.inf, 0.0, 1.0]), np.empty(3), np.empty(3)
    >>> gate_by_normal(x, y, slope)
    >>> y.round(4), slope.round(4)
    (array([0.    , 0.    , 0.8413]), array([0.    , 0.5   , 1.0833]))
    """
    dtype, length = x.dtype, min(x.size, _BLOCK)
    coefficients, half = _GATES[dtype], dtype.type(-0.5)
    if slope is None:
        coefficients = coefficients[:2]
    powers, sums = np.ones((coefficients.shape[1], length), dtype), np.empty((len(coefficients), length), dtype)
    zeros, ends = np.zeros(length, dtype), np.full(length, _ENDS[dtype], dtype)
    with np.errstate(under="ignore"):  # the density, where it is nearly 0
        for start in range(0, x.size, _BLOCK):
            given, out = x[start : start + _BLOCK], y[start : start + _BLOCK]
            if len(given) < length:  # the last block; BLAS writes to whole rows only
                powers, sums = np.ones((len(powers), len(given)), dtype), np.empty((len(sums), len(given)), dtype)
                zeros, ends = zeros[: len(given)], ends[: len(given)]
            _raise(given, ends, powers)
            np.dot(coefficients, powers, sums)
            w, bell = sums[0], powers[2]
            np.multiply(bell, half, bell)
            np.exp(bell, bell)
            np.divide(bell, w, w)
            np.multiply(sums[1], w, sums[1])
            if slope is not None:
                _write_slope(given, w, sums[2], bell, slope[start : start + _BLOCK])
            np.maximum(given, zeros, out=out)
            np.subtract(out, sums[1], out)


def _write_slope(x: Array, w: Array, lower: Array, spare: Array, slope: Array) -> None:
    """Compute ``w * lower`` where ``x`` has the sign of -1, and 1 less that elsewhere."""
    integer = _INTEGERS[x.dtype]
    bits, signs = x.view(integer), spare.view(integer)
    np.multiply(lower, w, lower)
    np.bitwise_and(bits, _SIGNS[x.dtype], signs)
    np.bitwise_xor(signs, lower.view(integer), signs)  # the negative, where that of x is
    np.subtract(bits >= 0, spare, slope)


def gate_by_tanh(x: Array, y: Array, slope: Array | None = None) -> None:
    r"""Write :math:`\tfrac12 x (1 + \tanh u)` with :math:`u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)`, and its derivative.

    As a logistic function, :math:`\tfrac12(1 + \tanh u) = \sigma(2u)`, it keeps its digits far below 0:

    .. math:: y = x\,\sigma(2u), \qquad y' = \sigma(2u) + \sigma(2u)\,(1 - \sigma(2u))\,x\,(2u)'

    Arguments are those of `gate_by_normal`; nothing overflows.

    >>> import numpy as np
    >>> x, y = np.array([-1e30, 0.0, 1.0]), np.empty(3)
    >>> gate_by_tanh(x, y)
    >>> y.round(4)
    array([-0.    ,  0.    ,  0.8412])
    """
    first, third = x.dtype.type(sqrt(8 / pi)), x.dtype.type(sqrt(8 / pi) * 0.044715)
    length = min(x.size, _BLOCK)
    with np.errstate(under="ignore", over="ignore"):  # to 0 and infinity, of which the quotient is right
        for start in range(0, x.size, _BLOCK):
            given = x[start : start + _BLOCK]
            squares = np.multiply(given, given)
            np.minimum(
                squares, np.full(min(length, len(given)), 1024, x.dtype), out=squares
            )  # there the gate is 0 or 1
            squares *= third
            gate = squares + first
            gate *= given
            np.negative(gate, gate)
            np.exp(gate, gate)
            gate += 1
            np.reciprocal(gate, gate)
            if slope is not None:
                squares *= 3
                squares += first
                part = np.subtract(1, gate, slope[start : start + _BLOCK])
                part *= gate  # first, as the product of the others may be infinite where this is 0
                part *= given
                part *= squares
                part += gate
            np.multiply(given, gate, y[start : start + _BLOCK])
