"""`MultiMarginCriterion`: the hinge loss of scores of several classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import accumulation_dtype, axis_sums, finite_float, floating_dtype, positive_mask, positive_part

from ..arguments import weight_vector
from ..batch import batch_size, mean_loss
from ..targets import chosen_classes, draw_classes


class MultiMarginCriterion(Criterion):
    r"""How far the score of the class is from leading all others by a margin; input ``(batch, classes)``.

    The target is class indices, ``(batch,)`` of integers. With the class :math:`c_s` of sample :math:`s`, its weight
    :math:`w_{c_s}`, 1 by default, and :math:`C` classes:

    .. math:: L = \frac1{NC} \sum_s w_{c_s} \sum_{j \ne c_s} z_{sj}^p, \qquad
              z_{sj} = \max(0,\, m - x_{s c_s} + x_{sj})

    Backward: another class gets its own slope, and the class of the sample all of them, negative:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{w_{c_s}}{NC}\; p\,z_{sj}^{p - 1}\,[z_{sj} > 0], \qquad
              \frac{\partial L}{\partial x_{s c_s}} = -\sum_{j \ne c_s} \frac{\partial L}{\partial x_{sj}}

    PyTorch: ``torch.nn.MultiMarginLoss(p, margin, weights)``, which likewise multiplies the power by the weight, other
    than its documentation says. A target that does not fit is an error, and so is an empty batch.

    Paper: Crammer and Singer, 2001, "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines".

    Args:
        p: 1 or 2.
        margin: :math:`m`, by how much the class is to lead.
        weights: of the classes, 0 or more; all 1 by default.

    >>> import numpy as np
    >>> from minnet_criterions import MultiMarginCriterion
    >>> MultiMarginCriterion().forward(np.array([[2.0, 1.5, -1.0, 3.0]]), np.array([0]))
    0.625
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=draw_classes,
            traits={"integer-target", "kinks"},
            rejects=[(4,), (4, 3, 2)],
            rejected_arguments=[{"p": 3}, {"margin": float("nan")}, {"weights": [-1.0]}],
            reference=Reference("torch.nn.MultiMarginLoss"),
        ),
        Example(
            arguments={"p": 2, "margin": 0.5},
            input=(4, 3),
            target=draw_classes,
            traits={"integer-target"},
            reference=Reference("torch.nn.MultiMarginLoss", {"p": 2, "margin": 0.5}),
        ),
        Example(
            arguments={"weights": [1.0, 0.5, 2.0]},
            input=(4, 3),
            target=draw_classes,
            traits={"integer-target", "kinks"},
        ),
    )

    def __init__(self, p: int = 1, margin: float = 1.0, weights: npt.ArrayLike | None = None) -> None:
        super().__init__()
        if p not in (1, 2):
            raise ValueError(f"MultiMarginCriterion: expected p to be 1 or 2, received {p!r}")
        self.p = p
        self.margin = finite_float("MultiMarginCriterion", "margin", margin)
        self.weights = weight_vector("MultiMarginCriterion", "weights", weights)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self.losses(input, target), "batch", input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        short, classes, factors = self._read(input, target)
        numbers = np.arange(len(short))
        gradient = positive_mask(short) if self.p == 1 else 2 * positive_part(short)
        gradient[numbers, classes] = 0
        gradient *= (factors / len(short))[:, np.newaxis]
        gradient[numbers, classes] = -axis_sums(gradient)[:, 0]
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        short, classes, factors = self._read(input, target)
        excess = positive_part(short)
        if self.p == 2:
            excess *= excess
        excess[np.arange(len(excess)), classes] = 0
        losses: Array = axis_sums(excess)[:, 0]
        losses *= factors
        return losses

    def _read(self, input: Array, target: Array) -> tuple[Array, Array, Array]:
        """What each class is too near to the right one, which that is, and what a sample's sum is multiplied by."""
        batch_size(self, input)
        expect_shape(self, input, ("batch", "classes"))
        expect_shape(self, target, input.shape[:1], "target")
        chosen_classes(self, input, target)
        x = input.astype(accumulation_dtype(input), copy=False)
        classes = target.astype(np.intp)
        short = x + (self.margin - x[np.arange(len(x)), classes])[:, np.newaxis]
        factors = np.full(len(x), 1 / x.shape[1], x.dtype)
        if self.weights is not None:
            expect_shape(self, self.weights, x.shape[1:], "weights")
            factors *= self.weights.astype(x.dtype)[classes]
        return short, classes, factors
