"""`ClassNLLCriterionUnstable`: negative log-likelihood of probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import accumulation_dtype, floating_dtype

from ..targets import chosen_classes, draw_classes, draw_one_hot, weighted_sum, weighted_sums


class ClassNLLCriterionUnstable(Criterion):
    r"""Negative log-likelihood of the target, averaged over the batch; input ``(batch, classes)`` of probabilities.

    The target is one-hot, ``(batch, classes)`` of any dtype, or class indices, ``(batch,)`` of integers.
    Soft labels, any weights :math:`t_{sj}`, are allowed too.

    .. math:: L = -\frac1N \sum_{s=1}^N \sum_j t_{sj} \log c_{sj}, \qquad
              c = \min(\max(x, \epsilon), 1 - \epsilon)

    Clipping keeps loss and gradient finite at probability 0, with :math:`\epsilon` = ``EPS`` or, if that is larger, the
    smallest normal number of the dtype. The bound :math:`1 - \epsilon` is rounded to the dtype: in float32 it is 1.

    Backward, by :math:`(\log c)' = 1/c`; the clipping counts as the identity, so a probability of 0 still gets a
    gradient that raises it:

    .. math:: \frac{\partial L}{\partial x_{sj}} = -\frac{t_{sj}}{N c_{sj}}

    PyTorch: ``torch.nn.NLLLoss()`` of ``x.clamp(eps, 1 - eps).log()``, whose gradient is 0 where it clips.
    ``ClassNLLCriterion`` after ``LogSoftMax`` is the stable way.

    >>> import numpy as np
    >>> from minnet_criterions import ClassNLLCriterionUnstable
    >>> round(ClassNLLCriterionUnstable().forward(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 1])), 3)
    17.616
    """

    EPS = 1e-15
    EXAMPLES = (
        Example(input=[(4, 3), (2, 5)], target=draw_one_hot, traits={"probability-input"}),
        Example(input=[(4, 3), (2, 5)], target=draw_classes, traits={"probability-input", "integer-target"}),
    )

    def updateOutput(self, input: Array, target: Array) -> float:
        chosen = chosen_classes(self, input, target)
        if chosen is None:
            total = weighted_sum(target, np.log(self._clip(input)))
        else:
            total = float(np.log(self._clip(input[chosen])).sum(dtype=accumulation_dtype(input)))
        loss = -total / len(input)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        chosen = chosen_classes(self, input, target, is_backward=True)
        if chosen is None:
            gradInput = np.divide(target, self._clip(input), dtype=floating_dtype(input))
            gradInput *= -1 / len(input)
        else:
            gradInput = np.zeros(input.shape, floating_dtype(input))
            gradInput[chosen] = -1 / len(input) / self._clip(input[chosen])
        self.gradInput = gradInput
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        chosen = chosen_classes(self, input, target)
        if chosen is None:
            return -weighted_sums(target, np.log(self._clip(input)))
        losses: Array = -np.log(self._clip(input[chosen]))
        return losses

    def _clip(self, input: Array) -> Array:
        epsilon = max(self.EPS, float(np.finfo(floating_dtype(input)).tiny))
        clipped: Array = np.clip(input, epsilon, 1 - epsilon)
        return clipped
