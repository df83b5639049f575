"""`ParallelCriterion`: a loss for each array of a table, added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minnet_core import Array, Criterion, Example, ShapeError
from minnet_core.nn import Tensor, describe

from ..classification import CrossEntropyCriterion
from ..regression import AbsCriterion, MSECriterion
from .parts import add_scaled, describe_parts, part_losses, read_parts, scaled


class ParallelCriterion(Criterion):
    r"""The weighted sum of several criterions, the first of the first part of the input and the target, and so on.

    Input and target are tuples with a part for each criterion, which may be tuples again. With ``repeat_target``, the
    target is one that all have. With the criterions :math:`L_i` and their weights :math:`w_i`, 1 by default:

    .. math:: L(x, t) = \sum_i w_i\, L_i(x_i, t_i)

    Backward, as each part of the input is in one term:

    .. math:: \frac{\partial L}{\partial x_i} = w_i\, \frac{\partial L_i}{\partial x_i}

    Each criterion divides by the batch, so the sum does: networks with several outputs learn by it. In an experiment::

        criterion = { class = "ParallelCriterion", criterions = [{ class = "MSECriterion" },
                      { class = "CrossEntropyCriterion" }], weights = [1.0, 0.5] }

    PyTorch has none, one adds. Torch7's is filled by ``add(criterion, weight)``.

    Args:
        criterions: one or more.
        weights: one for each.
        repeat_target: whether all have one target.

    >>> import numpy as np
    >>> from minnet_criterions import AbsCriterion, MSECriterion, ParallelCriterion
    >>> criterion = ParallelCriterion([MSECriterion(), AbsCriterion()], weights=[1.0, 0.5])
    >>> criterion.forward((np.array([[3.0]]), np.array([[7.0]])), (np.array([[1.0]]), np.array([[1.0]])))
    7.0
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            arguments={"criterions": [MSECriterion(), CrossEntropyCriterion()], "weights": [1.0, 0.5]},
            input=((4, 3), (4, 2)),
            target="4,3:real;4:classes<2",
            rejects=[(4, 3), ((4, 3), (4, 2), (4, 2))],
            rejected_arguments=[{"criterions": []}, {"criterions": ["MSECriterion"]}, {"weights": [1.0]}],
        ),
        Example(
            arguments={"criterions": [MSECriterion(), AbsCriterion()], "repeat_target": True},
            input=((4, 3), (4, 3)),
            target="real",
            traits={"kinks"},
        ),
    )

    def __init__(
        self, criterions: Sequence[Criterion], weights: Sequence[float] | None = None, repeat_target: bool = False
    ) -> None:
        super().__init__()
        self.criterions, self.weights = read_parts("ParallelCriterion", criterions, weights)
        self.repeat_target = repeat_target

    def updateOutput(self, input: Tensor, target: Tensor) -> float:
        loss = sum(weight * criterion.forward(*pair) for criterion, weight, pair in self._parts(input, target))
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: Tensor) -> Tensor:
        self.gradInput = tuple(
            scaled(criterion.backward(*pair), weight) for criterion, weight, pair in self._parts(input, target)
        )
        return self.gradInput

    def losses(self, input: Tensor, target: Tensor) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        (first, weight, pair), *others = self._parts(input, target)
        losses = scaled(part_losses(first, *pair), weight)
        for criterion, weight, pair in others:
            add_scaled(losses, part_losses(criterion, *pair), weight)
        return losses  # type: ignore[no-any-return]  # of an array, an array

    def _parts(self, input: Tensor, target: Tensor) -> Iterator[tuple[Criterion, float, tuple[Tensor, Tensor]]]:
        """Each criterion with its weight, its input and its target."""
        count = len(self.criterions)
        targets = (target,) * count if self.repeat_target else target
        for name, given in (("input", input), ("target", targets)):
            if not isinstance(given, tuple) or len(given) != count:
                raise ShapeError(f"{self}: expected {name} to be a tuple of {count}, received {describe(given)}")
        return zip(self.criterions, self.weights, zip(input, targets, strict=True), strict=True)

    def __repr__(self) -> str:
        return f"ParallelCriterion({describe_parts(self.criterions, self.weights)})"
