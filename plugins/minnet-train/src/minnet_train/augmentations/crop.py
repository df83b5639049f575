"""`Crop`: parts of images, enlarged."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .augmentation import Augmentation, expect_images


class Crop(Augmentation):
    """Takes a part of each image anywhere in it, and enlarges it to the size of the image.

    Between the centres of pixels it is linear in both directions; the part has the proportions of the image.

    torchvision: ``RandomResizedCrop(size, scale=(smallest**2, 1), ratio=(1, 1))`` of square images, but that the side
    of the part is drawn evenly, rather than its area.

    Args:
        smallest: the least fraction of the height, and of the width, that the part has.

    >>> image = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> part, _ = Crop(0.5).augment(image, np.ones((1, 1)), np.random.default_rng(0))
    >>> part.shape, bool(part.min() >= 0), bool(part.max() <= 15)
    ((1, 1, 4, 4), True, True)
    """

    MOVES = True
    EXAMPLES = (
        Example(input=(6, 3, 5, 4), rejected_arguments=[{"smallest": 0.0}, {"smallest": 1.5}]),
        Example(arguments={"smallest": 0.5}, input=(4, 1, 6, 7)),
    )

    def __init__(self, smallest: float = 0.8) -> None:
        if not 0 < smallest <= 1:
            raise ValueError(f"Crop: expected smallest above 0 and at most 1, received {smallest!r}")
        self.smallest = float(smallest)

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the enlarged parts; see `Augmentation.augment`."""
        expect_images(self, inputs)
        side = rng.uniform(self.smallest, 1, len(inputs))
        top, left = rng.random((2, len(inputs))) * (1 - side)
        return _resampled(_resampled(inputs, top, side, 2), left, side, 3), targets


def _resampled(images: Array, start: Array, side: Array, axis: int) -> Array:
    """Enlarge the part of an axis that begins at ``start`` and has the length ``side``, both fractions, for each image.

    The centre of pixel i of the result is at ``(start + (i + 1/2) / n * side) * n - 1/2`` in the image.
    """
    n = images.shape[axis]
    places = np.clip((start[:, None] + (np.arange(n) + 0.5) / n * side[:, None]) * n - 0.5, 0, n - 1)
    before = np.minimum(places.astype(np.intp), max(n - 2, 0))
    shape = [len(images), 1, 1, 1]
    shape[axis] = n
    after = np.minimum(before + 1, n - 1).reshape(shape)
    fraction = (places - before).astype(images.dtype).reshape(shape)
    low = np.take_along_axis(images, before.reshape(shape), axis)
    high = np.take_along_axis(images, after, axis)
    result: Array = low + fraction * (high - low)
    return result
