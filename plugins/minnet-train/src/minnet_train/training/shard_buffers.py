r"""`ShardBuffers`: what the forward passes of a step's shards change in a model, and what it is after the step.

The shards of a step all begin with the buffers of its beginning, :math:`b`. Afterwards a buffer of floats is

.. math:: b + \sum_s \\frac{n_s}{n}\\,(b_s - b)

where shard :math:`s`, of :math:`n_s` of the :math:`n` samples, has left it at :math:`b_s`: a moving average has then
moved to the mean of what it moved to in each shard. Whatever is no float, such as a counter, or a list that grows, is
as the first shard left it.

What belongs to it is what a checkpoint has of a model and a criterion: arrays, numbers, texts, and lists, tuples and
dicts of them that are attributes of a component.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from attrs import define, field

from minnet_core import Array, Criterion, Module
from minnet_core.nn import PROTOCOL_ATTRIBUTES, Component, Steps, find_buffers, walk_all
from minnet_core.state import is_plain

_SCALARS = (bool, int, float, complex, str, np.bool_, np.number)

_MISSING: Any = object()

_OF_CRITERION = "the criterion"
"""Begins the names of what a criterion has; no module has a name with a space."""


@define(eq=False)
class _Place:
    """Where a buffer or counter is, and what it was before the step.

    Attributes:
        name: within the model; a space is in that of one of the criterion.
        holder: the ``vars()`` of the module, or a list or dict there.
        key: of the value in ``holder``.
        before: the value itself.
        copy: of it, if it is an array, which may be changed in place.
        is_declared: whether it is a buffer, and not an attribute of another kind that is None as long as it is none.
    """

    name: str
    holder: Any
    key: Any
    is_declared: bool
    before: Any = field(init=False)
    copy: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.before = self.holder[self.key]
        self.copy = _copied(self.before)

    def taken(self) -> Any:
        """Return a copy of what is there now, and put back what was; `_MISSING` if that is the same."""
        try:
            value = self.holder[self.key]
        except (LookupError, TypeError):
            value = _MISSING
        changed = _MISSING
        if value is not self.before:
            if self.before is None and not self.is_declared and not isinstance(value, _SCALARS):
                return _MISSING
            if not _is_same(value, self.copy):
                changed = _copied(value)
            with suppress(LookupError, TypeError):
                self.holder[self.key] = self.before
        if isinstance(self.before, np.ndarray) and not _is_same(self.before, self.copy):
            changed = _copied(value) if changed is _MISSING else changed
            self.before[...] = self.copy  # it was changed in place
        return changed

    def changed_in(self, holder: Any, copies: Mapping[int, Any]) -> Any:
        """Return what a copy of the holder has now; `_MISSING` if that is what it began with."""
        try:
            value = holder[self.key]
        except (LookupError, TypeError):
            return _MISSING
        if self.before is None and not self.is_declared and not isinstance(value, _SCALARS):
            return _MISSING
        return _MISSING if _is_same(value, self.before) else value


class _Table(_Place):
    """Where a list or dict is, of which items are places of their own: whether it is another one, or a longer list."""

    def taken(self) -> Any:
        """See `_Place`."""
        value = self.holder.get(self.key, _MISSING)
        if self._is_kept(value, self.before):
            return _MISSING
        self.holder[self.key] = self.before
        changed = _copied(value) if _is_told(value) else _MISSING
        if isinstance(self.before, list):
            self.before[:] = self.copy
        return changed

    def changed_in(self, holder: Any, copies: Mapping[int, Any]) -> Any:
        """See `_Place`."""
        value = holder.get(self.key, _MISSING)
        return value if not self._is_kept(value, copies.get(id(self.before))) and _is_told(value) else _MISSING

    def _is_kept(self, value: Any, table: Any) -> bool:
        return value is table and (isinstance(value, dict) or len(value) == len(self.copy))


class ShardBuffers:
    """The buffers and counters of a model, and of a criterion, in a step.

    Args:
        model: whose buffers they are.
        criterion: of which every array, and every number or text, is taken for one, and of the components in it.
    """

    def __init__(self, model: Module, criterion: Criterion) -> None:
        self._steps, self._criterion = walk_all(model), criterion
        self._places = {place.name: place for place in _found(self._steps, criterion)}
        components = [*(module for _, module, _ in self._steps), *_components(criterion).values()]
        self._owners = {id(vars(each)): each for each in components}
        self._tables = list(map(vars, components))
        self._tables += [value for table in self._tables for value in table.values() if type(value) is dict]
        self._sizes = list(map(_size, self._tables))

    def taken(self) -> dict[str, Any]:
        """Return copies of what a shard has changed, by name, and put everything back to what it was before."""
        changed = {}
        for name, place in self._places.items():
            if (value := place.taken()) is not _MISSING:
                changed[name] = value
        if list(map(_size, self._tables)) != self._sizes:  # a notebook's layer makes attributes in its first pass
            for place in self._new_places(self._steps, self._criterion):
                changed[place.name] = place.copy
                del place.holder[place.key]
        return changed

    def changed_in(self, model: Module, criterion: Criterion, copies: Mapping[int, Any]) -> dict[str, Any]:
        """Return what a shard has changed in copies of model and criterion, while these are as they were before.

        Args:
            model: the copy of the model.
            criterion: that of the criterion.
            copies: by the ``id`` of what has been copied, as `copy.deepcopy` notes them.
        """

        def copied(holder: Any) -> Any:
            owner = self._owners.get(id(holder))
            return copies.get(id(holder), holder) if owner is None else vars(copies.get(id(owner), owner))

        changed = {}
        for name, place in self._places.items():
            if (value := place.changed_in(copied(place.holder), copies)) is not _MISSING:
                changed[name] = value
        if [_size(copied(table)) for table in self._tables] != self._sizes:
            changed.update((each.name, each.copy) for each in self._new_places(walk_all(model), criterion))
        return changed

    def _new_places(self, steps: Steps, criterion: Criterion) -> Iterator[_Place]:
        """Find each buffer that has not been there before the step."""
        for place in _found(steps, criterion):
            if place.name not in self._places and isinstance(place.holder, dict):
                yield place

    def merge(self, changes: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
        """Set everything to what it is after a step.

        Args:
            changes: what each shard has changed, in the order of the shards.
            rows: how many samples each has.
        """
        shares = np.array(rows) / sum(rows)
        for name in dict.fromkeys(name for each in changes for name in each):
            before = self._places[name].copy if name in self._places else None
            holder, key = self._holder(name)
            if holder is not None:
                _put(holder, key, _merged(before, [each.get(name, before) for each in changes], shares))

    def _holder(self, name: str) -> tuple[Any, Any]:
        """Find where a value belongs that may not have been there before the step; None if there is no such place."""
        if name in self._places:
            return self._places[name].holder, self._places[name].key
        modules: dict[str, Any] = {each: module for each, module, _ in self._steps}
        modules.update(_components(self._criterion))
        owner, _, key = name.rpartition(".")
        if owner in modules:
            return vars(modules[owner]), key
        owner, _, table = owner.rpartition(".")
        return (vars(modules[owner]).get(table) if owner in modules else None), key


def _found(steps: Steps, criterion: Criterion) -> Iterator[_Place]:
    """Find each buffer and counter that there is now."""
    names = set()
    for place in find_buffers(steps, empty=True):
        names.add(place.name)
        yield _Place(place.name, place.holder, place.key, True)
    for prefix, module, _ in steps:
        yield from (each for each in _plain(module, prefix and f"{prefix}.") if each.name not in names)
    for name, each in _components(criterion).items():
        yield from _plain(each, f"{name}.", np.ndarray)


def _components(criterion: Criterion) -> dict[str, Component]:
    """List a criterion, and the components in it, by names that no module has."""
    found: dict[str, Component] = {}
    pending: list[tuple[str, Any]] = [(_OF_CRITERION, criterion)]
    while pending:
        name, each = pending.pop()
        if isinstance(each, Component) and not any(each is other for other in found.values()):
            found[name] = each
            inner = [(key, value) for key, value in vars(each).items() if key not in PROTOCOL_ATTRIBUTES]
            pending += [(f"{name}.{key}", value) for key, value in reversed(inner)]
        elif isinstance(each, (list, tuple, dict)):
            items = each.items() if isinstance(each, dict) else enumerate(each)
            pending += [(f"{name}.{key}", value) for key, value in items]
    return found


def _plain(component: object, prefix: str, *others: type) -> Iterator[_Place]:
    """Find the numbers and texts in attributes, and in lists and dicts there, and what is None and may become one."""
    table, kinds = vars(component), (*_SCALARS, *others)
    omitted = PROTOCOL_ATTRIBUTES.union(getattr(component, "CACHES", ()))
    for key, value in list(table.items()):  # whoever is told may take it away
        if key in omitted:
            continue
        if value is None or isinstance(value, kinds) or (isinstance(value, tuple) and is_plain(value)):
            yield _Place(prefix + key, table, key, False)
        elif type(value) in (list, dict) and not any(isinstance(each, Component) for each in value):
            yield _Table(prefix + key, table, key, False)
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for inner, item in list(items):
                if isinstance(item, kinds):
                    yield _Place(f"{prefix}{key}.{inner}", value, inner, False)


def _is_told(value: Any) -> bool:
    """Whether a list or dict is told to other ranks: it is of arrays and of what JSON can hold."""
    if isinstance(value, (list, dict)):
        return all(map(_is_told, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, (np.ndarray, *_SCALARS)) or is_plain(value)


def _size(table: Any) -> int:
    """How many attributes or items there are, but for what belongs to the protocol, and is no part of copies."""
    return len(table) - ("_storage" in table)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, (np.ndarray, list, dict)) else value


def _put(holder: Any, key: Any, value: Any) -> None:
    """Put a value where it belongs; what a list or dict is there for, stays the same one."""
    there = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, list) and isinstance(there, list):
        there[:] = value
    elif isinstance(value, dict) and isinstance(there, dict):
        there.clear()
        there.update(value)
    else:
        holder[key] = _copied(value)


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
    if isinstance(first, (list, dict)):
        return first
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
    return not isinstance(value, tuple) and np.asarray(value).dtype.kind in "fc"
