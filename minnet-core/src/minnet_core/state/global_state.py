"""`GlobalState`: where NumPy's and Python's global generators are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from attrs import frozen


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
        """Put the generators into the states of `of_seed`; seeding takes a tenth of the time of restoring."""
        if isinstance(np.random.get_bit_generator(), np.random.MT19937):  # type: ignore[attr-defined]  # as below
            np.random.seed(seed), random.seed(seed)
            np.random.random_sample(7), random.random()
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
