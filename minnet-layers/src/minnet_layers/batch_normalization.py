"""`BatchNormalization`: every feature to mean 0 and variance 1 over the batch."""

from __future__ import annotations

import operator

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import as_floating, at_least_double, column_sums, whole_rows

_IN_TORCH = {"moving_mean": "running_mean", "moving_variance": "running_var"}


class BatchNormalization(Module):
    r"""Normalizes each feature; input of any number of axes, one of them the features', the rest the batch.

    In training mode, with mean :math:`\mu` and biased variance :math:`\sigma^2` of the feature over the batch:

    .. math:: y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    In evaluation mode :math:`\mu` and :math:`\sigma^2` are the moving ones, and 0 and 1 before any training.
    The first training batch sets them to its own, each later one to ``moving * alpha + batch * (1 - alpha)``.

    Backward in training mode, over a batch of :math:`m`, with :math:`g = \partial L/\partial y` and
    :math:`s = (\sigma^2 + \epsilon)^{-1/2}`.
    From :math:`\partial\mu/\partial x_k = 1/m` and :math:`\partial s/\partial x_k = -s^2 y_k/m`,
    :math:`\partial y_j/\partial x_k = s(\delta_{jk} - 1/m - y_j y_k/m)`, so

    .. math:: \frac{\partial L}{\partial x} = s\bigl(g - \overline{g} - y\,\overline{g y}\bigr)

    where the bar is the mean over the batch. In evaluation mode the statistics are constants: :math:`s g`.

    PyTorch: ``torch.nn.BatchNorm1d(n, eps=1e-3, momentum=1 - alpha, affine=False)``, which starts from the moving
    mean 0 and variance 1, keeps the *unbiased* variance, and refuses a batch of one, for which this gives 0.
    Learned scales are a layer of their own, `ChannelwiseScaling`.

    Paper: Ioffe and Szegedy, 2015, arXiv:1502.03167.

    Args:
        alpha: how much of the moving statistics a batch leaves, from 0 to 1.
        axis: of the features; 1 for images ``(batch, channels, height, width)``.

    Attributes:
        moving_mean, moving_variance: ``(n_feats,)``, None before training.

    >>> import numpy as np
    >>> from minnet_layers import BatchNormalization
    >>> BatchNormalization().forward(np.array([[1.0, 5.0], [3.0, 5.0]])).round(3)
    array([[-1.,  0.],
           [ 1.,  0.]])
    """

    EPS = 1e-3
    BUFFERS = ("moving_mean", "moving_variance")
    CACHES = ("inverse_deviation",)
    EXAMPLES = (
        Example(
            input=(6, 3),
            traits={"batch-coupled", "train-differs"},
            rejected_arguments=[{"alpha": 1.5}, {"axis": 0.5}],
            reference=Reference("torch.nn.BatchNorm1d", {"num_features": 3, "eps": EPS, "affine": False}, _IN_TORCH),
        ),
        Example(
            arguments={"alpha": 0.9, "axis": 1},
            input=(2, 3, 2, 2),
            traits={"batch-coupled", "train-differs"},
            reference=Reference("torch.nn.BatchNorm2d", {"num_features": 3, "eps": EPS, "affine": False}, _IN_TORCH),
        ),
    )

    def __init__(self, alpha: float = 0.0, axis: int = -1) -> None:
        super().__init__()
        self.alpha = float(alpha)
        if not 0 <= self.alpha <= 1:
            raise ValueError(f"BatchNormalization: expected alpha from 0 to 1, received {alpha!r}")
        self.axis = operator.index(axis)
        self.moving_mean: Array | None = None
        self.moving_variance: Array | None = None
        self.inverse_deviation: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        x = as_floating(input).swapaxes(self.axis, -1)
        self._expect_features(input, x.shape[-1])
        if self.training:
            if not x.size:
                raise ShapeError(f"{self}: expected at least one sample in training mode, received {input.shape}")
            with whole_rows(x):
                output, mean = _center(x)
                variance = _means(np.square(output))
                self._move(mean, variance)
                self.inverse_deviation = 1 / np.sqrt(variance + self.EPS)
                output *= self.inverse_deviation
        else:
            mean, inverse_deviation = self._moving(x)
            with whole_rows(x):
                output = x - mean
                output *= inverse_deviation
            self.inverse_deviation = None
        self.output = output.swapaxes(self.axis, -1)
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        g = as_floating(gradOutput).swapaxes(self.axis, -1)
        if self.training:
            if self.inverse_deviation is None:
                raise RuntimeError(f"{self}: expected updateOutput in training mode before updateGradInput in it")
            expect_shape(self, input, self.output.shape)
            y = self.output.swapaxes(self.axis, -1)
            gradInput = g * y
            with whole_rows(g):
                np.multiply(y, _means(gradInput), out=gradInput)
                np.subtract(g, gradInput, out=gradInput)
                gradInput -= _means(g)
                gradInput *= self.inverse_deviation
        else:
            self._expect_features(input, g.shape[-1])
            inverse_deviation = self._moving(g)[1]
            with whole_rows(g):
                gradInput = g * inverse_deviation
        self.gradInput = gradInput.swapaxes(self.axis, -1)
        return self.gradInput

    def as_affine(self) -> Affine:
        r"""In evaluation mode, :math:`s x - s\mu` with :math:`s = (\sigma^2 + \epsilon)^{-1/2}`."""
        mean = at_least_double(0 if self.moving_mean is None else self.moving_mean)
        variance = at_least_double(1 if self.moving_variance is None else self.moving_variance)
        scale = 1 / np.sqrt(variance + self.EPS)
        return Affine(scale, -mean * scale, axis=self.axis)

    def _expect_features(self, input: Array, n_feats: int) -> None:
        if self.moving_mean is not None and self.moving_mean.shape != (n_feats,):
            expected = list(input.shape)
            expected[self.axis] = self.moving_mean.size
            expect_shape(self, input, tuple(expected))

    def _move(self, mean: Array, variance: Array) -> None:
        if self.moving_mean is None or self.moving_variance is None:
            self.moving_mean, self.moving_variance = mean, variance
        else:
            self.moving_mean = self.moving_mean * self.alpha + mean * (1 - self.alpha)
            self.moving_variance = self.moving_variance * self.alpha + variance * (1 - self.alpha)

    def _moving(self, x: Array) -> tuple[Array, Array]:
        """Return the moving mean and inverse deviation, in the dtype of ``x`` whatever they were rebound to."""
        mean = np.zeros(x.shape[-1]) if self.moving_mean is None else self.moving_mean
        variance = np.ones(x.shape[-1]) if self.moving_variance is None else self.moving_variance
        return mean.astype(x.dtype, copy=False), (1 / np.sqrt(variance + self.EPS)).astype(x.dtype, copy=False)


def _center(x: Array) -> tuple[Array, Array]:
    r"""Return ``x`` minus its mean, and the mean.

    The first sample is subtracted before anything is summed.
    It lies within :math:`\sqrt m` deviations of the mean, so the sums are of numbers of the deviation's size however
    far the data are from 0: nothing cancels, and a constant feature gives exactly 0.
    """
    first = x[(0,) * (x.ndim - 1)]
    centered = x - first
    shift = _means(centered)
    centered -= shift
    return centered, first + shift


def _means(x: Array) -> Array:
    """Return the mean over every axis but the last."""
    means: Array = column_sums(x) / (x.size // x.shape[-1])
    return means
