"""`ClassNLLCriterion`: negative log-likelihood of log-probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import accumulation_dtype, floating_dtype

from ..targets import chosen_classes, draw_classes, draw_one_hot, weighted_sum, weighted_sums


class ClassNLLCriterion(Criterion):
    r"""Negative log-likelihood of the target, averaged over the batch; input ``(batch, classes)`` of log-probabilities.

    The target is one-hot, ``(batch, classes)`` of any dtype, or class indices, ``(batch,)`` of integers.
    Soft labels, any weights :math:`t_{sj}`, are allowed too.

    .. math:: L = -\frac1N \sum_{s=1}^N \sum_j t_{sj}\, x_{sj}

    A class of weight 0 counts 0 even if its log-probability is :math:`-\infty`.

    Backward, as :math:`L` is linear in :math:`x`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = -\frac{t_{sj}}N

    PyTorch: ``torch.nn.NLLLoss()``, which takes class indices only. An empty batch is an error here, and nan there.

    >>> import numpy as np
    >>> from minnet_criterions import ClassNLLCriterion
    >>> ClassNLLCriterion().forward(np.array([[-0.5, -1.0, -np.inf], [-0.25, -1.5, -9.0]]), np.array([1, 0]))
    0.625
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=draw_one_hot,
            traits={"log-probability-input"},
            rejects=[(4,)],
            reference=Reference("torch.nn.KLDivLoss", {"reduction": "batchmean"}),  # the same where targets are 0 and 1
        ),
        Example(
            input=[(4, 3), (2, 5)],
            target=draw_classes,
            traits={"log-probability-input", "integer-target"},
            reference=Reference("torch.nn.NLLLoss"),
        ),
    )

    def updateOutput(self, input: Array, target: Array) -> float:
        chosen = chosen_classes(self, input, target)
        total = (
            weighted_sum(target, input) if chosen is None else float(input[chosen].sum(dtype=accumulation_dtype(input)))
        )
        loss = -total / len(input)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        chosen = chosen_classes(self, input, target, is_backward=True)
        if chosen is None:
            self.gradInput = np.multiply(target, -1 / len(input), dtype=floating_dtype(input))
        else:
            self.gradInput = np.zeros(input.shape, floating_dtype(input))
            self.gradInput[chosen] = -1 / len(input)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        chosen = chosen_classes(self, input, target)
        return -(weighted_sums(target, input) if chosen is None else input[chosen])
