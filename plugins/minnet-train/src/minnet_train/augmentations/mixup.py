"""`Mixup`: samples that are blends of two."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .augmentation import Augmentation


class Mixup(Augmentation):
    r"""Blends each sample with another one of its batch, inputs and targets alike.

    With :math:`\lambda` drawn from :math:`\mathrm{Beta}(\alpha, \alpha)` for each sample,

    .. math:: \tilde x = \lambda x_i + (1 - \lambda)\,x_j, \qquad \tilde t = \lambda t_i + (1 - \lambda)\,t_j

    Targets of classes become fractions, which the criterion must take. A metric of classes that is computed on such
    batches counts the larger fraction as the class; the weight of a blend is that of its sample :math:`i`.

    torchvision: ``MixUp``, which draws one :math:`\lambda` for a batch.

    H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, *mixup: Beyond Empirical Risk Minimization*, ICLR 2018.

    Args:
        alpha: the larger, the more even the blends; 1 draws all alike.

    >>> _, targets = Mixup(1.0).augment(np.eye(4), np.eye(4), np.random.default_rng(0))
    >>> targets.sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    EXAMPLES = (
        Example(input=(6, 3, 5, 4), rejected_arguments=[{"alpha": 0.0}, {"alpha": -1.0}]),
        Example(arguments={"alpha": 1.0}, input=(7, 4)),
    )

    def __init__(self, alpha: float = 0.2) -> None:
        if not 0 < alpha < float("inf"):
            raise ValueError(f"Mixup: expected alpha above 0, received {alpha!r}")
        self.alpha = float(alpha)

    def augment(self, inputs: Array, targets: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the blends; see `Augmentation.augment`."""
        other = rng.permutation(len(inputs))
        part = rng.beta(self.alpha, self.alpha, len(inputs))
        return _blended(inputs, other, part), _blended(targets, other, part)


def _blended(values: Array, other: Array, part: Array) -> Array:
    own = part.astype(values.dtype).reshape(-1, *[1] * (values.ndim - 1))
    blend: Array = own * values + (1 - own) * values[other]
    return blend
