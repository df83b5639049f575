"""`MultiCriterion`: several losses of one input, added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import Tensor

from ..regression import AbsCriterion, GaussianNLLCriterion, MSECriterion
from .parts import add_scaled, describe_parts, part_losses, read_parts, scaled


class MultiCriterion(Criterion):
    r"""The weighted sum of several criterions, all of the same input and target, whatever these are.

    With the criterions :math:`L_i` and their weights :math:`w_i`, 1 by default:

    .. math:: L(x, t) = \sum_i w_i\, L_i(x, t)

    Backward, as the sum is linear:

    .. math:: \frac{\partial L}{\partial x} = \sum_i w_i\, \frac{\partial L_i}{\partial x}

    Each criterion divides by the batch, so the sum does. In an experiment::

        criterion = { class = "MultiCriterion", criterions = [{ class = "MSECriterion" }, { class = "AbsCriterion" }],
                      weights = [1.0, 0.5] }

    PyTorch has none, one adds. Torch7's is filled by ``add(criterion, weight)``.

    Args:
        criterions: one or more.
        weights: one for each.

    >>> import numpy as np
    >>> from minnet_criterions import AbsCriterion, MSECriterion, MultiCriterion
    >>> criterion = MultiCriterion([MSECriterion(), AbsCriterion()], weights=[1.0, 0.5])
    >>> criterion
    MultiCriterion(MSECriterion, 0.5 * AbsCriterion)
    >>> criterion.forward(np.array([[3.0]]), np.array([[1.0]]))
    5.0
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            arguments={"criterions": [MSECriterion(), AbsCriterion()], "weights": [1.0, 0.5]},
            input=[(4, 3), (5,)],
            target="real",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"criterions": []}, {"criterions": ["MSECriterion"]}, {"weights": [1.0]}],
        ),
        Example(
            arguments={"criterions": [GaussianNLLCriterion(), GaussianNLLCriterion(full=True)]},
            input="4,3;4,3:positive",
            target="real",
        ),
    )

    def __init__(self, criterions: Sequence[Criterion], weights: Sequence[float] | None = None) -> None:
        super().__init__()
        self.criterions, self.weights = read_parts("MultiCriterion", criterions, weights)

    def updateOutput(self, input: Tensor, target: Tensor) -> float:
        pairs = zip(self.criterions, self.weights, strict=True)
        loss = sum(weight * criterion.forward(input, target) for criterion, weight in pairs)
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: Tensor) -> Tensor:
        gradient = scaled(self.criterions[0].backward(input, target), self.weights[0])
        for criterion, weight in zip(self.criterions[1:], self.weights[1:], strict=True):
            add_scaled(gradient, criterion.backward(input, target), weight)
        self.gradInput = gradient
        return gradient

    def losses(self, input: Tensor, target: Tensor) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        losses = scaled(part_losses(self.criterions[0], input, target), self.weights[0])
        for criterion, weight in zip(self.criterions[1:], self.weights[1:], strict=True):
            add_scaled(losses, part_losses(criterion, input, target), weight)
        return losses  # type: ignore[no-any-return]  # of an array, an array

    def __repr__(self) -> str:
        return f"MultiCriterion({describe_parts(self.criterions, self.weights)})"
