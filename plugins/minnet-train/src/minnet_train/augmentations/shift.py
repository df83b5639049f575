"""`Shift`: images that are moved by some pixels."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from minnet_core import Array, Example

from .augmentation import Augmentation, expect_images


class Shift(Augmentation):
    """Moves each image by up to some whole pixels, up or down and left or right, each way being as likely.

    torchvision: ``RandomCrop`` of the size of the image with ``padding=pixels``.

    Args:
        pixels: how far at most.
        fill: what is where nothing was: 0 in prepared images is black, or the mean of standardized ones.

    >>> moved, _ = Shift(1).augment(np.ones((1, 1, 3, 3)), np.ones((1, 1)), np.random.default_rng(3))
    >>> moved[0, 0].tolist()
    [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """

    MOVES = True
    EXAMPLES = (
        Example(input=(6, 3, 5, 4), rejected_arguments=[{"pixels": 0}, {"pixels": 1.5}]),
        Example(arguments={"pixels": 3, "fill": -1.0}, input=(5, 1, 4, 7)),
    )

    def __init__(self, pixels: int = 1, fill: float = 0.0) -> None:
        if type(pixels) is not int or pixels < 1:
            raise ValueError(f"Shift: expected pixels to be an integer of at least 1, received {pixels!r}")
        self.pixels = pixels
        self.fill = float(fill)

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the moved images; see `Augmentation.augment`."""
        expect_images(self, inputs)
        down, right = rng.integers(0, 2 * self.pixels + 1, (2, len(inputs)))
        margins = ((0, 0), (0, 0), (self.pixels, self.pixels), (self.pixels, self.pixels))
        padded = np.pad(inputs, margins, constant_values=inputs.dtype.type(self.fill))
        windows = sliding_window_view(padded, inputs.shape[2:], (2, 3))
        return windows[np.arange(len(inputs)), :, down, right], targets
