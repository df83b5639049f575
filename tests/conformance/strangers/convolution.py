"""Convolution and pooling along time; arrays are (batch, channels, time)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from minnet_core import Example, Module, Reference, ShapeError, expect_shape


class Conv1d(Module):
    """Cross-correlation without padding: y[n, f, t] = b[f] + Σ_ck W[f, c, k] x[n, c, t·stride + k]."""

    PARAMETERS = {"W": "gradW", "b": "gradb"}
    EXAMPLES = (
        Example(
            arguments={"n_in": 2, "n_out": 3, "width": 3, "rng": 0},
            input=(2, 2, 5),
            rejects=[(2, 3, 5), (2, 2, 2)],
            reference=Reference(
                "torch.nn.Conv1d",
                {"in_channels": 2, "out_channels": 3, "kernel_size": 3},
                {"W": "weight", "b": "bias"},
            ),
        ),
        Example(arguments={"n_in": 1, "n_out": 2, "width": 2, "stride": 2, "rng": 1}, input=(3, 1, 7)),
    )

    def __init__(self, n_in, n_out, width, stride=1, rng=None, dtype=np.float32):
        super().__init__()
        rng = np.random.default_rng(rng)
        bound = (n_in * width) ** -0.5
        self.stride = stride
        self.W = rng.uniform(-bound, bound, (n_out, n_in, width)).astype(dtype)
        self.b = rng.uniform(-bound, bound, n_out).astype(dtype)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = np.einsum("nctk,fck->nft", self._windows(input), self.W) + self.b[:, None]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, np.result_type(gradOutput, self.W))
        span = self.stride * gradOutput.shape[2]
        for k in range(self.W.shape[2]):
            touched = self.gradInput[:, :, k : k + span : self.stride]
            touched += np.einsum("nft,fc->nct", gradOutput, self.W[:, :, k])[:, :, : touched.shape[2]]
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += np.einsum("nft,nctk->fck", gradOutput, self._windows(input))
        self.gradb += gradOutput.sum(axis=(0, 2))

    def absorb(self, affine):
        found = affine.of_features(len(self.W), axis=1, ndim=3)
        if found is None:
            return None
        scale, shift = found
        n_out, n_in, width = self.W.shape
        layer = Conv1d(n_in, n_out, width, self.stride, dtype=self.W.dtype)
        layer.W[...], layer.b[...] = scale[:, None, None] * self.W, scale * self.b + shift
        return layer

    def _windows(self, x):
        _, n_in, width = self.W.shape
        expect_shape(self, x, ("batch", n_in, "time"))
        return sliding_window_view(x, width, axis=2)[:, :, :: self.stride]

    def __repr__(self):
        n_out, n_in, width = self.W.shape
        return f"Conv1d {n_in} -> {n_out}, width {width}"


class _Pool1d(Module):
    """Windows that do not overlap; what is left over at the end is dropped."""

    def __init__(self, width=2):
        super().__init__()
        if width < 1:
            raise ValueError(f"{type(self).__name__}: expected a positive width, received {width!r}")
        self.width = width

    def windows(self, x):
        batch, channels, time = x.shape
        count = time // self.width
        if not count:
            raise ShapeError(f"{self!r}: expected at least {self.width} steps, received {time}")
        return x[:, :, : count * self.width].reshape(batch, channels, count, self.width)

    def spread(self, shape, gradients):
        """Put the gradients of the elements of windows where those elements are in the input."""
        spread = np.zeros(shape, gradients.dtype)
        used = gradients.shape[2] * self.width
        spread[:, :, :used] = gradients.reshape(*shape[:2], used)
        return spread

    def __repr__(self):
        return f"{type(self).__name__} {self.width}"


class MaxPool1d(_Pool1d):
    """The largest of each window; among equals the first has the gradient."""

    EXAMPLES = (
        Example(
            input=[(2, 2, 4), (1, 3, 5)],
            traits={"kinks"},
            rejects=[(2, 2, 1)],
            rejected_arguments=[{"width": 0}],
            reference=Reference("torch.nn.MaxPool1d", {"kernel_size": 2}),
        ),
    )

    def updateOutput(self, input):
        self.output = self.windows(input).max(axis=3)
        return self.output

    def updateGradInput(self, input, gradOutput):
        windows = self.windows(input)
        gradients = np.zeros(windows.shape, gradOutput.dtype)
        first = windows.argmax(axis=3)[..., None]
        np.put_along_axis(gradients, first, gradOutput[..., None], axis=3)
        self.gradInput = self.spread(input.shape, gradients)
        return self.gradInput


class AvgPool1d(_Pool1d):
    """The mean of each window."""

    EXAMPLES = (
        Example(
            arguments={"width": 3},
            input=(2, 2, 7),
            rejects=[(2, 2, 2)],
            reference=Reference("torch.nn.AvgPool1d", {"kernel_size": 3}),
        ),
    )

    def updateOutput(self, input):
        self.output = self.windows(input).mean(axis=3)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.spread(input.shape, np.repeat(gradOutput[..., None], self.width, axis=3) / self.width)
        return self.gradInput


class OverlappingMaxPool1d(Module):
    """The largest of the ``width`` elements from each on; one element may win several windows."""

    CACHES = ("index",)
    EXAMPLES = (
        Example(
            arguments={"width": 3},
            input=(2, 2, 5),
            traits={"kinks"},
            reference=Reference("torch.nn.MaxPool1d", {"kernel_size": 3, "stride": 1}),
        ),
    )

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.index = None

    def updateOutput(self, input):
        offset = sliding_window_view(input, self.width, axis=2).argmax(axis=3)
        self.index = offset + np.arange(offset.shape[2])
        self.output = np.take_along_axis(input, self.index, axis=2)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, gradOutput.dtype)
        sample, channel, _ = np.indices(self.index.shape, sparse=True)
        np.add.at(self.gradInput, (sample, channel, self.index), gradOutput)
        return self.gradInput


class DepthwiseConv2d(Module):
    """One kernel for each channel; its size must be a tuple, which is added to one and compared with another."""

    PARAMETERS = {"W": "gradW"}
    EXAMPLES = (Example(arguments={"n_channels": 2, "kernel": (2, 3), "rng": 0}, input=(2, 2, 3, 4)),)

    def __init__(self, n_channels, kernel, rng=None):
        super().__init__()
        assert isinstance(kernel, tuple)
        self.kernel = kernel
        self.W = np.random.default_rng(rng).uniform(-0.5, 0.5, (n_channels, *kernel)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        self.output = np.einsum("nchwij,cij->nchw", self._windows(input), self.W)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, gradOutput.dtype)
        height, width = gradOutput.shape[2:]
        for i, j in np.ndindex(self.kernel):
            self.gradInput[:, :, i : i + height, j : j + width] += gradOutput * self.W[:, i, j, None, None]
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += np.einsum("nchwij,nchw->cij", self._windows(input), gradOutput)

    def _windows(self, input):
        if self.W.shape != self.W.shape[:1] + self.kernel:
            raise ValueError("expected a kernel of its size")
        return np.lib.stride_tricks.sliding_window_view(input, self.kernel, axis=(2, 3))
