"""`Threads`: how many threads multiply the matrices of a training, and their limit while it lasts.

A product in several threads is ready when the last of them is, and on a machine that does something else too the last
one waits for its turn. On two processors with two other programs, means of milliseconds, in float32:

====================  ============  =========  ==========
multiplications       one thread    two        two, idle
====================  ============  =========  ==========
3.2 million                    0.5         95         0.1
67 million                      10        125         2.8
1.1 billion                    131        137          40
4.3 billion                    539        328         145
====================  ============  =========  ==========

From `WORTH_THREADS` on, they cost nothing even there. Below it, a training would wait for most of its time.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Self

from attrs import define, field, frozen
from threadpoolctl import ThreadpoolController

from minnet_core import Module

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables that decide how many threads multiply matrices, and so in which order they add."""

WORTH_THREADS = 2**30
"""Multiplications in a product from which on several threads are not slower than one, on a loaded machine either."""


@frozen
class Threads:
    """How many threads multiply matrices.

    Attributes:
        count: how many; 0 if nothing that can be told how many is installed.
        reason: why as many, to go after the number; may be empty.
    """

    count: int
    reason: str = ""

    @classmethod
    def chosen(
        cls, model: Module, rows: int, columns: int, *, wanted: int | None = None, is_sharded: bool = False
    ) -> Self:
        """Choose the number for a model: the one that is asked for, the user's, or one that fits its products.

        It depends on nothing but the model, the environment and the machine, so that a training is repeated exactly.

        Args:
            model: what multiplies.
            rows: the samples that it is given at a time.
            columns: the numbers of each of them.
            wanted: a number that somebody has chosen.
            is_sharded: whether batches are divided into shards, for which processes may be what there is one for each
                processor of: then one, as another number would be another result.
        """
        usual = current()
        if not usual:
            return cls(0, "left alone, as threadpoolctl does not know what multiplies")
        if wanted is not None:
            return cls(wanted)
        for name in VARIABLES:
            if os.environ.get(name):
                return cls(usual, f"by {name}")
        if is_sharded:
            return cls(1, "as batches are divided into shards, which processes may share")
        largest = largest_product(model, rows, columns)
        if largest < WORTH_THREADS:
            return cls(1, f"as its products are small, {largest:,} multiplications at most")
        return cls(usual, f"as its products are large, up to {largest:,} multiplications")

    @contextmanager
    def limit(self) -> Iterator[None]:
        """Let as many threads multiply while the context lasts, and as many as before when it ends, however it does."""
        if not self.count:
            yield
            return
        _limits.enter(self.count)
        try:
            yield
        finally:
            _limits.leave()

    def __str__(self) -> str:
        return ", ".join(filter(None, [str(self.count or ""), self.reason]))


def largest_product(model: Module, rows: int, columns: int) -> int:
    """Estimate the multiplications of the largest product of a matrix of parameters with a batch.

    A matrix is multiplied once by each row; an array of more axes, as a convolution has, at each place of it, of which
    there are as many as columns at most.
    """
    sizes = (
        math.prod(array.shape) * (1 if array.ndim == 2 else columns)
        for array in model.namedParameters().values()
        if array.ndim >= 2
    )
    return rows * max(sizes, default=0)


def current() -> int:
    """How many threads multiply matrices now; 0 if that cannot be told."""
    numbers = [library["num_threads"] for library in _controller().info()]
    return max(numbers, default=0)


@cache
def _controller() -> ThreadpoolController:
    """Find the libraries that multiply, which NumPy has loaded by now."""
    return ThreadpoolController().select(user_api="blas")


@define
class _Limits:
    """The limits that hold now: the number belongs to the process, and trainings may run in several of its threads."""

    _lock: Lock = field(factory=Lock)
    _depth: int = 0
    _before: list[int] = field(factory=list)

    def enter(self, count: int) -> None:
        with self._lock:
            libraries = _controller().lib_controllers
            if not self._depth:
                self._before = [library.num_threads for library in libraries]
            self._depth += 1
            for library in libraries:
                library.set_num_threads(count)

    def leave(self) -> None:
        with self._lock:
            self._depth -= 1
            if not self._depth:
                for library, count in zip(_controller().lib_controllers, self._before, strict=True):
                    library.set_num_threads(count)


_limits = _Limits()
