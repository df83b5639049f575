"""`GlobalState`: where NumPy's and Python's global generators are."""

from __future__ import annotations

import random
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

    def is_current(self) -> bool:
        """Whether nothing was drawn, or seeded, since."""
        now = np.random.get_state(legacy=False)
        return (
            all(now[name] == self.numpy[name] for name in ("bit_generator", "has_gauss", "gauss"))
            and now["state"]["pos"] == self.numpy["state"]["pos"]
            and bool(np.array_equal(now["state"]["key"], self.numpy["state"]["key"]))
            and random.getstate() == self.python
        )

    def restore(self) -> None:
        """Go back to the states; looking whether that is needed takes a tenth of the time that it takes."""
        if not self.is_current():
            np.random.set_state(self.numpy)
            random.setstate(self.python)
