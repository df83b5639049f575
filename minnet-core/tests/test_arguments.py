from __future__ import annotations

import numpy as np
import pytest

from minnet_core.nn import finite_float, fraction, integer, positive_float, positive_int


def test_integers_of_any_type_are_ints():
    assert [type(integer("Layer", "n", value)) for value in (3, np.int8(3), True)] == [int] * 3
    assert (integer("Layer", "n", -2), integer("Layer", "n", 2, least=2), positive_int("Layer", "n", 1)) == (-2, 2, 1)


@pytest.mark.parametrize("value", [2.0, "2", None, np.ones(2)])
def test_what_is_no_integer_is_an_error_of_type(value):
    with pytest.raises(TypeError, match="^Layer: expected n to be an integer of at least 2, received"):
        integer("Layer", "n", value, least=2)


@pytest.mark.parametrize(("least", "what"), [(1, "a positive integer"), (0, "an integer of at least 0")])
def test_an_integer_that_is_too_small_is_an_error_of_value(least, what):
    with pytest.raises(ValueError, match=f"^Layer: expected n to be {what}, received -1$"):
        integer("Layer", "n", -1, least=least)


@pytest.mark.parametrize("value", [0, -1, np.inf, np.nan])
def test_what_is_not_finite_or_not_above_0_is_refused(value):
    with pytest.raises(ValueError, match=f"^Layer: expected eps to be finite and above 0, received {value}$"):
        positive_float("Layer", "eps", value)


@pytest.mark.parametrize("value", [-1, np.inf, np.nan])
def test_0_may_be_allowed(value):
    assert positive_float("Layer", "eps", 0, or_zero=True) == 0
    with pytest.raises(ValueError, match=f"^Layer: expected eps to be finite and 0 or more, received {value}$"):
        positive_float("Layer", "eps", value, or_zero=True)


def test_numbers_out_of_range_are_refused():
    assert (finite_float("Layer", "margin", -2), fraction("Layer", "p", 0), fraction("Layer", "p", 1)) == (-2, 0, 1)
    with pytest.raises(ValueError, match="^Layer: expected a finite margin, received -inf$"):
        finite_float("Layer", "margin", -np.inf)
    for value in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=f"^Layer: expected p from 0 to 1, received {value}$"):
            fraction("Layer", "p", value)
