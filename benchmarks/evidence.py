"""The proof that peers compute the same: what each computed, pressed into few numbers, and how far two may differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

Evidence: TypeAlias = dict[str, tuple[float, float]]
"""What was computed -> a number that stands for it, and the scale on which a difference counts."""

TOLERANCE = 2e-4
"""How far two peers may differ, relative to the scale: float32 rounds at 6e-8 an operation, and orders of summation
differ; a wrong formula, a missing bias or another batch shows at 1e-2 and more."""


def fingerprint(array: Any) -> tuple[float, float]:
    """Press an array into its product with random numbers, and its norm.

    Two arrays that differ by ``d`` give products that differ by about the norm of ``d``, wherever it is: no number is
    near 0, and their signs are random.

    >>> fingerprint(np.zeros(3))
    (0.0, 0.0)
    """
    flat = np.asarray(array, np.float64).ravel()
    weights = np.random.default_rng(flat.size).uniform(-1, 1, flat.size)
    weights += np.sign(weights)
    return float(flat @ weights), float(np.linalg.norm(flat))


def number(value: Any) -> tuple[float, float]:
    """A loss stands for itself."""
    return float(value), abs(float(value))


def difference(expected: Mapping[str, Any], received: Mapping[str, Any], tolerance: float = TOLERANCE) -> str | None:
    """Say in what two peers differ most, or None if they agree.

    >>> difference({"loss 1": (2.0, 2.0)}, {"loss 1": (2.0001, 2.0)}) is None
    True
    >>> difference({"loss 1": (2.0, 2.0)}, {"loss 1": (2.1, 2.1)})
    'loss 1: expected 2, received 2.1'
    """
    if expected.keys() != received.keys():
        return f"expected {list(expected)}, received {list(received)}"
    worst, message = 1.0, None
    for name, (value, scale) in expected.items():
        other = received[name][0]
        far = abs(other - value) / (tolerance * scale or 1e-30)
        far = math.inf if math.isnan(far) else far
        if far > worst:
            worst, message = far, f"{name}: expected {value:.6g}, received {other:.6g}"
    return message
