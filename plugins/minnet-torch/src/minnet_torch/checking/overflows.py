"""Overflow in PyTorch as an error, where NumPy's is one: what is nan for it has no result that could be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Raises an error when an operation makes an infinity of finite numbers."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if _has_infinity(result) and not _has_infinity(args):
            raise FloatingPointError(f"overflow encountered in {func}")
        return result


@contextmanager
def overflow_as_numpy_has_it() -> Iterator[None]:
    """Raise a FloatingPointError on overflow inside ``np.errstate(over="raise")``, unless nan is to raise as well.

    >>> with np.errstate(over="raise"), overflow_as_numpy_has_it():
    ...     torch.full((1,), 1e4).exp()
    Traceback (most recent call last):
    FloatingPointError: overflow encountered in aten.exp.default
    """
    now = np.geterr()
    if now["over"] == "raise" != now["invalid"]:
        with _Watch():  # type: ignore[no-untyped-call]
            yield
    else:
        yield


def _has_infinity(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.is_floating_point() and not value.is_sparse and bool(torch.isinf(value).any())
    if isinstance(value, (tuple, list)):
        return any(map(_has_infinity, value))
    return isinstance(value, float) and np.isinf(value).item()
