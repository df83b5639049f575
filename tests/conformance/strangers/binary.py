"""Binary cross-entropy, of probabilities and of logits: summed over the features, averaged over the batch."""

import numpy as np

from minnet_core import Criterion, Example, Reference, ShapeError


def _draw_bits(rng, shape, dtype):
    return rng.integers(0, 2, shape).astype(dtype)


class BCELoss(Criterion):
    """-Σ (t log x + (1 - t) log(1 - x))/N of probabilities x; nothing below 1e-12 is taken a logarithm of."""

    FLOOR = 1e-12
    EXAMPLES = (
        Example(input=(4, 3), target=_draw_bits, traits={"unit-interval-input"}),
        Example(input=(5,), target=_draw_bits, traits={"unit-interval-input"}, reference=Reference("torch.nn.BCELoss")),
    )

    def updateOutput(self, input, target):
        target = target.astype(input.dtype)
        yes, no = (np.log(np.maximum(p, self.FLOOR)) for p in (input, 1 - input))
        self.output = -float((target * yes + (1 - target) * no).sum()) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        variance = np.maximum(input * (1 - input), self.FLOOR)
        self.gradInput = (input - target.astype(input.dtype)) / variance / len(input)
        return self.gradInput


class BCEWithLogitsLoss(Criterion):
    """Σ (max(x, 0) - t x + log(1 + exp(-|x|)))/N; dx = (σ(x) - t)/N."""

    EXAMPLES = (
        Example(input=(4, 3), target=_draw_bits, rejects=[(4, 3, 1)]),
        Example(input=(6,), target=_draw_bits, reference=Reference("torch.nn.BCEWithLogitsLoss")),
    )

    def updateOutput(self, input, target):
        if input.ndim > 2 or input.shape != target.shape:
            raise ShapeError(f"{self}: expected (batch,) or (batch, features), received {input.shape}, {target.shape}")
        losses = np.maximum(input, 0) - target.astype(input.dtype) * input + np.log1p(np.exp(-np.abs(input)))
        self.output = float(losses.sum()) / input.shape[0]
        return self.output

    def updateGradInput(self, input, target):
        small = np.exp(-np.abs(input))
        sigmoid = np.where(input < 0, small, 1) / (1 + small)
        self.gradInput = (sigmoid - target.astype(input.dtype)) / input.shape[0]
        return self.gradInput
