"""`Source`: where a data set comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from minnet_core.nn import Component

from ..dataset import Dataset


class Source(Component, ABC):
    """A place that a data set comes from; its configuration is the arguments of its constructor.

    Whoever writes one derives from this class, and names it in the entry-point group ``minnet.datasets`` of a package.
    The constructor takes what TOML can hold, and does nothing that takes long; `load` does.
    One seed must give one data set, always: whether data have changed is checked when a model is evaluated.

    >>> import numpy as np
    >>> class Parity(Source):
    ...     def __init__(self, bits: int = 4) -> None:
    ...         self.bits = bits
    ...
    ...     def load(self) -> Dataset:
    ...         features = (np.arange(2**self.bits)[:, None] >> np.arange(self.bits)) & 1
    ...         return Dataset("parity", features, features.sum(axis=1) % 2, ("even", "odd"))
    >>> Parity(3).load().features.shape
    (8, 3)
    """

    PATHS: ClassVar[tuple[str, ...]] = ()
    """Arguments that are paths: in an experiment, relative ones start at the folder of its file."""

    def __init__(self) -> None:  # that of object would seem to take anything
        pass

    @abstractmethod
    def load(self) -> Dataset:
        """Return the data set.

        Raises:
            DataError: if there is none, or it cannot be used.
        """
