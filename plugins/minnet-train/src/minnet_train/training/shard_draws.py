"""`ShardDraws`: what random layers draw for a shard depends on the step and on the shard alone.

So it does not matter which other shards were computed in this process before. Each step draws a base from every
generator; for a shard, a generator begins where `numpy.random.SeedSequence` leads from the base and the number of the
shard; and after the step it is where drawing the base, and nothing else, has left it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from minnet_core.state import RandomSource, find_generators

from ..ranks import ALONE, Ranks

_BASE = 4
"""Words of 32 bits that are drawn for a step."""

_AFTER = 2**32 - 1
"""Stands for the number of a shard where a generator is seeded for what comes after the step."""


class _Source(Protocol):
    """A generator of any kind, in a step."""

    def enter(self, shard: int) -> None:
        """Begin what is drawn for a shard."""

    def leave(self) -> None:
        """Go on with what comes after the step."""

    def undo(self) -> None:
        """Go back to before the step."""


class _Modern:
    """A `numpy.random.Generator`, the state of which is small, and set in its place: compiled steps hold its bits."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._bits: Any = generator.bit_generator
        self._before = self._bits.state
        self._spawned = self._count_spawned()
        self._base = generator.integers(0, 2**32, _BASE, np.uint32).tolist()
        self._after = self._bits.state

    def enter(self, shard: int) -> None:
        self._bits.state = type(self._bits)(self.seed(shard)).state

    def seed(self, shard: int) -> np.random.SeedSequence:
        return np.random.SeedSequence([*self._base, shard])

    @property
    def spawner(self) -> int:
        return id(self._bits.seed_seq)

    def leave(self) -> None:
        self._bits.state = self._after
        if self._count_spawned() != self._spawned:
            raise RuntimeError(
                "expected a layer to draw from its generator, received one that spawns another from it in a pass: what "
                "that draws depends on how many passes there were before, and not on the shard; with "
                "batch_statistics = 'batch' each shard has a generator of its own"
            )

    def undo(self) -> None:
        self._bits.state = self._before

    def _count_spawned(self) -> int:
        return getattr(self._bits.seed_seq, "n_children_spawned", 0)  # a seed of a stranger may not count


class _Legacy:
    """A `numpy.random.RandomState`, or the functions of ``numpy.random``, which belong to one.

    Its state has 624 words, and takes more time to be copied than to be made anew: it is copied if a step may have to
    be undone, and seeded for what comes after.

    Args:
        generator: of NumPy.
        can_undo: whether a step may have to be undone.
        ranks: among whom rank 0 tells where all begin.
    """

    def __init__(self, generator: Any, can_undo: bool, ranks: Ranks = ALONE) -> None:
        self._generator = generator
        self._before = generator.get_state(legacy=False) if can_undo else None
        self._base: list[int] = ranks.broadcast(generator.randint(0, 2**32, _BASE, np.uint32).tolist())

    def enter(self, shard: int) -> None:
        entropy = [*self._base, shard]
        try:
            self._generator.seed(entropy)
        except TypeError:  # of a kind that only begins anew
            kind = getattr(np.random, self._generator.get_state(legacy=False)["bit_generator"])
            state = kind(np.random.SeedSequence(entropy)).state
            self._generator.set_state({**state, "has_gauss": 0, "gauss": 0.0})

    def leave(self) -> None:
        self.enter(_AFTER)

    def undo(self) -> None:
        if self._before is not None:
            self._generator.set_state(self._before)


class _Python:
    """A `random.Random`."""

    def __init__(self, generator: random.Random) -> None:
        self._generator, self._before = generator, generator.getstate()
        self._base = generator.getrandbits(32 * _BASE)

    def enter(self, shard: int) -> None:
        self._generator.seed(self._base << 32 | shard)

    def leave(self) -> None:
        self.enter(_AFTER)

    def undo(self) -> None:
        self._generator.setstate(self._before)


class ShardDraws:
    """The generators of components, and NumPy's global one, from which layers of notebooks draw, in a step.

    Args:
        holders: the components.
        can_undo: whether `undo` will be asked for.
        ranks: that take the step. They have the same components; but a callback of one may have drawn from the global
            generator, so that of rank 0 counts.
    """

    def __init__(self, holders: Iterable[object], *, can_undo: bool = False, ranks: Ranks = ALONE) -> None:
        found = {id(each): each for holder in holders for _, each in find_generators(holder)}
        self._sources: list[_Source] = [_source(each, can_undo) for each in found.values()]
        self._modern = [each for each in self._sources if isinstance(each, _Modern)]
        self._sources.append(_Legacy(np.random, can_undo, ranks))

    def enter(self, shard: int) -> None:
        """Begin what is drawn for a shard."""
        for source in self._sources:
            source.enter(shard)

    def seeds(self, shard: int) -> dict[int, Any]:
        """Return what copies of the generators are to spawn others from, by the ``id`` of what these do it from."""
        return {each.spawner: each.seed(shard) for each in self._modern}

    def leave(self) -> None:
        """Go on with what is drawn after the step; raise `RuntimeError` if generators were spawned in it."""
        for source in self._sources:
            source.leave()

    def undo(self) -> None:
        """Go back to before the step."""
        for source in self._sources:
            source.undo()


def _source(generator: RandomSource, can_undo: bool) -> _Source:
    if isinstance(generator, np.random.Generator):
        return _Modern(generator)
    return _Python(generator) if isinstance(generator, random.Random) else _Legacy(generator, can_undo)
