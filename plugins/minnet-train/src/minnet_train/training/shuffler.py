"""`Shuffler`: the order of the samples, which is drawn for each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.state import generator_state, restored_generator, set_generator_state

from ..data import Blocks
from ..errors import StateError
from .block_order import BlockOrder


class Shuffler:
    """Draws a permutation of the samples for each epoch: of all of them, or block by block.

    The state of the generator at the start of an epoch is kept, so that another process can draw the same permutation
    again; and so is its state now, as a layer may draw from it too.
    """

    def __init__(self) -> None:
        self._generator: np.random.Generator | None = None
        self._start: dict[str, Any] | None = None
        self._loaded: dict[str, Any] | None = None
        self._blocks: Blocks | None = None
        self._step = 1
        self._begun: str | None = None

    def go_through(self, blocks: Blocks | None, step: int) -> None:
        """Have the samples come block by block, in steps of so many; in any order if there are no blocks."""
        self._blocks, self._step = blocks, step

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

    def permutation(self, rows: int) -> Array | BlockOrder:
        """Return the order of this epoch, which is indexed as an array is.

        Raises:
            StateError: if there are blocks, and they are of other samples, or not those that the epoch was begun with.
        """
        assert self._generator is not None
        if self._start is not None:
            if self._begun != self._mark:
                raise StateError(
                    "order: expected to go on with the epoch that was begun, whose samples come by "
                    f"{self._begun or 'no blocks'}, received {self._mark or 'no blocks'}; shuffle_block says by which"
                )
            return self._order(restored_generator(self._start), rows)
        self._start, self._begun = generator_state(self._generator), self._mark
        return self._order(self._generator, rows)

    @property
    def _mark(self) -> str | None:
        return None if self._blocks is None else f"{self._blocks.mark}, steps of {self._step}"

    def _order(self, rng: np.random.Generator, rows: int) -> Array | BlockOrder:
        if self._blocks is None:
            return rng.permutation(rows)
        if self._blocks.count != rows:
            raise StateError(f"order: expected blocks of {rows} samples, received those of {self._blocks.count}")
        return BlockOrder(self._blocks, self._step, rng)

    def state_dict(self) -> dict[str, Any]:
        """Return what decides all orders from now on."""
        now = self._loaded if self._generator is None else generator_state(self._generator)
        begun = {} if self._begun is None else {"blocks": self._begun}  # which earlier versions do not know
        return {"now": now, "start": self._start, **begun}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on as another one, with the generator that `use` is given next, if any."""
        self._generator = None
        self._loaded, self._start, self._begun = state["now"], state["start"], state.get("blocks")
