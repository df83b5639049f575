"""What criterions that are made of others share: reading these and their weights, and adding up what they compute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Criterion
from minnet_core.nn import Tensor, definition_depth, finite_float, leaves


def read_parts(
    owner: str, criterions: Sequence[Criterion], weights: Sequence[float] | None
) -> tuple[list[Criterion], list[float]]:
    """Return the criterions that another is made of, and a weight for each, 1 if none are given.

    Raises:
        TypeError: if there is anything but criterions.
        ValueError: if there are none, or not a finite weight for each.

    >>> from minnet_criterions import AbsCriterion
    >>> read_parts("MultiCriterion", [AbsCriterion()], [0.5, 2])
    Traceback (most recent call last):
    ...
    ValueError: MultiCriterion: expected a weight for each of 1 criterions, received [0.5, 2]
    """
    parts = list(criterions)
    for part in parts:
        if not isinstance(part, Criterion):
            raise TypeError(f"{owner}: expected criterions, received {part!r}")
    if not parts:
        raise ValueError(f"{owner}: expected one criterion or more, received none")
    given = [1.0] * len(parts) if weights is None else [finite_float(owner, "weight", weight) for weight in weights]
    if len(given) != len(parts):
        raise ValueError(f"{owner}: expected a weight for each of {len(parts)} criterions, received {weights!r}")
    return parts, given


def describe_parts(parts: Sequence[Criterion], weights: Sequence[float]) -> str:
    """Name criterions with the weights that are not 1.

    >>> from minnet_criterions import AbsCriterion, MSECriterion
    >>> describe_parts([MSECriterion(), AbsCriterion()], [1.0, 0.5])
    'MSECriterion, 0.5 * AbsCriterion'
    """
    return ", ".join(
        str(part) if weight == 1 else f"{weight:g} * {part}" for part, weight in zip(parts, weights, strict=True)
    )


def part_losses(part: Criterion, input: Tensor, target: Tensor) -> Array:
    """Return a criterion's loss of each sample, one by one if it does not say them together."""
    cls = type(part)
    if definition_depth(cls, "losses") <= definition_depth(cls, "updateOutput"):  # they are of this loss, not a base's
        losses: Array = part.losses(input, target)  # type: ignore[attr-defined]  # it is no part of the protocol
        return losses
    count = len(next(leaves(input)))
    return np.array([part.forward(_rows(input, row), _rows(target, row)) for row in range(count)])


def scaled(gradient: Tensor, weight: float) -> Tensor:
    """Return new arrays of a gradient times a weight; dtypes stay."""
    if isinstance(gradient, tuple):
        return tuple(scaled(part, weight) for part in gradient)
    return gradient * gradient.dtype.type(weight)


def add_scaled(total: Tensor, gradient: Tensor, weight: float) -> None:
    """Add a gradient times a weight to another in place."""
    if isinstance(gradient, tuple):
        for into, part in zip(total, gradient, strict=True):
            add_scaled(into, part, weight)
    else:
        total += gradient * gradient.dtype.type(weight)


def _rows(tensor: Tensor, row: int) -> Tensor:
    """One sample, as a batch."""
    if isinstance(tensor, tuple):
        return tuple(_rows(part, row) for part in tensor)
    return None if tensor is None else tensor[row : row + 1]
