"""`TripletMarginCriterion`: anchors that are to be nearer to their like than to others, by a margin."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import Tensor, axis_dot, axis_sums, floating_dtype, positive_float, positive_part, sign

from ..batch import matched_parts, mean_loss
from .scaled_rows import scaled_rows


class TripletMarginCriterion(Criterion):
    r"""How far anchors are from being nearer to like than to others, by a margin; input ``(anchor, like, other)``.

    All three are ``(batch, n)``, and there is no target: None. With the distance
    :math:`d(u, v) = (\sum_j |u_j - v_j + \epsilon|^p)^{1/p}`:

    .. math:: L = \frac1N \sum_s \max\bigl(0,\, d(a_s, b_s) - d(a_s, c_s) + m\bigr)

    With ``swap=True`` the other is kept away from the like as well: if :math:`d(b_s, c_s)` is smaller, it stands in the
    place of :math:`d(a_s, c_s)`, and half of each if they are equal.

    Backward, where the margin is not kept, with the slope of a distance, 0 where both are equal but for
    :math:`\epsilon`:

    .. math:: \frac{\partial d}{\partial u_j} = -\frac{\partial d}{\partial v_j}
              = \operatorname{sign}(e_j) \Bigl(\frac{|e_j|}d\Bigr)^{p - 1}, \qquad e = u - v + \epsilon

    PyTorch: ``torch.nn.TripletMarginLoss(margin, p, eps, swap)``. Vectors of another shape are an error, not a
    broadcast, and so is an empty batch.

    Paper: Balntas and others, 2016, "Learning shallow convolutional feature descriptors with triplet losses".

    Args:
        margin: :math:`m`, above 0.
        p: of the norm that is the distance, 1 or more.
        eps: :math:`\epsilon`, 0 or more.
        swap: whether the nearer of anchor and like is what the other is kept away from.

    >>> import numpy as np
    >>> from minnet_criterions import TripletMarginCriterion
    >>> a, b, c = np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]), np.array([[0.0, 2.0]])
    >>> round(TripletMarginCriterion().forward((a, b, c), None), 4)
    4.0
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            input=((4, 3), (4, 3), (4, 3)),
            target="none",
            traits={"kinks"},
            rejects=[((4, 3), (4, 3), (4, 2)), ((4, 3), (4, 3))],
            rejected_arguments=[{"margin": 0.0}, {"p": 0.5}, {"eps": -1.0}],
            reference=Reference("torch.nn.TripletMarginLoss", {"eps": 1e-6}),
        ),
        Example(
            arguments={"margin": 2.0, "p": 3.0, "swap": True},
            input=((5, 4), (5, 4), (5, 4)),
            target="none",
            traits={"kinks"},
            reference=Reference("torch.nn.TripletMarginLoss", {"margin": 2.0, "p": 3.0, "swap": True}),
        ),
    )

    def __init__(self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False) -> None:
        super().__init__()
        self.margin = positive_float("TripletMarginCriterion", "margin", margin)
        self.p = positive_float("TripletMarginCriterion", "p", p)
        if self.p < 1:
            raise ValueError(f"TripletMarginCriterion: expected p to be 1 or more, received {p!r}")
        self.eps = positive_float("TripletMarginCriterion", "eps", eps, or_zero=True)
        self.swap = swap

    def updateOutput(self, input: Tensor, target: None) -> float:
        loss = mean_loss(self.losses(input, target), "batch", input[0].shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: None) -> Tensor:
        a, b, c = self._read(input)
        near, far = self._distance(a, b), self._distance(a, c)
        between = self._distance(b, c) if self.swap else far
        is_short = near - np.minimum(far, between) + self.margin >= 0
        factor = is_short.astype(a.dtype) / len(a)
        of_near = self._slopes(a, b, near) * factor
        swapped = factor * ((np.sign(far - between) + 1) / 2) if self.swap else 0
        of_far = self._slopes(a, c, far) * (factor - swapped)
        gradients = [of_near - of_far, -of_near, of_far]
        if self.swap:
            of_between = self._slopes(b, c, between) * swapped
            gradients[1] -= of_between
            gradients[2] += of_between
        self.gradInput = tuple(
            gradient.astype(floating_dtype(part), copy=False) for gradient, part in zip(gradients, input, strict=True)
        )
        return self.gradInput

    def losses(self, input: Tensor, target: None) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        a, b, c = self._read(input)
        far = self._distance(a, c)
        if self.swap:
            far = np.minimum(far, self._distance(b, c))
        return positive_part(self._distance(a, b) - far + self.margin)[:, 0]

    def _read(self, input: Tensor) -> tuple[Array, ...]:
        parts = matched_parts(self, input, 3)
        expect_shape(self, parts[0], ("batch", "n"))
        return parts

    def _distance(self, u: Array, v: Array) -> Array:
        """The distance of each pair, in a column."""
        scaled, sizes = scaled_rows(self._difference(u, v))
        if self.p == 2:
            return np.sqrt(axis_dot(scaled, scaled)) * sizes
        powers = np.abs(scaled, scaled)
        if self.p != 1:
            powers **= self.p
        return axis_sums(powers) ** (1 / self.p) * sizes

    def _slopes(self, u: Array, v: Array, distance: Array) -> Array:
        """The derivative of the distance of each pair by ``u``."""
        difference = self._difference(u, v)
        if self.p == 1:
            return sign(difference)
        difference /= np.where(distance == 0, 1, distance)
        return difference if self.p == 2 else np.copysign(np.abs(difference) ** (self.p - 1), difference)

    def _difference(self, u: Array, v: Array) -> Array:
        difference = u - v
        difference += self.eps
        return difference
