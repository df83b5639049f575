"""`DistKLDivCriterion`: the Kullback-Leibler divergence of a distribution from log-probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share


class DistKLDivCriterion(Criterion):
    r"""Kullback-Leibler divergence of the target from log-probabilities; both of one shape ``(batch, ...)``.

    The target is probabilities :math:`t`, or with ``log_target=True`` their logarithms:

    .. math:: L = \frac1N \sum_{sj} t_{sj} (\log t_{sj} - x_{sj})

    What has the probability 0 in the target counts 0, even where :math:`x` is :math:`-\infty`.

    Backward, as :math:`L` is linear in :math:`x`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = -\frac{t_{sj}}N

    PyTorch: ``torch.nn.KLDivLoss(reduction="batchmean", log_target=...)``, and with ``mean="elements"`` its ``"mean"``;
    there a logarithm of :math:`-\infty` that meets a probability of 0 gives nan, and so does a negative probability,
    which is an error here. A target of another shape is an error, and so is an empty batch.

    Args:
        log_target: whether the target is logarithms.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import DistKLDivCriterion
    >>> round(DistKLDivCriterion().forward(np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([[1.0, 0.0], [0.25, 0.75]])), 4)
    0.3466
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 5)],
            target="probabilities",
            traits={"log-probability-input"},
            rejects=[lambda criterion: criterion.forward(np.zeros((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}],
            reference=Reference("torch.nn.KLDivLoss", {"reduction": "batchmean"}),
        ),
        Example(
            arguments={"log_target": True, "mean": "elements"},
            input=(4, 3),
            target="log-probabilities",
            traits={"log-probability-input"},
            reference=Reference("torch.nn.KLDivLoss", {"reduction": "mean", "log_target": True}),
        ),
    )

    def __init__(self, log_target: bool = False, mean: str = "batch") -> None:
        super().__init__()
        self.log_target = log_target
        self.mean = mean_over("DistKLDivCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        _, t = matched(self, input, target)
        gradient = (np.exp(t) if self.log_target else t) * t.dtype.type(-share(self.mean, input.shape))
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, t = matched(self, input, target)
        if self.log_target:
            logarithms, probabilities = t, np.exp(t)
        else:
            if t.min() < 0:
                raise ValueError(f"DistKLDivCriterion: expected a target of 0 or more, received {t.min()}")
            logarithms, probabilities = np.log(np.maximum(t, np.finfo(t.dtype).tiny)), t
        with np.errstate(invalid="ignore"):  # of infinite logarithms, which count 0 with a probability of 0
            losses = logarithms - x
            losses *= probabilities
            sums = row_sums(losses)
        if np.isfinite(sums).all():
            return sums
        losses[probabilities == 0] = 0
        return row_sums(losses)
