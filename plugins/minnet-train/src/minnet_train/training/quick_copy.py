"""`quick_copy`: ``copy.deepcopy`` of networks, in a small part of its time.

A step in lock step makes copies of the whole model, for each shard one, so that a layer may keep whatever it likes
wherever it likes: copies that went on from step to step would have to be told of every change, and could not be told of
what only a layer knows. ``copy.deepcopy`` calls functions for each number and text; this looks at the types of what
attributes hold, and leaves to it what it does not know: classes that say themselves how they are copied, among others.
"""

from __future__ import annotations

import copy
import copyreg
from functools import lru_cache
from operator import is_
from types import BuiltinFunctionType, FunctionType, NoneType
from typing import Any

import numpy as np

from minnet_core import Module
from minnet_core.nn import Component

_SHARED = frozenset({NoneType, bool, int, float, complex, str, bytes, type, FunctionType, BuiltinFunctionType})
"""Types of what cannot change, or is never copied."""

_BITS = frozenset({np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64})

_HOOKS = ("__deepcopy__", "__setstate__", "__getattr__", "__getnewargs__", "__getnewargs_ex__")
"""By which a class may say how it is copied, or find attributes where nobody else does."""

_OWN_HOOKS = frozenset({"__deepcopy__", "__reduce_ex__"})
"""The same in an object."""


def quick_copy(value: Any, memo: dict[int, Any]) -> Any:
    """Return what ``copy.deepcopy(value, memo)`` does.

    >>> quick_copy([{"a": (1, [2])}, np.ones(2)], {})
    [{'a': (1, [2])}, array([1., 1.])]
    """
    kind: Any = type(value)
    if kind in _SHARED:
        return value
    if (known := memo.get(id(value))) is not None:
        return known
    made: Any
    if kind is np.ndarray and not value.dtype.hasobject:
        made = memo[id(value)] = value.copy(order="K")
    elif kind is dict:
        made = memo[id(value)] = {}
        for key, item in value.items():
            made[quick_copy(key, memo)] = quick_copy(item, memo)
    elif kind is list:
        made = memo[id(value)] = []
        for item in value:
            made.append(quick_copy(item, memo))
    elif kind is tuple:
        items = [quick_copy(item, memo) for item in value]
        made = value if all(map(is_, items, value)) else tuple(items)
        if made is not value:
            made = memo.setdefault(id(value), made)  # which something inside may have been, that refers to it
    elif kind is np.random.Generator and type(value.bit_generator) in _BITS:
        made = memo[id(value)] = _generator(value, memo)
    elif isinstance(value, Component) and _is_plain(kind) and _OWN_HOOKS.isdisjoint(vars(value)):
        made = memo[id(value)] = kind.__new__(kind)
        own, is_module = vars(made), isinstance(value, Module)
        for name, item in vars(value).items():
            if type(item) in _SHARED:
                own[name] = item
            elif not (is_module and name == "_storage"):  # see Node.__getstate__
                own[name] = quick_copy(item, memo)
    else:
        made = copy.deepcopy(value, memo)
    return made


@lru_cache(maxsize=256)
def _is_plain(kind: Any) -> bool:
    """Whether ``copy.deepcopy`` makes an object of a class without its constructor, and copies its attributes."""
    return (
        kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__reduce__ is object.__reduce__
        and kind.__getstate__ in (object.__getstate__, Module.__getstate__)
        and kind.__getattribute__ is object.__getattribute__
        and not any(hasattr(kind, name) for name in _HOOKS)
        and not any(vars(base).get("__slots__") for base in kind.__mro__)
        and not issubclass(kind, (list, dict))
        and kind not in copyreg.dispatch_table
    )


def _generator(generator: np.random.Generator, memo: dict[int, Any]) -> np.random.Generator:
    """Copy a generator, with what it spawns others from."""
    bits: Any = generator.bit_generator
    twin = memo.get(id(bits))
    if twin is None:
        twin = memo[id(bits)] = type(bits)(copy.deepcopy(bits.seed_seq, memo))
        twin.state = bits.state
    return np.random.Generator(twin)
