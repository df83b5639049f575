"""`BlockOrder`: an order of samples that goes through a few blocks of them at a time."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np

from minnet_core import Array

from ..data import Blocks

_KEPT = 2
"""Parts of the order that are kept, for a batch may be in two."""


class BlockOrder:
    """The indices of samples in random order, drawn a part at a time.

    Blocks are drawn without replacement, ``blocks.lanes`` for each *window*, and the samples of each block are
    shuffled. A window is divided into steps, each with as large a part of every one of its blocks, to within one
    sample; within a step, samples of one block stand together, in the order of the blocks. So whoever computes a
    part of every step, as a rank does, reads a part of the blocks.

    It is a function of the blocks, the samples of a step, and what ``rng`` draws; memory is that of two windows.

    Args:
        blocks: of the samples.
        step: samples of a step.
        rng: draws the order of the blocks, and a seed for those in them.

    >>> from minnet_train.data import Blocks
    >>> order = BlockOrder(Blocks(8, np.array([0, 4]), 2), 4, np.random.default_rng(0))
    >>> sorted(order[0:4].tolist()), (order[0:2] < 4).sum() in (0, 2)
    ([...], True)
    >>> sorted(order[:].tolist()) == list(range(8))
    True
    """

    def __init__(self, blocks: Blocks, step: int, rng: np.random.Generator) -> None:
        self._blocks, self._step = blocks, step
        self._drawn = rng.permutation(len(blocks.starts))
        self._key = rng.integers(2**63, size=2).tolist()
        sizes = np.add.reduceat(blocks.sizes[self._drawn], np.arange(0, len(self._drawn), blocks.lanes))
        self._ends = np.cumsum(sizes)
        self._windows: OrderedDict[int, Array] = OrderedDict()

    def __len__(self) -> int:
        return self._blocks.count

    def __getitem__(self, index: Any) -> Any:
        """Return one index, or an array of those of a slice or of an array of places."""
        if isinstance(index, slice):
            start, stop, stride = index.indices(len(self))
            if stride == 1:
                return self._range(start, stop)
            index = np.arange(start, stop, stride)
        places = np.asarray(index)
        if places.size and not -len(self) <= places.min() <= places.max() < len(self):
            raise IndexError(f"expected places among {len(self)}, received {places.min()} to {places.max()}")
        places = np.where(places < 0, places + len(self), places).astype(np.int64)
        found = np.empty(places.shape, np.int64)
        window_of = np.searchsorted(self._ends, places, "right")
        for window in np.unique(window_of).tolist():
            is_there = window_of == window
            found[is_there] = self._window(window)[places[is_there] - self._first(window)]
        return found if found.ndim else int(found)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def _range(self, start: int, stop: int) -> Array:
        parts = [np.empty(0, np.int64)]
        window = int(np.searchsorted(self._ends, start, "right"))
        while start < stop:
            first, end = self._first(window), min(stop, int(self._ends[window]))
            parts.append(self._window(window)[start - first : end - first])
            start, window = end, window + 1
        return np.concatenate(parts)

    def _first(self, window: int) -> int:
        return int(self._ends[window - 1]) if window else 0

    def _window(self, window: int) -> Array:
        if window in self._windows:
            self._windows.move_to_end(window)
        else:
            while len(self._windows) >= _KEPT:
                self._windows.popitem(last=False)
            self._windows[window] = self._draw(window)
        return self._windows[window]

    def _draw(self, window: int) -> Array:
        lanes = self._blocks.lanes
        blocks = self._drawn[window * lanes : (window + 1) * lanes].tolist()
        sizes = self._blocks.sizes[blocks].tolist()
        # Every sample has its time: those of a block come at even intervals, whatever its size.
        times = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes])
        lane_of = np.repeat(np.arange(len(sizes), dtype=np.int8), sizes)[np.argsort(times, kind="stable")]
        step_of = (self._first(window) + np.arange(len(lane_of))) // self._step
        lane_of = lane_of[np.argsort(step_of * len(sizes) + lane_of, kind="stable")]
        drawn = np.empty(len(lane_of), np.int64)
        for lane, (block, size) in enumerate(zip(blocks, sizes, strict=True)):
            rng = np.random.default_rng([*self._key, block])
            drawn[lane_of == lane] = self._blocks.starts[block] + rng.permutation(size)
        return drawn
