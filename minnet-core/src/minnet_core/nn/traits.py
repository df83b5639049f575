"""The traits of a component: what a checker must know about it, and what numbers each domain holds."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import support  # the whole room: what searches names is imported when a name is wrong, not at each start
from .arrays import Array

TRAITS = MappingProxyType(
    {
        "batch-coupled": "a sample's output depends on the other samples of the batch",
        "changes-mean": "the training output does not average to the evaluation output",
        "global-generator": "draws from NumPy's global generator, if only its initial values",
        "integer-input": "takes integers",
        "integer-target": "takes targets of an integer dtype",
        "kinks": "is not differentiable everywhere",
        "log-probability-input": "takes logarithms of probabilities, which sum to 1 along the last axis",
        "positive-input": "takes positive numbers",
        "probability-input": "takes probabilities, which sum to 1 along the last axis",
        "stochastic": "draws random numbers in training mode",
        "train-differs": "computes different things in training and in evaluation mode",
        "unit-interval-input": "takes numbers from 0 to 1",
    }
)
"""Trait -> what it says of a component."""

DOMAINS = frozenset(trait for trait in TRAITS if trait.endswith("-input"))
"""The traits that say which inputs a component takes; one that names none takes all real numbers."""


def known_traits(_: Any, __: Any, traits: frozenset[str]) -> None:
    """An attrs validator: every trait is one of ``TRAITS``, and at most one of them is a domain."""
    for trait in sorted(traits - TRAITS.keys()):
        hint = support.nearest(trait, TRAITS.keys(), most=1)
        raise ValueError(f"expected traits among {sorted(TRAITS)}, received {trait!r}{'; ' * bool(hint)}{hint}")
    if len(traits & DOMAINS) > 1:
        raise ValueError(f"expected one domain of the input at most, received {sorted(traits & DOMAINS)}")


def draw_in_domain(
    traits: frozenset[str], rng: np.random.Generator, shape: tuple[int, ...], dtype: npt.DTypeLike
) -> Array:
    """Draw an array of a shape from the domain that a component's traits name.

    Real numbers are standard normal, positive ones uniform from 0.2 to 3, those of the unit interval from 0.05 to 0.95,
    probabilities Dirichlet and not near 0, integers from 0 to 3.

    >>> draw_in_domain(frozenset({"integer-input"}), np.random.default_rng(0), (2, 3), np.float32)
    array([[3, 2, 2],
           [1, 1, 0]])
    """
    if "integer-input" in traits:
        return np.asarray(rng.integers(0, 4, shape))
    if "positive-input" in traits:
        return rng.uniform(0.2, 3, shape).astype(dtype)
    if "unit-interval-input" in traits:
        return rng.uniform(0.05, 0.95, shape).astype(dtype)
    if traits & {"probability-input", "log-probability-input"}:
        probabilities = rng.dirichlet(np.full(shape[-1], 5.0), shape[:-1])
        return (np.log(probabilities) if "log-probability-input" in traits else probabilities).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)
