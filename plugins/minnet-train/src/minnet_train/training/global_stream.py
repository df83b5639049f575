"""`lent_streams`: bits for NumPy's global generator, from which layers of notebooks draw, for functions in turn.

A function that takes turns with others (`minnet_train.training.turns`) shall draw what it would draw alone. So each has
a bit generator of its own, which `drawing_from` puts where ``numpy.random`` draws from: in a fifth of a microsecond,
where to read the state takes 60, dozens of times in a step.

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


_UNUSED: dict[Any, list[np.random.BitGenerator]] = {}
"""Bits that were lent before, of each kind: to make some takes as long as to send a sample through."""

_FOUND: dict[int, np.random.BitGenerator] = {}
"""Bits that programs have chosen, and that were replaced for a while.

Neither these nor those above are ever freed: a thread that draws from NumPy's global generator, or asks for its state,
has no reference of its own to the bits that it reads.
"""


@contextmanager
def lent_streams(count: int) -> Iterator[list[np.random.BitGenerator]]:
    """Lend so many bits, of the kind of the global generator, which draws from its own again at the end.

    They begin anywhere: seed the generator when it draws from them. What it has kept of a pair is lost at the end.

    >>> with lent_streams(2) as streams:
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
    _FOUND[id(own)] = own
    unused, lent = _UNUSED.setdefault(type(own), []), list[np.random.BitGenerator]()
    for _ in range(count):
        try:
            lent.append(unused.pop())
        except IndexError:
            lent.append(type(own)())
    try:
        yield lent
    finally:
        drawing_from(own)
        unused += lent
