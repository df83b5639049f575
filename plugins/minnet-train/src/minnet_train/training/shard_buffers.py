r"""`ShardBuffers`: what the forward passes of a step's shards change in a model, and what it is after the step.

The shards of a step all begin with the buffers of its beginning, :math:`b`. Afterwards a buffer of floats is

.. math:: b + \sum_s \\frac{n_s}{n}\\,(b_s - b)

where shard :math:`s`, of :math:`n_s` of the :math:`n` samples, has left it at :math:`b_s`: a moving average has then
moved to the mean of what it moved to in each shard. Whatever is no float, such as a counter, is as the first shard left
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array, Criterion, Module
from minnet_core.nn import PROTOCOL_ATTRIBUTES, find_buffers, join, walk_all

_SCALARS = (bool, int, float, complex, str)

_MISSING: Any = object()


class ShardBuffers:
    """The buffers and counters of a model, and of a criterion, in a step.

    Args:
        model: whose buffers they are.
        criterion: of which every array, and every number or text, is taken for one.
    """

    def __init__(self, model: Module, criterion: Criterion) -> None:
        self._steps, self._criterion = walk_all(model), criterion
        self._owners: dict[str, Any] = {name: module for name, module, _ in self._steps}
        self._before = {name: (place, _copied(place[0][place[1]])) for name, place in self._places()}
        self._objects = {name: place[0][place[1]] for name, (place, _) in self._before.items()}

    def taken(self) -> dict[str, Any]:
        """Return copies of what a shard has changed, by name, and put everything back to what it was before."""
        places = dict(self._places())
        changed = {}
        for name, (holder, key) in places.items():
            value = holder[key]
            if name not in self._before or not _is_same(value, self._before[name][1]):
                changed[name] = _copied(value)
            if name not in self._before and isinstance(holder, dict):
                del holder[key]
        for name, (place, copy) in self._before.items():
            holder, key = places.get(name, place)
            value = self._objects[name]
            if isinstance(value, np.ndarray) and not _is_same(value, copy):
                value[...] = copy  # it was changed in place
            if name not in places or holder[key] is not value:
                holder[key] = value
        return changed

    def merge(self, changes: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
        """Set everything to what it is after a step.

        Args:
            changes: what each shard has changed, in the order of the shards.
            rows: how many samples each has.
        """
        shares = np.array(rows) / sum(rows)
        for name in dict.fromkeys(name for each in changes for name in each):
            before = self._before[name][1] if name in self._before else None
            value = _merged(before, [each.get(name, before) for each in changes], shares)
            self._put(name, value)

    def _put(self, name: str, value: Any) -> None:
        if name in self._before:
            (holder, key), _ = self._before[name]
            holder[key] = _copied(value)
            return
        owner, _, attribute = name.rpartition(".")
        if owner in self._owners:  # an item of a list that has grown has none
            setattr(self._owners[owner], attribute, _copied(value))

    def _places(self) -> Iterator[tuple[str, tuple[Any, Any]]]:
        """Yield where each buffer and counter is: its name, what holds it, and by which key."""
        names = set()
        for place in find_buffers(self._steps, empty=True):
            names.add(place.name)
            yield place.name, (place.holder, place.key)
        for prefix, module, _ in self._steps:
            table = vars(module)
            for key, value in table.items():
                is_counter = isinstance(value, _SCALARS) and key not in PROTOCOL_ATTRIBUTES
                if is_counter and (name := join(prefix, key)) not in names:
                    yield name, (table, key)
        table = vars(self._criterion)
        for key, value in table.items():
            if isinstance(value, (*_SCALARS, np.ndarray)) and key not in PROTOCOL_ATTRIBUTES:
                yield f"criterion {key}", (table, key)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _is_same(value: Any, other: Any) -> bool:
    """Whether two values have the same bits."""
    if value is other:
        return True
    if type(value) is not type(other):
        return False
    if isinstance(value, np.ndarray):
        is_alike: bool = value.shape == other.shape and value.dtype == other.dtype
        return is_alike and value.tobytes() == other.tobytes()
    return repr(value) == repr(other)


def _merged(before: Any, after: Sequence[Any], shares: Array) -> Any:
    """What a buffer is after a step, of what the shards have left."""
    first = after[0]
    if all(_is_same(each, first) for each in after[1:]):
        return first
    if any(each is None for each in after):  # not every shard has had enough samples for a first value
        return next(each for each in after if each is not None)
    if not all(_is_floating(each) and np.shape(each) == np.shape(first) for each in after):
        return first
    origin = np.zeros(()) if np.shape(before) not in ((), np.shape(first)) or before is None else np.asarray(before)
    total = origin.astype(np.result_type(origin, first, np.float64))
    for share, each in zip(shares, after, strict=True):
        total = total + share * (each - origin)
    return total.astype(first.dtype) if isinstance(first, np.ndarray) else type(first)(total)


def _is_floating(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"
