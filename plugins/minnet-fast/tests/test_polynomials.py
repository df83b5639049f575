"""The coefficients in ``c/arithmetic.h`` are those of the polynomials that it names."""

from __future__ import annotations

import re
from math import factorial, log
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import Chebyshev, Polynomial, chebyshev

SOURCE = (Path(__file__).parent.parent / "c" / "arithmetic.h").read_text("utf-8")


def exp_tail(r):
    """Compute (e^r - 1 - r) / r^2 by its series, which cancels nothing."""
    return sum(r**k / factorial(k + 2) for k in range(20))


def artanh_tail(t):
    """Compute (2 artanh(s) - 2 s) / s^3 of t = s^2 by its series."""
    return sum(2 * t**k / (2 * k + 3) for k in range(60))


@pytest.mark.parametrize(
    ("name", "function", "low", "high", "degree"),
    [("exp_tail", exp_tail, -log(2) / 2, log(2) / 2, 5), ("log_of_1_more", artanh_tail, 0, 1 / 9, 4)],
)
def test_coefficients_interpolate_in_the_chebyshev_points(name, function, low, high, degree):
    body = SOURCE.partition(f"INLINE float {name}(")[2].partition("\n}")[0]
    coefficients = [float(number) for number in re.findall(r"(?:p = |\+ )(\d[\d.]*e-\d+)f", body)]
    points = chebyshev.chebinterpolate(lambda z: function((low + high) / 2 + z * (high - low) / 2), degree)
    expected = Chebyshev(points, domain=[low, high]).convert(kind=Polynomial).coef
    np.testing.assert_allclose(coefficients[::-1], expected, rtol=2e-8)
