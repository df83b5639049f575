"""The arrays that flow through a network: types and dtypes, and what a component expects of them, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""A NumPy array of any shape and dtype."""

Tensor: TypeAlias = Any
"""An array, or a tuple of tensors: what Torch7 calls a table."""


def describe(value: object) -> str:
    """Name the shape and dtype of a tensor in an error message.

    >>> import numpy as np
    >>> describe(np.zeros((32, 100), np.float32))
    '(32, 100) float32'
    >>> describe((np.zeros(2), 3))
    '((2,) float64, int)'
    """
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype}"
    if isinstance(value, tuple):
        return f"({', '.join(describe(part) for part in value)})"
    return type(value).__name__


def leaves(nested: object) -> Iterator[Array]:
    """Walk the arrays of nested lists and tuples in order, as ``getParameters()`` returns them."""
    pending = [nested]  # rather than recursion, for models that are nested deeply
    while pending:
        part: Any = pending.pop()  # whatever is no list is an array: a notebook class returns what it likes
        if isinstance(part, (list, tuple)):
            pending.extend(reversed(part))
        elif part is not None:
            yield part


def floating_dtype(array: Array) -> np.dtype[Any]:
    """Return the dtype that a component computes in: a floating array's own, and for integers NumPy's choice.

    That is what NumPy promotes them to beside float32.

    Raises:
        TypeError: if it holds no real numbers, but objects, texts or complex ones.

    >>> import numpy as np
    >>> floating_dtype(np.zeros(1, np.float16)), floating_dtype(np.zeros(1, np.uint8)), floating_dtype(np.arange(2))
    (dtype('float16'), dtype('float32'), dtype('float64'))
    """
    dtype = array.dtype
    if dtype.kind != "f":
        if dtype.kind not in "biu":
            raise TypeError(f"expected an array of real numbers, received {describe(array)}")
        dtype = np.result_type(dtype, np.float32)
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def accumulation_dtype(array: Array) -> np.dtype[Any]:
    """Return the dtype that a component sums in: `floating_dtype`, but float32 for half precision, which ends at 65504.

    >>> import numpy as np
    >>> accumulation_dtype(np.zeros(1, np.float16)), accumulation_dtype(np.zeros(1))
    (dtype('float32'), dtype('float64'))
    """
    dtype = floating_dtype(array)
    return np.dtype(np.float32) if dtype.char == "e" else dtype


def as_floating(array: Array) -> Array:
    """Return a floating array itself, and integers (an image of uint8, say) as a floating copy."""
    dtype = array.dtype
    if dtype.kind == "f" and dtype.isnative:  # nearly always, and in every call of every layer
        return array
    return array.astype(floating_dtype(array), copy=False)


def at_least_double(value: npt.ArrayLike) -> Array:
    """Return numbers in float64, or in what they have if that is wider: the precision that constants are folded in.

    >>> import numpy as np
    >>> at_least_double(np.zeros(1, np.float32)).dtype
    dtype('float64')
    """
    array = np.asarray(value)
    return array.astype(np.result_type(array.dtype, np.float64), copy=False)


def in_memory_order(array: Array) -> Array:
    """View an array with its axes in the order in which they lie in memory, so that a pass over it runs straight on.

    Convolutions leave images with the batch innermost: a transposed view of a contiguous array. What is computed
    element by element needs no other order, and laying it out anew would take several times as long as that.
    An array that is contiguous already is returned itself, and so is one that is contiguous in no order of its axes.

    >>> import numpy as np
    >>> in_memory_order(np.zeros((3, 4, 2)).transpose(2, 0, 1)).shape
    (3, 4, 2)
    """
    if array.flags.c_contiguous:
        return array
    strides = array.strides
    view: Array = array.transpose(sorted(range(array.ndim), key=strides.__getitem__, reverse=True))
    return view if view.flags.c_contiguous else array
