"""Saying how two results of a component differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...nn import Array, Tensor
from ..check import fail
from .tensors import named_arrays


def expect_equal(
    received: Mapping[str, Any],
    expected: Mapping[str, Any],
    where: str,
    *,
    rtol: float = 1e-9,
    atol: Mapping[str, float] | None = None,
) -> None:
    """Fail unless two sets of named arrays are equal, up to rounding.

    Args:
        received: what is being checked.
        expected: what it should be.
        where: what was done, in words that follow the name of an array.
        rtol: allowed difference relative to the largest number of an array; 0 for bit for bit.
        atol: further difference allowed, by name.
    """
    if received.keys() != expected.keys():
        fail(f"{where}: expected {', '.join(expected)}, received {', '.join(received)}")
    for name, value in expected.items():
        array, wanted = np.asarray(received[name]), np.asarray(value)
        if array.shape != wanted.shape:
            fail(f"{name} {where}: expected shape {wanted.shape}, received {array.shape}")
        allowed = tolerance_of(wanted, rtol) + (atol or {}).get(name, 0.0)
        wrong = differing(array, wanted, allowed)
        if wrong.any():
            element = tuple(map(int, np.unravel_index(np.argmax(wrong), wrong.shape)))
            place = f"{name}{list(element) if element else ''} {where}, shape {wanted.shape} {array.dtype}"
            count = f"; {np.count_nonzero(wrong)} of {wrong.size} elements differ" if wrong.size > 1 else ""
            fail(f"{place}: expected {format_number(wanted[element])}, received {format_number(array[element])}{count}")


def expect_same(name: str, received: Tensor, expected: Tensor, where: str, *, rtol: float = 0) -> None:
    """Fail unless two tensors, which have one name, are equal, bit for bit if nothing else is said."""
    expect_equal(dict(named_arrays(name, received)), dict(named_arrays(name, expected)), where, rtol=rtol)


def are_equal(received: Mapping[str, Any], expected: Mapping[str, Any], rtol: float = 1e-9) -> bool:
    """Whether `expect_equal` would pass."""
    return received.keys() == expected.keys() and all(
        np.shape(received[name]) == np.shape(value)
        and not differing(np.asarray(received[name]), np.asarray(value), tolerance_of(np.asarray(value), rtol)).any()
        for name, value in expected.items()
    )


def tolerance_of(expected: Array, rtol: float) -> float:
    """How far results may be from these: where they should be zero, by what rounding leaves of numbers around 1."""
    return rtol * largest(expected) + (1e-12 if rtol else 0.0)


def differing(array: Array, expected: Array, allowed: float) -> Array:
    """Where two arrays differ by more than is allowed; nan equals nan, and infinities of one sign are equal."""
    same = (array == expected) | ((array != array) & (expected != expected))
    if array.dtype.kind not in "fc" and expected.dtype.kind not in "fc":
        return np.asarray(~same)
    with np.errstate(invalid="ignore"):
        return np.asarray(~(same | (np.abs(array - expected) <= allowed)))


def copies(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Copy arrays that have names."""
    return {name: array.copy() for name, array in arrays.items()}


def largest(array: Array) -> float:
    """The largest finite magnitude."""
    if array.dtype.kind not in "fiu":
        return 0.0
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max(initial=0))


def format_number(value: Any) -> str:
    """Write a number as messages do; what is none, as it is."""
    return f"{float(value):.9g}" if isinstance(value, (int, float, np.number, np.bool_)) else str(value)
