"""What the kit does to inputs, which are arrays or tables of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from ...nn import Array, Tensor


def map_arrays(function: Callable[..., Any], tensor: Tensor, *others: Tensor) -> Any:
    """Apply a function to every array of a table, or to the one array that there is; None stays.

    Further tensors of the same structure give it further arguments.

    >>> map_arrays(np.shape, (np.ones(2), (np.ones((3, 4)),)))
    ((2,), ((3, 4),))
    >>> map_arrays(np.add, (np.ones(1), np.ones(2)), (np.ones(1), np.ones(2)))
    (array([2.]), array([2., 2.]))
    """
    if isinstance(tensor, tuple):
        return tuple(map(partial(map_arrays, function), tensor, *others))
    return None if tensor is None else function(*map(np.asarray, (tensor, *others)))


def named_arrays(name: str, tensor: Tensor) -> Iterator[tuple[str, Array]]:
    """Walk the arrays of a tensor, with what a message calls them: ``gradInput``, or ``gradInput[0]`` in a table."""
    if isinstance(tensor, tuple):
        for index, part in enumerate(tensor):
            yield from named_arrays(f"{name}[{index}]", part)
    elif tensor is not None:
        yield name, np.asarray(tensor)


def structure(tensor: Tensor) -> Any:
    """The shape of an array, or the tuple of those of a table."""
    return map_arrays(np.shape, tensor)


def is_floating(array: Array) -> bool:
    """Whether numbers can be varied a little."""
    return array.dtype.kind == "f"


def are_floating(tensor: Tensor) -> list[bool]:
    """Of each array whether it is floating."""
    return [is_floating(array) for _, array in named_arrays("", tensor)]


def copied(tensor: Tensor) -> Tensor:
    """Copy every array."""
    return map_arrays(np.array, tensor)


def cast(tensor: Tensor, dtype: Any) -> Tensor:
    """Convert the floating arrays; integers stay what they are."""
    return map_arrays(lambda array: array.astype(dtype) if is_floating(array) else array.copy(), tensor)


def as_dtype(tensor: Tensor, dtype: Any) -> Tensor:
    """Convert every array but masks, which select elements only as long as they are boolean."""
    return map_arrays(lambda array: array if array.dtype == bool else array.astype(dtype), tensor)


def scaled(tensor: Tensor, factor: float) -> Tensor:
    """Multiply the floating arrays; dtypes stay."""
    return map_arrays(lambda array: array * array.dtype.type(factor) if is_floating(array) else array, tensor)


def rows(tensor: Tensor, index: slice) -> Tensor:
    """Take samples of every array: a copy."""
    return map_arrays(lambda array: array[index].copy(), tensor)


def samples(tensor: Tensor) -> int:
    """How many samples there are: the length of the first axis of the first array."""
    return next(len(array) for _, array in named_arrays("", tensor))


def dtypes_holding(tensor: Tensor, dtypes: Iterable[Any]) -> list[Any]:
    """Those of some dtypes that can hold all numbers of a tensor.

    >>> [dtype.__name__ for dtype in dtypes_holding(np.array([0, 200]), (np.int8, np.uint8))]
    ['uint8']
    """
    arrays = [array for _, array in named_arrays("", tensor)]
    return [dtype for dtype in dtypes if all((array.astype(dtype) == array).all() for array in arrays)]


def _strided(array: Array) -> Array:
    return np.repeat(array, 2, axis=-1)[..., ::2]


def _padded(array: Array) -> Array:
    return np.concatenate([array, array[..., :1].repeat(3, axis=-1)], axis=-1)[..., :-3]


def _every_other(array: Array) -> Array:
    return np.repeat(array, 2, axis=0)[::2]


def _reversed(array: Array) -> Array:
    backward = np.ascontiguousarray(array[..., ::-1])
    return backward[..., ::-1]


LAYOUTS: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "Fortran": np.asfortranarray,
        "strided": _strided,
        "padded": _padded,
        "every other": _every_other,
        "reversed": _reversed,
    }
)
"""Name -> function that lays an array out in memory otherwise; the values stay."""


def read_only(array: Array) -> Array:
    """A view of a copy that cannot be written to, so that it cannot be unlocked either."""
    array = array.copy()
    array.flags.writeable = False
    return array[...]
