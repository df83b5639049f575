"""Parameters and moving statistics are mapped, in both modes: a batch normalization that is or is not PyTorch's."""

import numpy as np
import pytest

from minnet_core import Module, Reference
from minnet_core.testing import Case

OUTPUT, GRADINPUT, PARAMETERS, FLOAT32 = (
    "output_is_that_of_pytorch",
    "gradInput_is_that_of_pytorch",
    "parameter_gradients_are_those_of_pytorch",
    "float32_results_are_those_of_pytorch",
)


class Normalization(Module):
    """gain (x - mean)/√(variance + eps) + offset, by the statistics of the batch or, in evaluation, the last one's."""

    PARAMETERS = {"gain": "gradGain", "offset": "gradOffset"}
    BUFFERS = ("mean", "variance")

    def __init__(self, n, eps=1e-5, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.eps = eps
        self.gain, self.offset = rng.standard_normal((2, n)).astype(np.float32)
        self.gradGain, self.gradOffset = np.zeros((2, n), np.float32)
        self.mean = self.variance = None

    def statistics(self, x):
        if self.training:
            self.mean, self.variance = x.mean(axis=0), x.var(axis=0)
        return (0, np.ones_like(x[0])) if self.mean is None else (self.mean, self.variance)

    def normalized(self, x):
        mean, variance = self.statistics(x)
        return (x - mean) / np.sqrt(variance + self.eps)

    def updateOutput(self, input):
        self.output = self.normalized(input) * self.gain + self.offset
        return self.output

    def updateGradInput(self, input, gradOutput):
        g, y = gradOutput * self.gain, self.normalized(input)
        if self.training:
            g = g - g.mean(axis=0) - y * (g * y).mean(axis=0)
        self.gradInput = g / np.sqrt(self.statistics(input)[1] + self.eps)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradGain += (gradOutput * self.normalized(input)).sum(axis=0)
        self.gradOffset += gradOutput.sum(axis=0)


class UnbiasedInEvaluation(Normalization):
    def statistics(self, x):
        mean, variance = super().statistics(x)
        return (mean, variance) if self.training else (mean, variance * 1.25)


MAPPING = {"gain": "weight", "offset": "bias", "mean": "running_mean", "variance": "running_var"}


def case(factory=Normalization, *, ours=1e-5, theirs=1e-5, mapping=MAPPING):
    return Case(
        factory,
        arguments={"n": 3, "eps": ours},
        input=[(6, 3), (4, 3)],
        traits={"batch-coupled", "train-differs"},
        reference=Reference("torch.nn.BatchNorm1d", {"num_features": 3, "eps": theirs}, mapping),
    )


@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_the_right_epsilon_passes(eps, only_ours_fail):
    assert only_ours_fail(case(ours=eps, theirs=eps)) == set()


def test_another_epsilon_is_found_by_the_reference_alone(only_ours_fail):
    assert only_ours_fail(case(ours=1e-3)) == {OUTPUT, GRADINPUT, PARAMETERS, FLOAT32}


def test_an_epsilon_that_float32_cannot_tell_is_found_in_float64(only_ours_fail):
    assert only_ours_fail(case(theirs=1.01e-5)) == {OUTPUT, GRADINPUT, PARAMETERS}


def test_a_difference_in_evaluation_alone_is_found(failures):
    failed = failures(case(UnbiasedInEvaluation))
    assert "evaluate mode" in failed[OUTPUT]


def test_statistics_that_are_not_mapped_are_found(failures):
    failed = failures(case(mapping={"gain": "weight", "offset": "bias"}))
    assert "evaluate mode" in failed[OUTPUT]
