"""`update_moments`: the averages of gradients and of their squares, which all forms of Adam keep."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from ..moving_average import update_average


def update_moments(m: Array, v: Array, gradients: Array, betas: tuple[float, float], scratch: Array) -> None:
    r"""Update both moments in place.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1)\,g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2

    ``scratch`` is overwritten.

    >>> m, v = np.zeros(1), np.zeros(1)
    >>> update_moments(m, v, np.array([2.0]), (0.5, 0.75), np.empty(1))
    >>> m, v
    (array([1.]), array([1.]))
    """
    update_average(m, gradients, betas[0], scratch)
    np.multiply(gradients, gradients, out=scratch)
    update_average(v, scratch, betas[1], scratch)
