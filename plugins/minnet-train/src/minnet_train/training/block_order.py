"""`BlockOrder`: an order of samples that goes through a few blocks of them at a time."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any

import numpy as np

from minnet_core import Array

from ..data import Blocks


class BlockOrder:
    """The indices of samples in random order, drawn where they are asked for.

    Blocks are drawn without replacement, each for the *lane* that would be at its end first, and the samples of a
    block are shuffled. A step takes the same number of samples from each lane, to within one, and they stand
    together, lane by lane: whoever computes a part of every step, as a rank does, reads the blocks of a part of the
    lanes. When one lane is at its end, the others have little more than a block each, which are spread evenly.

    It is a function of the blocks, the samples of a step, and what ``rng`` draws. Memory is that of a shuffled block of
    each lane.

    Args:
        blocks: of the samples.
        step: samples of a step.
        rng: draws the order of the blocks, and a seed for those in them.

    >>> from minnet_train.data import Blocks
    >>> order = BlockOrder(Blocks(16, np.arange(0, 16, 4), 2), 4, np.random.default_rng(0))
    >>> [len({*(order[start : start + 4] // 4).tolist()}) for start in (0, 4, 8, 12)]
    [2, 2, 2, 2]
    >>> sorted(order[:].tolist()) == list(range(16))
    True
    """

    def __init__(self, blocks: Blocks, step: int, rng: np.random.Generator) -> None:
        self._blocks, self._step = blocks, step
        self._key = rng.integers(2**63, size=2).tolist()
        lanes = min(blocks.lanes, step, len(blocks.starts))
        quotas = np.diff(np.arange(lanes + 1) * step // lanes)
        self._quotas, self._places = quotas, np.cumsum(quotas) - quotas
        self._blocks_of, self._ends = _dealt(rng.permutation(len(blocks.starts)), blocks.sizes, quotas.tolist())
        self._sizes = np.array([ends[-1] for ends in self._ends])
        self._whole = int((self._sizes // quotas).min())  # steps for which each lane has its part
        self._shuffled: OrderedDict[int, Array] = OrderedDict()

    def __len__(self) -> int:
        return self._blocks.count

    def __getitem__(self, index: Any) -> Any:
        """Return one index, or an array of those of a slice or of an array of places."""
        places = np.arange(*index.indices(len(self))) if isinstance(index, slice) else np.asarray(index)
        if places.size and not -len(self) <= places.min() <= places.max() < len(self):
            raise IndexError(f"expected places among {len(self)}, received {places.min()} to {places.max()}")
        flat = np.where(places < 0, places + len(self), places).astype(np.int64).reshape(-1)
        lane_of, index_in = self._found(flat)
        found = np.empty(len(flat), np.int64)
        for lane in np.unique(lane_of).tolist():
            is_there = lane_of == lane
            found[is_there] = self._of_lane(lane, index_in[is_there])
        return found.reshape(places.shape) if places.ndim else int(found[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype)

    def _found(self, places: Array) -> tuple[Array, Array]:
        """Return the lane of each place, and which of its samples is there."""
        step, place = np.divmod(places, self._step)
        lane_of = np.searchsorted(self._places, place, "right") - 1
        index_in = step * self._quotas[lane_of] + place - self._places[lane_of]
        is_late = step >= self._whole
        if is_late.any():
            lanes, indices = self._rest
            late = places[is_late] - self._whole * self._step
            lane_of[is_late], index_in[is_late] = lanes[late], indices[late]
        return lane_of, index_in

    @cached_property
    def _rest(self) -> tuple[Array, Array]:
        """What comes when not every lane has its part any more: the lane of each place, and which of its samples."""
        first = self._whole * self._quotas
        sizes = (self._sizes - first).tolist()
        # Every sample has its time: those of a lane come at even intervals, however many are left.
        times = np.concatenate([(np.arange(size) + 0.5) / max(size, 1) for size in sizes])
        lane_of = np.repeat(np.arange(len(sizes)), sizes)[np.argsort(times, kind="stable")]
        step_of = np.arange(len(lane_of)) // self._step
        lane_of = lane_of[np.argsort(step_of * len(sizes) + lane_of, kind="stable")]
        index_in = np.empty(len(lane_of), np.int64)
        for lane, size in enumerate(sizes):
            index_in[lane_of == lane] = first[lane] + np.arange(size)
        return lane_of, index_in

    def _of_lane(self, lane: int, indices: Array) -> Array:
        """Return some of the samples of a lane."""
        ends, found = self._ends[lane], np.empty(len(indices), np.int64)
        number_of = np.searchsorted(ends, indices, "right")
        for number in np.unique(number_of).tolist():
            is_there, block = number_of == number, int(self._blocks_of[lane][number])
            samples = self._samples(block)
            found[is_there] = samples[indices[is_there] - (ends[number] - len(samples))]
        return found

    def _samples(self, block: int) -> Array:
        """Return the samples of a block in random order; those of the blocks that were used last are kept."""
        if block in self._shuffled:
            self._shuffled.move_to_end(block)
        else:
            while len(self._shuffled) > self._blocks.lanes:
                self._shuffled.popitem(last=False)
            order = np.random.default_rng([*self._key, block]).permutation(self._blocks.sizes[block])
            self._shuffled[block] = self._blocks.starts[block] + order
        return self._shuffled[block]


def _dealt(drawn: Array, sizes: Array, quotas: list[int]) -> tuple[list[Array], list[Array]]:
    """Deal blocks to lanes, each to the one that would be at its end first.

    Args:
        drawn: the blocks.
        sizes: of all blocks.
        quotas: how many samples of each lane a step has.

    Returns:
        The blocks of each lane, and the ends of their samples.
    """
    dealt: list[list[int]] = [[] for _ in quotas]
    steps = [0.0] * len(quotas)
    for block in drawn.tolist():
        lane = steps.index(min(steps))
        dealt[lane].append(block)
        steps[lane] += int(sizes[block]) / quotas[lane]
    return [np.array(each) for each in dealt], [np.cumsum(sizes[each]) for each in dealt]
