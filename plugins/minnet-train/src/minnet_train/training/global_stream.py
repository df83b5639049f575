"""`GlobalStream`: NumPy's global generator, from which layers of notebooks draw, as one of several functions sees it.

A function that takes turns with others (`minnet_train.training.turns`) shall find the generator as it has left it. To
copy its state takes 50 us, and to set it 40, dozens of times in a step. So each function has bits of its own, which are
put in place of those of all: this takes a fifth of a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import numpy as np

_SPARE = ("has_gauss", "gauss")
"""What NumPy keeps of normal numbers, which come in pairs; it belongs to the generator, and not to its bits."""


class MT19937(np.random.MT19937):  # by whose name NumPy tells its state from those of other kinds
    """Bits of the kind that NumPy's global generator has unless a program chooses another."""

    leaves_out: int | None = None
    """The thread that asks for the state without its 624 words, or sets that."""

    @property
    def state(self) -> Any:
        """What NumPy asks for, and sets, together with the spare number."""
        if self.leaves_out == get_ident():
            return {"bit_generator": "MT19937", "state": {}}
        return np.random.MT19937.state.__get__(self)

    @state.setter
    def state(self, value: Any) -> None:
        if self.leaves_out != get_ident():
            np.random.MT19937.state.__set__(self, value)  # type: ignore[attr-defined]


class GlobalStream:
    """What is drawn from NumPy's global generator between `enter` and `leave`, as if nothing else was ever drawn.

    It begins anywhere: seed the generator after the first `enter`.

    Args:
        kind: of the bit generator.
    """

    def __init__(self, kind: Any) -> None:
        self._bits: Any = MT19937(0) if issubclass(kind, np.random.MT19937) else kind()
        self._spare: dict[str, Any] = {}

    def enter(self) -> None:
        """Put these bits in place of whatever NumPy draws from."""
        np.random.set_bit_generator(self._bits)  # type: ignore[attr-defined]  # as below
        if self._spare.get("has_gauss"):
            with self._without_words():
                np.random.set_state({**self._bits.state, **self._spare})

    def leave(self) -> None:
        """Note what there is beside the bits; whoever comes next puts other bits in place."""
        with self._without_words():
            state: Any = np.random.get_state(legacy=False)
        self._spare = {name: state[name] for name in _SPARE}

    @contextmanager
    def _without_words(self) -> Iterator[None]:
        if isinstance(self._bits, MT19937):
            self._bits.leaves_out = get_ident()
        try:
            yield
        finally:
            if isinstance(self._bits, MT19937):
                self._bits.leaves_out = None


class GlobalStreams:
    """Streams that are used from step to step: to make a bit generator takes as long as to send a sample through."""

    def __init__(self) -> None:
        self._made: dict[Any, list[GlobalStream]] = {}

    @contextmanager
    def lent(self, count: int) -> Iterator[list[GlobalStream]]:
        """Lend so many, of the kind of the global generator, which draws from its own bits again at the end.

        The spare number that it may have had is lost: whoever needs it keeps the state.

        >>> with GlobalStreams().lent(2) as streams:
        ...     for stream in streams:
        ...         stream.enter()
        ...         np.random.seed(5)
        ...         stream.leave()
        ...     for stream in [*streams, *streams]:
        ...         stream.enter()
        ...         print(round(np.random.normal(), 3))
        ...         stream.leave()
        0.441
        0.441
        -0.331
        -0.331
        """
        bits = np.random.get_bit_generator()  # type: ignore[attr-defined]  # NumPy's stubs lack it
        made = self._made.setdefault(type(bits), [])
        made += [GlobalStream(type(bits)) for _ in range(count - len(made))]
        try:
            yield made[:count]
        finally:
            np.random.set_bit_generator(bits)  # type: ignore[attr-defined]  # as above
