"""`Orthogonal`: weights that keep lengths and angles."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer

from .scales import fans, gain_of


class Orthogonal(Initializer):
    r"""Draws a matrix with orthonormal rows, or columns where it has more rows than columns, times the gain :math:`g`.

    A weight of more than two axes is such a matrix of ``(outputs, everything else)``.
    Of a matrix :math:`A` of independent normal numbers, :math:`A = QR`; :math:`Q` is uniform among all orthogonal
    matrices once the signs are those that make the diagonal of :math:`R` positive, which makes the factors unique:

    .. math:: W = g\,Q \operatorname{diag}(\operatorname{sign} R_{ii})

    PyTorch: ``torch.nn.init.orthogonal_(tensor, gain)``.

    Paper: Saxe, McClelland and Ganguli, 2013, arXiv:1312.6120; Mezzadri, 2007, arXiv:math-ph/0609050 for the signs.

    Args:
        gain: :math:`g`, a number or the name of an activation, as of `Xavier`.

    >>> import numpy as np
    >>> from minnet_layers.initializers import Orthogonal
    >>> weights = Orthogonal()((2, 3), rng=0, dtype="float64")
    >>> np.allclose(weights @ weights.T, np.eye(2))
    True
    """

    EXAMPLES = (
        Example(input=[(4, 3), (3, 4)], rejects=[(4,)], rejected_arguments=[{"gain": 0.0}]),
        Example(arguments={"gain": "relu"}, input=(4, 2, 3, 3)),
    )

    def __init__(self, gain: float | str = 1.0) -> None:
        self.gain = gain_of("Orthogonal", gain)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        fans(self, shape)  # which refuses a vector
        rows, columns = shape[0], math.prod(shape[1:])
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.where(np.diagonal(r) < 0, -self.gain, self.gain)
        return (q.T if rows < columns else q).reshape(shape)
