"""`Augmentation`: the protocol that every augmentation follows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, ShapeError
from minnet_core.nn import Component, describe


class Augmentation(Component):
    """Changes the samples of a training batch at random.

    Whoever writes one derives from this class, defines ``augment(inputs, targets, rng)``, and names it in the
    entry-point group ``minnet.augmentations`` of a package. It remembers nothing from one batch to the next, and draws
    from ``rng`` alone, which the trainer makes anew for each batch of its epoch: so a training that is resumed has the
    same batches, bit for bit, whoever prepares them and when.

    >>> import numpy as np
    >>> class Negative(Augmentation):
    ...     def augment(self, inputs, targets, rng):
    ...         signs = rng.choice([-1, 1], (len(inputs), *[1] * (inputs.ndim - 1)))
    ...         return inputs * signs.astype(inputs.dtype), targets
    >>> inputs, _ = Negative().augment(np.ones((3, 2)), np.ones((3, 1)), np.random.default_rng(0))
    >>> np.abs(inputs).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    """

    MOVES: ClassVar[bool] = False
    """Whether it moves the numbers of an input to other places, so that a target that is the clean input, as that of an
    autoencoder, would no longer fit."""

    def __init__(self) -> None:  # that of object would seem to take anything
        pass

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return inputs and targets of the same shapes and types; every augmentation overrides this.

        Args:
            inputs: of a network, prepared, (batch, ...); not written to.
            targets: one-hot rows, or the values of a regression, (batch, outputs); not written to.
            rng: draws all that is random.
        """
        raise NotImplementedError(f"{type(self).__name__} must define augment(inputs, targets, rng)")


def expect_images(augmentation: object, inputs: Array) -> None:
    """Check that inputs are images.

    Raises:
        ShapeError: if they are not (batch, channels, height, width).
    """
    if inputs.ndim != 4:
        raise ShapeError(
            f"{augmentation!r}: expected images (batch, channels, height, width), received {describe(inputs)}"
        )
