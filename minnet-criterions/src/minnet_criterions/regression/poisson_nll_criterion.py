"""`PoissonNLLCriterion`: negative log-likelihood of counts."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype, positive_float

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share


def _draw_counts(rng: np.random.Generator, shape: tuple[int, ...], dtype: object) -> Array:
    return rng.poisson(2, shape).astype(dtype)  # type: ignore[call-overload,no-any-return]  # any dtype


class PoissonNLLCriterion(Criterion):
    r"""Negative log-likelihood of counts under Poisson distributions; input and target of one shape ``(batch, ...)``.

    The input is the logarithm of the expected count, or with ``log_input=False`` the count itself:

    .. math:: L = \frac1N \sum_{sj} \bigl(e^{x_{sj}} - t_{sj}\,x_{sj}\bigr) \qquad\text{or}\qquad
              L = \frac1N \sum_{sj} \bigl(x_{sj} - t_{sj} \log(x_{sj} + \epsilon)\bigr)

    Backward, term by term:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{e^{x_{sj}} - t_{sj}}N \qquad\text{or}\qquad
              \frac{\partial L}{\partial x_{sj}} = \frac1N \Bigl(1 - \frac{t_{sj}}{x_{sj} + \epsilon}\Bigr)

    What is missing to the likelihood, :math:`\log t!`, does not depend on the input. ``full=True`` adds it, in
    Stirling's approximation :math:`t \log t - t + \frac12\log(2\pi t)` where :math:`t > 1`.

    PyTorch: ``torch.nn.PoissonNLLLoss(log_input, full, eps=eps)`` with ``mean="elements"``; with ``mean="batch"`` its
    ``reduction="sum"``, divided by :math:`N`. A target of another shape is an error, and so is an empty batch.

    Args:
        log_input: whether the input is the logarithm of what is expected.
        full: whether the loss is the whole negative log-likelihood.
        eps: :math:`\epsilon`, added to an input that is no logarithm.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import PoissonNLLCriterion
    >>> round(PoissonNLLCriterion().forward(np.log([[2.0, 4.0]]), np.array([[3, 0]])), 3)
    3.921
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target=_draw_counts,
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"eps": -1.0}],
            reference=Reference("torch.nn.PoissonNLLLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"full": True, "mean": "elements"},
            input=(4, 3),
            target=_draw_counts,
            reference=Reference("torch.nn.PoissonNLLLoss", {"full": True}),
        ),
        Example(
            arguments={"log_input": False, "eps": 1e-3},
            input=(4, 3),
            target=_draw_counts,
            traits={"positive-input"},
            reference=Reference("torch.nn.PoissonNLLLoss", {"log_input": False, "eps": 1e-3, "reduction": "sum"}),
        ),
    )

    def __init__(self, log_input: bool = True, full: bool = False, eps: float = 1e-8, mean: str = "batch") -> None:
        super().__init__()
        self.log_input, self.full = log_input, full
        self.eps = positive_float("PoissonNLLCriterion", "eps", eps)
        self.mean = mean_over("PoissonNLLCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = matched(self, input, target)
        if self.log_input:
            gradient = _exp(x)
            gradient -= t
        else:
            gradient = x + x.dtype.type(self.eps)
            np.divide(t, gradient, gradient)
            np.subtract(1, gradient, gradient)
        gradient *= share(self.mean, input.shape)
        with np.errstate(over="ignore"):  # likewise
            self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, t = matched(self, input, target)
        if self.log_input:
            losses = _exp(x)
            losses -= t * x
        else:
            losses = np.log(x + x.dtype.type(self.eps))
            losses *= t
            np.subtract(x, losses, losses)
        if self.full:
            counts = np.maximum(t, 1)
            stirling = counts * np.log(counts)
            stirling -= counts
            stirling += np.log(2 * math.pi * counts) / 2
            losses += stirling * (t > 1)
        return row_sums(losses)


def _exp(x: Array) -> Array:
    """In double precision where single overflows: what it is divided by may bring it back into range."""
    try:
        with np.errstate(over="raise"):
            return np.exp(x)
    except FloatingPointError:
        with np.errstate(over="ignore"):  # to infinity, which is the loss as far as the dtype goes
            return np.exp(x.astype(np.float64))
