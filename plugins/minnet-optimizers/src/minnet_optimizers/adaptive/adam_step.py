"""`adam_step`: what all forms of Adam do to an array."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .moments import update_moments


def adam_step(
    parameters: Array, gradients: Array, m: Array, v: Array, *, betas: tuple[float, float], lr: float, eps: float
) -> None:
    r"""Update ``parameters`` and both moments in place; the bias corrections are in ``lr`` and ``eps``.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1)\,g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2, \qquad
              \theta \leftarrow \theta - \frac{\mathrm{lr}\; m}{\sqrt v + \mathrm{eps}}
    """
    scratch = np.empty_like(parameters)
    update_moments(m, v, gradients, betas, scratch)
    np.sqrt(v, out=scratch)
    scratch += eps
    np.divide(m, scratch, out=scratch)
    scratch *= lr
    parameters -= scratch
