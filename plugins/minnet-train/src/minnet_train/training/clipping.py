"""Clipping: large gradients are made smaller, in place."""

from __future__ import annotations

import math

import numpy as np
from attrs import field, frozen

from minnet_core import Array
from minnet_core.nn import euclidean_norm

from ..validators import positive_or_none


@frozen(kw_only=True)
class Clipping:
    """What happens to the flat vector of gradients before a step.

    Attributes:
        clip_value: no element is larger than this, or smaller than its negative; None for no limit.
        clip_norm: the Euclidean norm of the whole, after that, is at most this; None for no limit.

    >>> gradients = np.array([3.0, -4.0])
    >>> Clipping(clip_norm=1.0)(gradients)
    5.0
    >>> gradients.round(3)
    array([ 0.6, -0.8])
    """

    clip_value: float | None = field(default=None, validator=positive_or_none)
    clip_norm: float | None = field(default=None, validator=positive_or_none)

    def __bool__(self) -> bool:
        return self.clip_value is not None or self.clip_norm is not None

    def __call__(self, gradients: Array) -> float:
        """Clip in place.

        Returns:
            The norm before it was limited, 0 without ``clip_norm``; if it is nan or infinite, it is not limited.
        """
        if self.clip_value is not None:
            np.clip(gradients, -self.clip_value, self.clip_value, out=gradients)
        if self.clip_norm is None:
            return 0.0
        before = euclidean_norm(gradients)
        coefficient = self.clip_norm / (before + 1e-6)  # as in torch.nn.utils.clip_grad_norm_
        if coefficient < 1 and before < math.inf:
            gradients *= coefficient
        return before
