"""The embedded data set: 1,797 images of handwritten digits."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from ..dataset import Dataset
from .source import DIGITS, Source

ATTRIBUTION = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
    "UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0"
)


def load_digits() -> Dataset:
    """Load the test set of the UCI handwritten digits: 8x8 images with values from 0 to 16, and 10 classes.

    ``LICENSE-digits.md`` beside the file says where it comes from and how its file was made.

    >>> load_digits().features.shape
    (1797, 64)
    """
    path = files("minnet_train.data") / "digits.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        images, labels = arrays["images"].astype(np.float32), arrays["labels"].astype(np.int64)
    return Dataset(DIGITS, images, labels, tuple(range(10)), attribution=ATTRIBUTION)


class Digits(Source):
    """1,797 images of handwritten digits, 8 by 8 pixels of 0 to 16, that come with this package.

    >>> Digits().load().features.shape
    (1797, 64)
    """

    def load(self) -> Dataset:
        """Return the data set."""
        return load_digits()
