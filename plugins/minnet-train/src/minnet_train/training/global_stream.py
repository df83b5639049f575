"""`GlobalStreams`: bits for NumPy's global generator, from which layers of notebooks draw, for functions that take turns.

A function that takes turns with others (`minnet_train.training.turns`) shall draw what it would draw alone. So each has a
bit generator of its own, which `drawing_from` puts where ``numpy.random`` draws from: in a fifth of a microsecond, where
to read the state takes 60, dozens of times in a step.

All that NumPy keeps of a stream is in its bits, but for one number: those of `numpy.random.RandomState.normal` come in
pairs, of which it keeps the second for the next call, and forgets it when it gets other bits. So it is lost whenever a
function pauses, and what comes next is a new pair: just as random, and the same with any number of functions, for where
a function pauses is told by nothing but itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def drawing_from(bits: np.random.BitGenerator) -> None:
    """Have ``numpy.random``, in all threads of the process, draw from these bits from now on."""
    np.random.set_bit_generator(bits)  # type: ignore[attr-defined]  # NumPy's stubs lack it


class GlobalStreams:
    """Bits that are used from step to step: to make some takes as long as to send a sample through."""

    def __init__(self) -> None:
        self._made: dict[Any, list[np.random.BitGenerator]] = {}

    @contextmanager
    def lent(self, count: int) -> Iterator[list[np.random.BitGenerator]]:
        """Lend so many, of the kind of the global generator, which draws from its own bits again at the end.

        They begin anywhere: seed the generator when it draws from them. What it has kept of a pair is lost at the end.

        >>> with GlobalStreams().lent(2) as streams:
        ...     for bits in streams:
        ...         drawing_from(bits)
        ...         np.random.seed(5)
        ...     for bits in [*streams, *streams]:
        ...         drawing_from(bits)
        ...         print(round(np.random.uniform(), 3))
        0.222
        0.222
        0.871
        0.871
        """
        own = np.random.get_bit_generator()  # type: ignore[attr-defined]  # as above
        made = self._made.setdefault(type(own), [])
        made += [type(own)() for _ in range(count - len(made))]
        try:
            yield made[:count]
        finally:
            drawing_from(own)
