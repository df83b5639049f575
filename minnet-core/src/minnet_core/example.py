"""`Example`: one way to construct and call a component, declared in its ``EXAMPLES``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import field, frozen, validators

from .arrays import Tensor

Draw: TypeAlias = Callable[[np.random.Generator, npt.DTypeLike], Tensor]
"""Draws an input or a target: ``draw(rng, dtype)``."""

TRAITS = frozenset(
    {
        "batch-coupled",  # a sample's output depends on the other samples
        "integer-input",
        "kinks",  # not differentiable everywhere
        "log-probability-input",
        "positive-input",
        "probability-input",
        "stochastic",  # draws random numbers in training mode
        "train-differs",  # train and evaluate modes compute different things
        "unit-interval-input",
    }
)


def _mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


def _traits(value: Iterable[str]) -> frozenset[str]:
    return frozenset(value)


def _known_traits(_: Any, __: Any, traits: frozenset[str]) -> None:
    unknown = traits - TRAITS
    if unknown:
        raise ValueError(f"expected traits among {sorted(TRAITS)}, received {sorted(unknown)}")


def _shape_or_callable(_: Any, __: Any, value: Any) -> None:
    is_shape = isinstance(value, tuple) and all(isinstance(length, int) and length > 0 for length in value)
    if not (is_shape or callable(value)):
        raise TypeError(f"expected input to be a shape or a function of (rng, dtype), received {value!r}")


@frozen(kw_only=True)
class Example:
    """One way to construct and call a component.

    Attributes:
        arguments: keyword arguments of the constructor.
        input: the shape of an input drawn from a normal distribution, or ``draw(rng, dtype)`` that returns one.
        target: for criterions, ``draw(rng, dtype)`` that returns a target.
        traits: what a checker must know, of ``TRAITS``.
        expected_failures: name of a conformance check -> why this component may fail it.

    >>> Example(arguments={"n_in": 3, "n_out": 2}, input=(4, 3)).draw_input(0).shape
    (4, 3)
    """

    arguments: Mapping[str, Any] = field(factory=dict, converter=_mapping)
    input: tuple[int, ...] | Draw = field(validator=_shape_or_callable)
    target: Draw | None = field(default=None, validator=validators.optional(validators.is_callable()))
    traits: frozenset[str] = field(default=frozenset(), converter=_traits, validator=_known_traits)
    expected_failures: Mapping[str, str] = field(factory=dict, converter=_mapping)

    def draw_input(self, rng: int | np.random.Generator, dtype: npt.DTypeLike = np.float64) -> Tensor:
        """Draw an input of this example; the same seed draws the same one."""
        rng = np.random.default_rng(rng)
        if callable(self.input):
            return self.input(rng, dtype)
        return rng.standard_normal(self.input).astype(dtype)

    def draw_target(self, rng: int | np.random.Generator, dtype: npt.DTypeLike = np.float64) -> Tensor:
        """Draw a target of this example.

        Raises:
            TypeError: if the example declares none.
        """
        if self.target is None:
            raise TypeError("expected an example with a target (criterions have one), received one without")
        return self.target(np.random.default_rng(rng), dtype)
