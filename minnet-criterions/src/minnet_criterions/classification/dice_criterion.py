"""`DiceCriterion`: how little two sets overlap, for segmentation."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import floating_dtype, positive_float

from ..batch import matched, mean_loss, row_dots, row_sums


class DiceCriterion(Criterion):
    r"""1 less the Dice coefficient of each sample's probabilities and target; both of one shape ``(batch, ...)``.

    All elements of a sample are one set, of which the target says what belongs to it, as 0 and 1 or as shares; the
    input is probabilities. With :math:`I_s` what both have, and :math:`\epsilon` = ``smooth``:

    .. math:: L = \frac1N \sum_s \Bigl(1 - \frac{2 I_s + \epsilon}{S_s + \epsilon}\Bigr), \qquad
              I_s = \sum_j x_{sj} t_{sj}, \qquad S_s = \sum_j (x_{sj} + t_{sj})

    Backward, by the quotient rule, as :math:`\partial I_s / \partial x_{sj} = t_{sj}` and
    :math:`\partial S_s / \partial x_{sj} = 1`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac1N \cdot
              \frac{2 I_s + \epsilon - 2 t_{sj} (S_s + \epsilon)}{(S_s + \epsilon)^2}

    It does not matter how large a set is in its image: what cross-entropy would leave out as rare counts as much.
    A sample counts as a whole, so there is no mean over elements.

    PyTorch has none. The paper sums squares in the denominator; this is the form without, as in most programs.
    A target of another shape is an error, and so is an empty batch.

    Paper: Milletari and others, 2016, arXiv:1606.04797.

    Args:
        smooth: :math:`\epsilon`, above 0: two empty sets have the loss 0.

    >>> import numpy as np
    >>> from minnet_criterions import DiceCriterion
    >>> DiceCriterion().forward(np.array([[1.0, 1.0, 0.5, 0.0]]), np.array([[1, 1, 0, 0]])) == 1 - 5 / 5.5
    True
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="binary",
            traits={"unit-interval-input"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"smooth": 0.0}],
        ),
        Example(arguments={"smooth": 0.1}, input=(4, 3), target="unit-interval", traits={"unit-interval-input"}),
    )

    def __init__(self, smooth: float = 1.0) -> None:
        super().__init__()
        self.smooth = positive_float("DiceCriterion", "smooth", smooth)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self.losses(input, target), "batch", input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = matched(self, input, target)
        both, either = self._sets(x, t)
        rows = (-1, *[1] * (x.ndim - 1))
        gradient = t * (-2 / (either * len(x))).reshape(rows)
        gradient += (both / (either * either * len(x))).reshape(rows)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        both, either = self._sets(*matched(self, input, target))
        losses: Array = 1 - both / either
        return losses

    def _sets(self, x: Array, t: Array) -> tuple[Array, Array]:
        """Of each sample, twice what both sets have, and the sum of their sizes, smoothed."""
        smooth = x.dtype.type(self.smooth)
        return 2 * row_dots(x, t) + smooth, row_sums(x) + row_sums(t) + smooth
