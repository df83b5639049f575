"""`RReLU`: a leaky rectifier with a random slope for each number."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, floating_dtype, masked


class RReLU(Module):
    r"""Keeps what is positive and scales the rest, in training mode each number by a slope of its own; any shape.

    .. math:: y = \begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}, \qquad a \sim U(\mathrm{lower}, \mathrm{upper})

    In evaluation mode :math:`a` is the mean slope, :math:`(\mathrm{lower} + \mathrm{upper})/2`, as of a `LeakyReLU`.

    Backward, with :math:`g = \partial L/\partial y`; the slopes of the last forward pass are constants, and at the kink
    the derivative is :math:`a`:

    .. math:: \frac{\partial L}{\partial x} = g\,\begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}

    PyTorch: ``torch.nn.RReLU(lower, upper)``, which draws other slopes of the same distribution. Slopes are drawn in
    float32, so that one seed draws the same for every dtype, and for positive numbers too. Torch7 calls the bounds
    ``l`` and ``u``.

    Paper: Xu, Wang, Chen and Li, 2015, arXiv:1505.00853.

    Args:
        lower: the least slope.
        upper: the largest slope, no less than the least.
        rng: seed or generator of the slopes.

    >>> import numpy as np
    >>> from minnet_layers import RReLU
    >>> RReLU(0.25, 0.75, rng=0).forward(np.array([-1.0, -1.0, 0.0, 3.0])).round(3)
    array([-0.675, -0.568,  0.   ,  3.   ])
    """

    CACHES = ("slopes",)
    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks", "stochastic", "train-differs"},
            rejected_arguments=[{"lower": 0.5}, {"upper": 0.1}, {"upper": float("inf")}],
            reference=Reference("torch.nn.RReLU", {"lower": 1 / 8, "upper": 1 / 3}),
        ),
    )

    def __init__(
        self, lower: float = 1 / 8, upper: float = 1 / 3, *, rng: int | np.random.Generator | None = None
    ) -> None:
        super().__init__()
        self.lower, self.upper = float(lower), float(upper)
        if not -np.inf < self.lower <= self.upper < np.inf:
            raise ValueError(f"RReLU: expected finite lower <= upper, received {lower!r} and {upper!r}")
        self.rng = np.random.default_rng(rng)
        self.slopes: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        slopes = self._drawn(input) if self.training else self._mean(input)
        self.slopes = slopes if self.training else None
        output: Array = as_floating(input) * slopes
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        slopes = self.slopes if self.training else self._mean(input)
        if slopes is None:
            raise RuntimeError(f"{self}: expected updateOutput in training mode before updateGradInput in it")
        expect_shape(self, input, slopes.shape)
        self.gradInput = gradOutput * slopes
        return self.gradInput

    def _drawn(self, input: Array) -> Array:
        """A slope for each number, which is 1 where that is positive."""
        slopes = np.empty_like(input, floating_dtype(input))  # lies in memory as the input does
        slopes[...] = self.rng.random(input.shape, np.float32)  # and is drawn in the order of the axes
        slopes *= self.upper - self.lower
        slopes += self.lower
        return _one_above_zero(slopes, input)

    def _mean(self, input: Array) -> Array:
        return _one_above_zero(np.full_like(input, (self.lower + self.upper) / 2, floating_dtype(input)), input)


def _one_above_zero(slopes: Array, input: Array) -> Array:
    is_positive = input > 0
    slopes = masked(slopes, ~is_positive)
    slopes += is_positive
    return slopes
