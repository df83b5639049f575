"""`Digits`: the embedded handwritten digits."""

from __future__ import annotations

from ..dataset import Dataset
from ..digits import load_digits
from .source import Source


class Digits(Source):
    """1,797 images of handwritten digits, 8 by 8 pixels of 0 to 16, that come with this package.

    >>> Digits().load().features.shape
    (1797, 64)
    """

    def load(self) -> Dataset:
        """Return the data set."""
        return load_digits()
