"""`BatchNormalization`: every feature to mean 0 and variance 1 over the batch."""

from __future__ import annotations

import operator
from typing import ClassVar

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import (
    accumulation_dtype,
    as_floating,
    at_least_double,
    floating_dtype,
    standardize_batch,
    standardize_batch_back,
    whole_rows,
)

from .arguments import expect_features

_IN_TORCH = {"moving_mean": "running_mean", "moving_variance": "running_var"}


class BatchNormalization(Module):
    r"""Normalizes each feature; input of any number of axes, one of them the features', the rest the batch.

    In training mode, with mean :math:`\mu` and biased variance :math:`\sigma^2` of the feature over the batch:

    .. math:: y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    In evaluation mode :math:`\mu` and :math:`\sigma^2` are the moving ones, and 0 and 1 before any training.
    The first training batch sets them to its own, each later one to ``moving * alpha + batch * (1 - alpha)``.
    A batch with one value of each feature, whose variance is 0 whatever the data, leaves them as they are.

    Backward in training mode, over a batch of :math:`m`, with :math:`g = \partial L/\partial y` and
    :math:`s = (\sigma^2 + \epsilon)^{-1/2}`.
    From :math:`\partial\mu/\partial x_k = 1/m` and :math:`\partial s/\partial x_k = -s^2 y_k/m`,
    :math:`\partial y_j/\partial x_k = s(\delta_{jk} - 1/m - y_j y_k/m)`, so

    .. math:: \frac{\partial L}{\partial x} = s\bigl(g - \overline{g} - y\,\overline{g y}\bigr)

    where the bar is the mean over the batch. In evaluation mode the statistics are constants: :math:`s g`.

    PyTorch: ``torch.nn.BatchNorm1d(n, eps=1e-3, momentum=1 - alpha, affine=False)``, which starts from the moving
    mean 0 and variance 1, keeps the *unbiased* variance, and refuses a batch of one, for which this gives 0.
    Learned scales are a layer of their own, `ChannelwiseScaling`. Where a batch is computed in parts,
    :math:`\mu`, :math:`\sigma^2` and the bars may be those of the whole, as of ``torch.nn.SyncBatchNorm``: see
    `minnet_core.nn.batch_statistics.standardize_batch`.

    Paper: Ioffe and Szegedy, 2015, arXiv:1502.03167.

    Args:
        alpha: how much of the moving statistics a batch leaves, from 0 to 1.
        axis: of the features; 1 for images ``(batch, channels, height, width)``, in whatever order they lie in memory,
            which the output keeps.

    Attributes:
        moving_mean, moving_variance: ``(n_feats,)``, None before training; PyTorch's names of them are further ones.

    >>> import numpy as np
    >>> from minnet_layers import BatchNormalization
    >>> BatchNormalization().forward(np.array([[1.0, 5.0], [3.0, 5.0]])).round(3)
    array([[-1.,  0.],
           [ 1.,  0.]])
    """

    EPS = 1e-3
    BUFFERS = ("moving_mean", "moving_variance")
    CACHES = ("inverse_deviation",)
    ALIASES: ClassVar = {"running_mean": "moving_mean", "running_var": "moving_variance"}
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
        x = input.astype(accumulation_dtype(input), copy=False)
        self._expect_features(input)
        if self.training:
            if not x.size:
                raise ShapeError(f"{self}: expected at least one sample in training mode, received {input.shape}")
            output, mean, variance, inverse = standardize_batch(x, self.axis, self.EPS)
            if x.size > mean.size:  # one value has no variance that tells anything of the data
                self.move(mean, variance)
            self.inverse_deviation = inverse
        else:
            mean, variance = self._moving()
            x = x.swapaxes(self.axis, -1)
            with whole_rows(x):
                output = x - mean.astype(x.dtype, copy=False)
                output *= (1 / np.sqrt(variance + self.EPS)).astype(x.dtype, copy=False)
            output = output.swapaxes(self.axis, -1)
            self.inverse_deviation = None
        output = output.astype(floating_dtype(input), copy=False)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        g = as_floating(gradOutput)
        if self.training:
            if self.inverse_deviation is None:
                raise RuntimeError(f"{self}: expected updateOutput in training mode before updateGradInput in it")
            expect_shape(self, input, self.output.shape)
            gradInput = standardize_batch_back(self.output, g, self.inverse_deviation, self.axis)
        else:
            self._expect_features(input)
            _, variance = self._moving()
            g = g.swapaxes(self.axis, -1)
            with whole_rows(g):
                gradInput = g * (1 / np.sqrt(variance + self.EPS)).astype(g.dtype, copy=False)
            gradInput = gradInput.swapaxes(self.axis, -1)
        self.gradInput = gradInput
        return self.gradInput

    def as_affine(self) -> Affine:
        r"""In evaluation mode, :math:`s x - s\mu` with :math:`s = (\sigma^2 + \epsilon)^{-1/2}`."""
        mean, variance = map(at_least_double, self._moving())
        scale = 1 / np.sqrt(variance + self.EPS)
        return Affine(scale, -mean * scale, axis=self.axis)

    def _expect_features(self, input: Array) -> None:
        if self.moving_mean is not None:
            expect_features(self, input, self.moving_mean.size, self.axis)

    def move(self, mean: Array, variance: Array) -> None:
        """Move the statistics towards those of a batch; the first batch sets them."""
        if self.moving_mean is None or self.moving_variance is None:
            self.moving_mean, self.moving_variance = mean, variance
        else:
            self.moving_mean = self.moving_mean * self.alpha + mean * (1 - self.alpha)
            self.moving_variance = self.moving_variance * self.alpha + variance * (1 - self.alpha)

    def _moving(self) -> tuple[Array, Array]:
        mean, variance = self.moving_mean, self.moving_variance
        return np.zeros(()) if mean is None else mean, np.ones(()) if variance is None else variance
