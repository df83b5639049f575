"""Weight decay as a part of the gradient (L2 regularization)."""

from __future__ import annotations

from minnet_core import Array


def with_weight_decay(gradients: Array, parameters: Array, weight_decay: float) -> Array:
    r"""Return the gradients of :math:`L + \tfrac{\lambda}{2}\lVert\theta\rVert^2`, which are :math:`g + \lambda\theta`.

    The result is ``gradients`` itself when ``weight_decay`` is 0, so it must not be written to.

    >>> import numpy as np
    >>> with_weight_decay(np.array([1.0, 1.0]), np.array([2.0, 4.0]), 0.5)
    array([2., 3.])
    """
    if not weight_decay:
        return gradients
    decayed = parameters * weight_decay
    decayed += gradients
    return decayed
