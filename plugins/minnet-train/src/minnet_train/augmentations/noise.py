"""`Noise`: inputs with an error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .augmentation import Augmentation


class Noise(Augmentation):
    r"""Adds to each number of the inputs an error of its own, normal with a deviation of :math:`\sigma`.

    An autoencoder that is trained with it learns to take noise away, for its targets stay as they were.

    torchvision: ``GaussianNoise`` without ``clip``.

    Args:
        deviation: :math:`\sigma`, in the units of the prepared inputs.

    >>> noisy, _ = Noise(0.5).augment(np.zeros((100, 100)), np.zeros((100, 1)), np.random.default_rng(0))
    >>> round(float(noisy.std()), 1)
    0.5
    """

    EXAMPLES = (
        Example(input=(6, 3, 5, 4), rejected_arguments=[{"deviation": 0.0}, {"deviation": -1.0}]),
        Example(arguments={"deviation": 0.5}, input=(7, 4)),
    )

    def __init__(self, deviation: float = 0.1) -> None:
        if not 0 < deviation < float("inf"):
            raise ValueError(f"Noise: expected a deviation above 0, received {deviation!r}")
        self.deviation = float(deviation)

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the inputs with noise; see `Augmentation.augment`."""
        dtype = np.float64 if inputs.dtype == np.float64 else np.float32
        noise = rng.standard_normal(inputs.shape, dtype)
        noise *= self.deviation
        noise += inputs
        return noise.astype(inputs.dtype, copy=False), targets
