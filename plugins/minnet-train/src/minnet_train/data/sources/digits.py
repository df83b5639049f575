"""The embedded data set: 1,797 images of handwritten digits."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from minnet_core import Example

from ..dataset import Dataset
from ..pixels import Pixels
from .source import DIGITS, Source

ATTRIBUTION = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
    "UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0"
)


def load_digits(images: bool = False) -> Dataset:
    """Load the test set of the UCI handwritten digits: 8x8 images with values from 0 to 16, and 10 classes.

    Args:
        images: whether a network takes them as (batch, 1, 8, 8) rather than as (batch, 64).

    ``LICENSE-digits.md`` beside the file says where it comes from and how its file was made.

    >>> load_digits().features.shape
    (1797, 64)
    """
    path = files("minnet_train.data") / "digits.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        features, labels = arrays["images"].astype(np.float32), arrays["labels"].astype(np.int64)
    image = Pixels(1, 8, 8) if images else None
    return Dataset(DIGITS, features, labels, tuple(range(10)), attribution=ATTRIBUTION, image=image)


class Digits(Source):
    """1,797 images of handwritten digits, 8 by 8 pixels of 0 to 16, that come with this package.

    Args:
        images: whether a network takes them as images, (batch, 1, 8, 8), rather than as rows of 64 numbers.

    >>> Digits().load().features.shape
    (1797, 64)
    """

    EXAMPLES = (Example(), Example(arguments={"images": True}))

    def __init__(self, images: bool = False) -> None:
        self.images = images

    def load(self) -> Dataset:
        """Return the data set."""
        return load_digits(self.images)
