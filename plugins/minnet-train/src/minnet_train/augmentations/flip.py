"""`Flip`: images that are mirrored."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .augmentation import Augmentation, expect_images

_AXES = {"horizontal": 3, "vertical": 2}


class Flip(Augmentation):
    """Mirrors some images.

    torchvision: ``RandomHorizontalFlip``, ``RandomVerticalFlip``.

    Args:
        direction: ``horizontal`` swaps left and right, ``vertical`` top and bottom.
        p: the probability that an image is mirrored.

    >>> Flip(p=1.0).augment(np.array([[[[1, 2, 3]]]]), np.ones((1, 1)), np.random.default_rng(0))[0].tolist()
    [[[[3, 2, 1]]]]
    """

    MOVES = True
    EXAMPLES = (
        Example(input=(6, 3, 5, 4), rejected_arguments=[{"direction": "diagonal"}, {"p": 1.5}, {"p": -0.5}]),
        Example(arguments={"direction": "vertical", "p": 0.25}, input=(7, 1, 5, 4)),
    )

    def __init__(self, direction: str = "horizontal", p: float = 0.5) -> None:
        if direction not in _AXES:
            raise ValueError(f"Flip: expected direction 'horizontal' or 'vertical', received {direction!r}")
        if not 0 <= p <= 1:
            raise ValueError(f"Flip: expected p from 0 to 1, received {p!r}")
        self.direction = direction
        self.p = float(p)

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the images, some of them mirrored; see `Augmentation.augment`."""
        expect_images(self, inputs)
        is_flipped = rng.random(len(inputs)) < self.p
        flipped = np.flip(inputs, _AXES[self.direction])
        return np.where(is_flipped[:, None, None, None], flipped, inputs), targets
