"""The operations that losses of numbers stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core import Array
from minnet_core.compilation import NoOperationsError, Table, Value, operations as o
from minnet_core.nn import positive_part, sign

from ..batch import row_dots, row_sums
from .elementwise import Gradient, Losses, elementwise

if TYPE_CHECKING:
    from ..regression import (
        AbsCriterion,
        HuberCriterion,
        MSECriterion,
        PoissonNLLCriterion,
        QuantileCriterion,
        SmoothL1Criterion,
    )


def abs_criterion(table: Table, criterion: AbsCriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, its size and its sign."""

    def losses(input: Array, given: Array, h: Array) -> Array:
        difference = input - given
        h[...] = sign(difference)
        return row_sums(np.abs(difference, difference))

    return elementwise(table, criterion, x, target, losses)


def huber_criterion(table: Table, criterion: HuberCriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, and what is left of it between the bounds."""
    return elementwise(table, criterion, x, target, _rounded(criterion.delta, 1.0))


def smooth_l1_criterion(table: Table, criterion: SmoothL1Criterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """As of `huber_criterion`, divided by ``beta``, which is not 0."""
    if criterion.beta < np.finfo(x.dtype).tiny:
        raise NoOperationsError("nothing is rounded off")
    return elementwise(table, criterion, x, target, _rounded(criterion.beta, 1 / criterion.beta))


def mse_criterion(table: Table, criterion: MSECriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, and its square."""
    if criterion.mean != "batch":
        return elementwise(table, criterion, x, target, _squares)
    if target.shape != x.shape or target.dtype != x.dtype:
        raise NoOperationsError(f"expected a target like {x.shape} {x.dtype}, received {target.shape} {target.dtype}")
    if len(x.shape) != 2:
        raise NoOperationsError(f"expected an input of two dimensions, received {x.shape}")
    gradient, loss = table.emit(o.mse, x, target)
    return loss, lambda: gradient


def poisson_nll_criterion(
    table: Table, criterion: PoissonNLLCriterion, x: Value, target: Value
) -> tuple[Value, Gradient]:
    """The exponentials, which loss and gradient have in common."""
    if not criterion.log_input or criterion.full:
        raise NoOperationsError("its input is no logarithm, or its loss is the full one")

    def losses(input: Array, given: Array, h: Array) -> Array:
        with np.errstate(over="ignore"):
            np.exp(input, h)
        elements = input * given
        np.subtract(h, elements, elements)
        h -= given
        return row_sums(elements)

    return elementwise(table, criterion, x, target, losses)


def quantile_criterion(table: Table, criterion: QuantileCriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, what of it is above 0, and its sign."""
    if criterion.quantiles.ndim:
        raise NoOperationsError("it has several quantiles")
    quantile = float(criterion.quantiles)

    def losses(input: Array, given: Array, h: Array) -> Array:
        difference = input - given
        np.multiply(sign(difference), 0.5, h)
        h += 0.5 - quantile
        elements = positive_part(difference)
        difference *= quantile
        elements -= difference
        return row_sums(elements)

    return elementwise(table, criterion, x, target, losses)


def _squares(input: Array, given: Array, h: Array) -> Array:
    np.subtract(input, given, h)
    sums = row_dots(h, h)
    h *= 2
    return sums


def _rounded(bound: float, factor: float) -> Losses:
    """Losses whose slopes are the differences up to a bound, times a factor."""

    def losses(input: Array, given: Array, h: Array) -> Array:
        difference = input - given
        np.clip(difference, -bound, bound, h)
        sums = row_dots(h, difference)
        sums -= 0.5 * row_dots(h, h)
        sums *= factor
        h *= factor
        return sums

    return losses
