"""Losses of distances and margins: summed over the features, averaged over the batch."""

import numpy as np

from minnet_core import Criterion, Example, Reference, expect_shape


def _draw_real(rng, shape, dtype):
    return rng.standard_normal(shape).astype(dtype)


def _draw_signs(rng, shape, dtype):
    return rng.choice([-1, 1], shape).astype(dtype)


def _draw_classes(rng, shape, dtype):
    return rng.integers(0, shape[1], shape[0])


def _draw_sign_of_sample(rng, shape, dtype):
    return rng.choice([-1, 1], shape[0][0]).astype(dtype)


class NotebookMSE(Criterion):
    """Σ (x - t)²/N, as the course writes it."""

    EXAMPLES = (Example(input=(4, 3), target=_draw_real),)

    def updateOutput(self, input, target):
        self.output = float(np.sum(np.power(input - target.astype(input.dtype), 2)) / input.shape[0])
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (input - target.astype(input.dtype)) * 2 / input.shape[0]
        return self.gradInput


class L1Loss(Criterion):
    """Σ |x - t|/N."""

    EXAMPLES = (
        Example(input=[(4, 3), (2, 3, 2)], target=_draw_real, traits={"kinks"}),
        Example(input=(5,), target=_draw_real, traits={"kinks"}, reference=Reference("torch.nn.L1Loss")),
    )

    def updateOutput(self, input, target):
        self.output = float(np.abs(self._difference(input, target)).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.sign(self._difference(input, target)) / len(input)
        return self.gradInput

    def _difference(self, input, target):
        expect_shape(self, target, input.shape, "target")
        return input - target.astype(input.dtype)


class SmoothL1Loss(Criterion):
    """Σ h(x - t)/N with h(d) = d²/(2β) where |d| < β, and |d| - β/2 elsewhere; h' = clip(d/β, -1, 1)."""

    EXAMPLES = (
        Example(input=(4, 3), target=_draw_real),
        Example(arguments={"beta": 0.5}, input=(3,), target=_draw_real),
    )

    def __init__(self, beta=1.0):
        super().__init__()
        self.beta = float(beta)

    def updateOutput(self, input, target):
        distance = np.abs(input - target.astype(input.dtype))
        near = np.minimum(distance, self.beta)
        self.output = float((near * (distance - near / 2)).sum() / (self.beta * len(input)))
        return self.output

    def updateGradInput(self, input, target):
        difference = input - target.astype(input.dtype)
        self.gradInput = np.clip(difference / self.beta, -1, 1) / len(input)
        return self.gradInput


class HingeLoss(Criterion):
    """Σ max(0, margin - t x)/N for targets of -1 and 1."""

    EXAMPLES = (
        Example(input=[(4, 3), (6,)], target=_draw_signs, traits={"kinks"}, rejected_arguments=[{"margin": -1}]),
    )

    def __init__(self, margin=1.0):
        super().__init__()
        if margin < 0:
            raise ValueError(f"HingeLoss: expected margin from 0, received {margin!r}")
        self.margin = margin

    def updateOutput(self, input, target):
        self.output = float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        violated = self._shortfall(input, target) > 0
        self.gradInput = np.where(violated, -target.astype(input.dtype), 0) / len(input)
        return self.gradInput

    def _shortfall(self, input, target):
        return self.margin - input * target.astype(input.dtype)


class MultiMarginLoss(Criterion):
    """Σ_s Σ_{j ≠ t_s} max(0, 1 - x_t + x_j)/C/N, for class indices t and C classes."""

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=_draw_classes,
            traits={"kinks", "integer-target"},
            rejects=[(4,)],
            reference=Reference("torch.nn.MultiMarginLoss"),
        ),
    )

    def updateOutput(self, input, target):
        self.output = float(np.maximum(self._excess(input, target), 0).sum() / input.size)
        return self.output

    def updateGradInput(self, input, target):
        gradient = (self._excess(input, target) > 0).astype(input.dtype)
        np.put_along_axis(gradient, self._column(target), -gradient.sum(axis=1, keepdims=True), axis=1)
        self.gradInput = gradient / input.size
        return self.gradInput

    def _excess(self, input, target):
        """1 - x_t + x_j, and 0 for the target itself."""
        expect_shape(self, input, ("batch", "classes"))
        if (target < 0).any():  # NumPy refuses those that are too large
            raise IndexError(f"{self}: expected classes from 0 to {input.shape[1] - 1}, received {target}")
        column = self._column(target)
        excess = 1 + input - np.take_along_axis(input, column, axis=1)
        np.put_along_axis(excess, column, 0, axis=1)
        return excess

    @staticmethod
    def _column(target):
        return target.astype(np.intp)[:, None]


class CosineEmbeddingLoss(Criterion):
    """Of a table (u, v), with a target of 1 or -1 for each sample: 1 - cos(u, v), or max(0, cos(u, v) - margin)."""

    EXAMPLES = (
        Example(input=((4, 3), (4, 3)), target=_draw_sign_of_sample, traits={"kinks"}),
        Example(arguments={"margin": -0.5}, input=((3, 2), (3, 2)), target=_draw_sign_of_sample, traits={"kinks"}),
    )

    def __init__(self, margin=0.0):
        super().__init__()
        self.margin = margin

    def updateOutput(self, input, target):
        cosine, *_ = self._cosine(*input)
        losses = np.where(target > 0, 1 - cosine, np.maximum(0, cosine - self.margin))
        self.output = float(losses.mean())
        return self.output

    def updateGradInput(self, input, target):
        u, v = input
        cosine, length_u, length_v = self._cosine(u, v)
        slope = np.where(target > 0, -1, cosine > self.margin).astype(cosine.dtype) / len(cosine)
        across = v / (length_u * length_v)[:, None], u / (length_u * length_v)[:, None]
        along = u * (cosine / length_u**2)[:, None], v * (cosine / length_v**2)[:, None]
        self.gradInput = tuple(slope[:, None] * (a - b) for a, b in zip(across, along, strict=True))
        return self.gradInput

    @staticmethod
    def _cosine(u, v):
        length_u, length_v = (np.sqrt(np.einsum("si,si->s", x, x) + 1e-12) for x in (u, v))
        return np.einsum("si,si->s", u, v) / (length_u * length_v), length_u, length_v
