"""The mean of what is random in training: asked of those that promise it, or are linear maps, and of nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Example, Module
from minnet_core.testing import check_component

CHECK = "the_mean_is_preserved"


class Thinned(Module):
    """Dropout of one half with a function before it and another behind it; declares nothing."""

    scale = 2.0

    def __init__(self, rng=None):
        super().__init__()
        self.rng = np.random.default_rng(rng)

    def bend(self, x):
        return x, np.ones_like(x)

    def updateOutput(self, input):
        drawn = self.rng.random(input.shape) < 0.5
        self.factors = (self.scale * drawn if self.training else np.ones(input.shape)).astype(input.dtype)
        self.output, self.slope = self.bend(input * self.factors)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.slope * self.factors
        return self.gradInput


class ThinnedThenBent(Thinned):
    def bend(self, x):
        y = np.tanh(x)
        return y, 1 - y * y


class ScalesWrongly(Thinned):
    scale = 1.0


class PromisesTooMuch(ThinnedThenBent):
    EXAMPLES = (Example(input=(4, 3), traits={"stochastic", "train-differs"}),)


@pytest.mark.parametrize(
    ("cls", "outcome"),
    [(Thinned, "passed"), (ThinnedThenBent, "skipped"), (ScalesWrongly, "failed"), (PromisesTooMuch, "failed")],
)
def test_the_mean_is_asked_of_those_that_promise_it(cls, outcome):
    (report,) = check_component(cls, input=None if "EXAMPLES" in vars(cls) else (4, 3), checks=[CHECK], on_fail=None)
    (result,) = [each for each in report if each.check == CHECK]
    assert result.outcome == outcome, result.explanation
