"""`warn_of_mixing`: of layers that mix the samples of a batch in training, and gather nothing from its other shards.

What they compute is of a shard alone, and nothing tells: neither a declaration, which strangers need not make, nor the
code. So, before the first step, a copy of the network is tried with a few samples, and once more with all but the first
replaced by that one: if its outputs for the first sample are others, samples are mixed. What is gathered is given as it
was the first time, so that it makes no difference. It is the whole network that is tried, as an axis that comes first
within it may be another one than that of the samples. Nobody is blamed without such a difference between outputs that
are repeatable.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import numpy as np

from minnet_core import Array, Module
from minnet_core.nn import computing_parts, leaves, title, walk_all
from minnet_core.state import generator_states, sandboxed
from minnet_core.support import printable

from ..errors import MixedSamplesWarning

T = TypeVar("T")

SAMPLES = 4
"""How many are tried."""

NEAR = 1e-3
"""A difference, of the largest number, that is no rounding."""


def warn_of_mixing(model: Module, inputs: Any, *, stacklevel: int) -> None:
    """Warn of what `mixing_layers` finds, in one sentence."""
    found = mixing_layers(model, inputs)
    if found is not None:
        who = " and ".join(found) or "a part of the network"
        mix, gather = ("mix", "they gather") if len(found) > 1 else ("mixes", "it gathers")
        warnings.warn(
            f"{who} {mix} the samples of a batch in training, and so those of each shard alone: {gather} nothing from "
            "the other shards, by minnet_core.nn.parts_of_batch",
            MixedSamplesWarning,
            stacklevel=stacklevel + 1,
        )


def mixing_layers(model: Module, inputs: Any) -> list[str] | None:
    """Find the layers of a network that mix samples in training and gather nothing.

    The network itself is not called, and the global generators are as before afterwards.

    Args:
        model: whose layers are in the modes that they are trained in.
        inputs: some samples.

    Returns:
        Their names; none if some part of the network does so that cannot be told; None if no part does.

    >>> from minnet_core import Sequential, layers
    >>> inputs = np.random.default_rng(0).normal(size=(6, 3))
    >>> mixing_layers(Sequential(layers["Linear"](3, 2, rng=0), layers["BatchNormalization"]()), inputs)
    >>> class Centered(Module):
    ...     def updateOutput(self, input):
    ...         self.output = input - input.mean(axis=0) if self.training else input
    ...         return self.output
    >>> mixing_layers(Sequential(layers["Linear"](3, 2, rng=0), Centered()), inputs)
    ['layer 1 (Centered)']
    """
    with suppress(Exception), sandboxed():  # whatever a layer does not like about this is no mixing
        trial = _Trial(model, inputs)
        if trial.mixes(model):
            return trial.mixing()
    return None


class _Gathering:
    """Parts of a batch of which there is one, or what such a one has told before.

    Attributes:
        told: what was gathered, in order.
    """

    def __init__(self, told: Sequence[tuple[Any, ...]] | None = None) -> None:
        self._before = None if told is None else iter(told)
        self.told: list[tuple[Any, ...]] = []

    def gather(self, own: tuple[Any, ...], /) -> Sequence[tuple[Any, ...]]:
        """See `minnet_core.nn.BatchParts`."""
        self.told.append(own if self._before is None else next(self._before))
        return self.told[-1:]

    def combine(self, own: tuple[Any, ...], how: Callable[[Sequence[tuple[Any, ...]]], T], /) -> T:
        """See `minnet_core.nn.BatchParts`."""
        return how(self.gather(own))


def _mapped(change: Callable[[Array], Array], inputs: Any) -> Any:
    """Change each array of nested tables."""
    if isinstance(inputs, tuple):
        return tuple(_mapped(change, each) for each in inputs)
    return change(inputs)


class _Pass:
    """What a copy of a network computes in a forward pass.

    Attributes:
        told: what was gathered.
        drawn_next: what generators are after it, the global ones by what comes next.
    """

    def __init__(self, model: Module, inputs: Any, told: Sequence[tuple[Any, ...]] = ()) -> None:
        twin, parts = model.clone(), _Gathering(told or None)
        with computing_parts(parts), sandboxed():
            outputs = list(leaves([twin.forward(inputs)]))
            self.drawn_next = generator_states(twin), np.random.random(), random.random()
        if any(len(array) != len(next(leaves([inputs]))) for array in outputs):
            raise ValueError("expected an output for each sample")
        self._firsts, self.told = [array[0] for array in outputs], parts.told

    def differs(self, other: _Pass) -> bool:
        """Whether the outputs for the first sample are not the same, by more than rounding."""
        for mine, theirs in zip(self._firsts, other._firsts, strict=True):
            largest = max(np.abs(mine).max(initial=0), np.abs(theirs).max(initial=0))
            if np.abs(mine - theirs).max(initial=0) > NEAR * largest:  # of numbers that are not finite nothing is said
                return True
        return False

    def has_drawn_as(self, other: _Pass) -> bool:
        """Whether as much was drawn: otherwise, a difference may be one of what was drawn."""
        return self.drawn_next == other.drawn_next


class _Trial:
    """A network, with samples, and the same where all are as the first."""

    def __init__(self, model: Module, inputs: Any) -> None:
        if len({len(array) for array in leaves([inputs])}) != 1:
            raise ValueError("expected as many samples in each array")
        self._drawn = _mapped(lambda array: array[:SAMPLES], inputs)
        self._alike = _mapped(lambda array: np.concatenate([array[:1]] * len(array)), self._drawn)
        self._trained = model.clone()  # has statistics of batches, if it has any
        self._trained.forward(self._drawn)

    def mixes(self, model: Module, *, may_gather: bool = True) -> bool:
        """Whether the outputs of the first sample depend on the others, but for what is gathered.

        Args:
            model: a network, which is copied.
            may_gather: whether one that gathers may mix samples.
        """
        first = _Pass(model, self._drawn)
        if first.told and not may_gather:
            return False
        other = _Pass(model, self._alike, first.told)
        if not (first.differs(other) and first.has_drawn_as(other)):
            return False
        again = _Pass(model, self._drawn), _Pass(model, self._alike, first.told)
        return not (first.differs(again[0]) or other.differs(again[1]))

    def mixing(self) -> list[str]:
        """Name the layers that mix samples while all others are in evaluation mode, and do not while they are, too."""
        evaluated = self._trained.clone()
        evaluated.evaluate()
        if self.mixes(evaluated, may_gather=False):
            return []
        found = []
        for (name, layer, inner), (_, original, _) in zip(walk_all(evaluated), walk_all(self._trained), strict=True):
            if original.training and not inner:
                layer.train()
                if self.mixes(evaluated, may_gather=False):
                    called = printable(title(layer), 100)
                    found.append(f"layer {printable(name)} ({called})" if name else called)
                layer.evaluate()
        return found
