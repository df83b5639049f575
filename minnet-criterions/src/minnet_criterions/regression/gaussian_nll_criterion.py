"""`GaussianNLLCriterion`: negative log-likelihood of normal distributions, of which mean and variance are learned."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Criterion, Example, expect_shape
from minnet_core.nn import Tensor, floating_dtype, positive_float

from ..arguments import mean_over
from ..batch import matched_parts, mean_loss, row_sums, sample_losses, share


class GaussianNLLCriterion(Criterion):
    r"""Negative log-likelihood under normal distributions; input ``(mean, variance)``, both of the target's shape.

    With the variance :math:`v`, or :math:`\epsilon` if that is larger, and the difference :math:`d = \mu - t`:

    .. math:: L = \frac1{2N} \sum_{sj} \Bigl(\log v_{sj} + \frac{d_{sj}^2}{v_{sj}}\Bigr)

    Backward, term by term; the bound counts as the identity, so a variance of 0 still gets a gradient:

    .. math:: \frac{\partial L}{\partial \mu_{sj}} = \frac{d_{sj}}{N v_{sj}}, \qquad
              \frac{\partial L}{\partial v_{sj}} = \frac1{2N v_{sj}} \Bigl(1 - \frac{d_{sj}^2}{v_{sj}}\Bigr)

    PyTorch: ``torch.nn.GaussianNLLLoss(full=full, eps=eps)(mean, target, variance)`` with ``mean="elements"``; with
    ``mean="batch"`` its ``reduction="sum"``, divided by :math:`N`. One variance for all features is no input here.
    A target of another shape is an error, and so are an empty batch and a negative variance.

    Paper: Nix and Weigend, 1994, "Estimating the mean and variance of the target probability distribution".

    Args:
        full: whether the constant :math:`\frac12\log 2\pi` of each element is added.
        eps: :math:`\epsilon`, the least variance that is divided by.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import GaussianNLLCriterion
    >>> GaussianNLLCriterion().forward((np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]])), np.array([[3.0, 2.0]]))
    2.0
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            input=["4,3;4,3:positive", "5;5:positive", "2,3,2;2,3,2:positive"],
            target="real",
            rejects=[lambda criterion: criterion.forward((np.ones((3, 2)), np.ones((3, 1))), np.ones((3, 2)))],
            rejected_arguments=[{"mean": "features"}, {"eps": 0.0}],
        ),
        Example(arguments={"full": True, "mean": "elements"}, input="4,3;4,3:positive", target="real"),
    )

    def __init__(self, full: bool = False, eps: float = 1e-6, mean: str = "batch") -> None:
        super().__init__()
        self.full = full
        self.eps = positive_float("GaussianNLLCriterion", "eps", eps)
        self.mean = mean_over("GaussianNLLCriterion", mean)

    def updateOutput(self, input: Tensor, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, target.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: Array) -> Tensor:
        difference, variance = self._read(input, target)
        factor = share(self.mean, target.shape)
        slopes = difference / variance
        of_variance = difference
        of_variance *= slopes
        np.subtract(1, of_variance, of_variance)
        of_variance /= variance
        of_variance *= factor / 2
        slopes *= factor
        self.gradInput = tuple(
            gradient.astype(floating_dtype(part), copy=False)
            for gradient, part in zip((slopes, of_variance), input, strict=True)
        )
        return self.gradInput

    def losses(self, input: Tensor, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, target.shape)

    def _sums(self, input: Tensor, target: Array) -> Array:
        """The sum over the features of each sample."""
        losses, variance = self._read(input, target)
        losses *= losses
        losses /= variance
        losses += np.log(variance)
        losses *= 0.5
        if self.full:
            losses += 0.5 * math.log(2 * math.pi)
        return row_sums(losses)

    def _read(self, input: Tensor, target: Array) -> tuple[Array, Array]:
        """The differences from the means, and what is divided by."""
        mean, variance = matched_parts(self, input, 2)
        expect_shape(self, target, mean.shape, "target")
        if variance.min() < 0:
            raise ValueError(f"GaussianNLLCriterion: expected variances of 0 or more, received {variance.min()}")
        return np.subtract(mean, target, dtype=mean.dtype), np.maximum(variance, self.eps)
