"""`Shuffler`: the order of the samples, which is drawn for each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.state import generator_state, restored_generator, set_generator_state


class Shuffler:
    """Draws a permutation of the samples for each epoch.

    The state of the generator at the start of an epoch is kept, so that another process can draw the same permutation
    again; and so is its state now, as a layer may draw from it too.
    """

    def __init__(self) -> None:
        self._generator: np.random.Generator | None = None
        self._start: dict[str, Any] | None = None
        self._loaded: dict[str, Any] | None = None

    def use(self, rng: int | np.random.Generator | None) -> None:
        """Draw from a seed or generator, unless there is one already.

        Raises:
            StateError: if a generator is given of another kind than that of a loaded state.
        """
        if self._loaded is not None:
            if isinstance(rng, np.random.Generator):  # whoever else draws from it does so in the old order
                set_generator_state(rng, self._loaded, "rng")
                self._generator = rng
            else:
                self._generator = restored_generator(self._loaded)
            self._loaded = None
        elif self._generator is None:
            self._generator = np.random.default_rng(rng)

    @property
    def generator(self) -> np.random.Generator:
        """What is drawn from, once `use` has been called."""
        assert self._generator is not None
        return self._generator

    def begin_epoch(self) -> None:
        """Have the next permutation drawn anew."""
        self._start = None

    def permutation(self, rows: int) -> Array:
        """Return the order of this epoch."""
        assert self._generator is not None
        if self._start is not None:
            return restored_generator(self._start).permutation(rows)
        self._start = generator_state(self._generator)
        return self._generator.permutation(rows)

    def state_dict(self) -> dict[str, Any]:
        """Return what decides all orders from now on."""
        now = self._loaded if self._generator is None else generator_state(self._generator)
        return {"now": now, "start": self._start}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on as another one, with the generator that `use` is given next, if any."""
        self._generator = None
        self._loaded, self._start = state["now"], state["start"]
