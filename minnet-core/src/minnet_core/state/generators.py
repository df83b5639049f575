"""The random numbers that are still to come: the generators that components hold, the global ones, and their states."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from typing import Any, Self, TypeAlias

import numpy as np
from attrs import frozen

from ..errors import StateError
from ..nn import PROTOCOL_ATTRIBUTES, Component, Module, join, walk

RandomSource: TypeAlias = np.random.Generator | np.random.RandomState | random.Random

_PYTHON = "random.Random"


def generator_state(generator: RandomSource) -> dict[str, Any]:
    """Return the state of a generator: plain data, and small arrays where NumPy has these.

    >>> generator_state(np.random.default_rng(0))["bit_generator"]
    'PCG64'
    """
    if isinstance(generator, random.Random):
        return {"bit_generator": _PYTHON, "state": list(generator.getstate())}
    if isinstance(generator, np.random.RandomState):
        state: Any = generator.get_state(legacy=False)
    else:
        state = {**generator.bit_generator.state, **_spawned(generator)}
    return deepcopy(dict(state))


def set_generator_state(generator: RandomSource, state: Mapping[str, Any], where: str) -> None:
    """Make a generator go on as the one that a state is of.

    One of the same seed spawns the same generators from then on, too; what it has spawned already it cannot take back.

    Raises:
        StateError: if the state is of another kind of generator.
    """
    now = generator_state(generator)["bit_generator"]
    if state.get("bit_generator") != now:
        raise StateError(f"{where}: expected the state of a {now}, received that of a {state.get('bit_generator')}")
    values = deepcopy(dict(state))
    if isinstance(generator, random.Random):
        version, internal, gauss = values["state"]
        generator.setstate((version, tuple(internal), gauss))
        return
    missing = values.pop("spawned", 0) - _spawned(generator).get("spawned", 0)
    if isinstance(generator, np.random.RandomState):
        generator.set_state(values)
        return
    generator.bit_generator.state = values
    if missing > 0:
        generator.spawn(missing)


def _spawned(generator: RandomSource) -> dict[str, int]:
    """How many generators have been spawned from one, if any have: its own state does not tell."""
    seed = getattr(getattr(generator, "bit_generator", None), "seed_seq", None)
    count = getattr(seed, "n_children_spawned", 0)
    return {"spawned": count} if count else {}


def restored_generator(state: Mapping[str, Any]) -> np.random.Generator:
    """Make a generator that goes on as the one that a state is of.

    >>> generator = np.random.default_rng(0)
    >>> twin = restored_generator(generator_state(generator))
    >>> bool(twin.random() == generator.random())
    True
    """
    kind = getattr(np.random, str(state.get("bit_generator")), None)
    if not (isinstance(kind, type) and issubclass(kind, np.random.BitGenerator)):
        raise StateError(f"order: expected the state of a generator of NumPy, received {state.get('bit_generator')!r}")
    generator = np.random.Generator(kind())
    state = {key: value for key, value in state.items() if key != "spawned"}  # nobody spawns from this one
    set_generator_state(generator, state, "order")
    return generator


def find_generators(holder: object) -> Iterator[tuple[str, RandomSource]]:
    """Yield the generators that an object holds, by dotted name.

    They are found in its attributes, in lists, tuples and dicts there, in components that it holds, and, if it is a
    module, in the modules inside it.
    """
    for prefix, module in walk(holder) if isinstance(holder, Module) else [("", holder)]:
        for name, generator in _within(vars(module), "", (id(module),)):
            yield join(prefix, name), generator


def generator_states(holder: object) -> list[str]:
    """The states of the generators that an object holds, as texts that can be compared."""
    return [repr(generator_state(generator)) for _, generator in find_generators(holder)]


def align_generators(component: object, other: object) -> None:
    """Make the generators of a component go on as those of another of its class."""
    for (name, mine), (_, theirs) in zip(find_generators(component), find_generators(other), strict=True):
        set_generator_state(mine, generator_state(theirs), name)


def _within(table: Mapping[Any, Any], prefix: str, seen: tuple[int, ...]) -> Iterator[tuple[str, RandomSource]]:
    for key, value in table.items():
        name = join(prefix, str(key))
        if name in PROTOCOL_ATTRIBUTES or id(value) in seen:
            continue
        if isinstance(value, RandomSource):
            yield name, value
        elif isinstance(value, (list, tuple)):
            yield from _within(dict(enumerate(value)), name, (*seen, id(value)))
        elif isinstance(value, dict):
            yield from _within(value, name, (*seen, id(value)))
        elif isinstance(value, Component) and not isinstance(value, Module):
            yield from _within(vars(value), name, (*seen, id(value)))


@frozen(eq=False)
class GlobalState:
    """The states of the two generators that belong to nobody.

    Attributes:
        numpy: that of ``numpy.random``.
        python: that of ``random``.
    """

    numpy: Any
    python: Any

    @classmethod
    def now(cls) -> Self:
        """The states at this moment."""
        return cls(np.random.get_state(legacy=False), random.getstate())

    @classmethod
    def of_seed(cls, seed: int) -> Self:
        """The states some draws after seeding: not one that a component reaches by seeding them itself."""
        numpy, python = np.random.RandomState(seed), random.Random(seed)
        numpy.random_sample(7), python.random()
        return cls(numpy.get_state(legacy=False), python.getstate())

    @staticmethod
    def enter(seed: int) -> None:
        """Put the generators into the states of `of_seed`; seeding NumPy's takes a tenth of the time of restoring."""
        if isinstance(np.random.get_bit_generator(), np.random.MT19937):  # type: ignore[attr-defined]  # as below
            np.random.seed(seed), np.random.random_sample(7)
            random.setstate(_python_state(seed))
        else:  # a program, or the component, has chosen another kind
            GlobalState.of_seed(seed).restore()

    def is_current(self) -> bool:
        """Whether nothing was drawn, or seeded, since."""
        return _equal(np.random.get_state(legacy=False), self.numpy) and random.getstate() == self.python

    def restore(self) -> None:
        """Go back to the states."""
        kind = self.numpy["bit_generator"]
        if np.random.get_state(legacy=False)["bit_generator"] != kind:  # a program may have chosen another
            np.random.set_bit_generator(getattr(np.random, kind)())  # type: ignore[attr-defined]  # NumPy's stubs lack it
        np.random.set_state(self.numpy)
        random.setstate(self.python)


@lru_cache(maxsize=8)
def _python_state(seed: int) -> Any:
    generator = random.Random(seed)
    generator.random()
    return generator.getstate()


def _equal(one: Any, other: Any) -> bool:
    """Whether two states are the same: dicts of dicts, numbers and arrays."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(value, other[name]) for name, value in one.items())
    return bool(np.array_equal(one, other))


@contextmanager
def global_state_kept() -> Iterator[None]:
    """Restore the global generators at the end: a notebook's constructor draws its parameters from NumPy's.

    So a class can be constructed once more without changing what the program draws next.
    """
    before = GlobalState.now()
    try:
        yield
    finally:
        before.restore()
