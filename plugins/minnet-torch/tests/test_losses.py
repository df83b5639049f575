"""Criterions: losses that are or are not PyTorch's, and what becomes of their targets."""

import numpy as np
import pytest

from minnet_core import Criterion, Reference
from minnet_core.testing import Case

FITS, LOSS, GRADINPUT, FLOAT32 = (
    "counterpart_in_pytorch_fits",
    "loss_is_that_of_pytorch",
    "gradInput_is_that_of_pytorch",
    "float32_results_are_those_of_pytorch",
)


class SquaredError(Criterion):
    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def updateOutput(self, input, target):
        self.output = float(self.factor * np.square(input - target).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (2 * self.factor * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput


class CrossEntropy(Criterion):
    """-Σ w_t log softmax(x)_t / N, of class indices."""

    def __init__(self, weights=(1.0, 1.0, 1.0)):
        super().__init__()
        self.weights = np.array(weights)

    def terms(self, input, target):
        e = np.exp(input - input.max(axis=1, keepdims=True))
        one_hot = np.eye(input.shape[1], dtype=input.dtype)[target]
        return e / e.sum(axis=1, keepdims=True), one_hot, self.weights[target].astype(input.dtype) / len(target)

    def updateOutput(self, input, target):
        shifted = input - input.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        _, one_hot, weights = self.terms(input, target)
        self.output = -float((weights[:, None] * one_hot * logs).sum())
        return self.output

    def updateGradInput(self, input, target):
        p, one_hot, weights = self.terms(input, target)
        self.gradInput = weights[:, None] * (p - one_hot)
        return self.gradInput


def real(rng, shape, dtype):
    return rng.standard_normal(shape).astype(dtype)


def classes(rng, shape, _):
    return rng.integers(0, shape[1], shape[0], dtype=np.int16)


def of_squares(reduction, *, factor=1.0, input=((4, 3), (2, 3, 2))):
    reference = Reference("torch.nn.MSELoss", {"reduction": reduction})
    return Case(SquaredError, arguments={"factor": factor}, input=list(input), target=real, reference=reference)


def of_classes(name="torch.nn.CrossEntropyLoss", weights=(1.0, 1.0, 1.0), **options):
    return Case(
        CrossEntropy,
        arguments={"weights": weights},
        input=(4, 3),
        target=classes,
        traits={"integer-target"},
        reference=Reference(name, options),
    )


WEIGHTS = np.array([0.5, 2.0, 1.0])

CORRECT = {
    "a sum over features, a mean over the batch": of_squares("sum"),
    "a mean of single numbers": of_squares("mean", input=[(4,), (3, 1)]),
    "class indices": of_classes(),
    "a function": of_classes("torch.nn.functional.cross_entropy"),
    "an argument that is an array": of_classes(weights=(0.5, 2.0, 1.0), reduction="sum", weight=WEIGHTS),
}
WRONG = {
    "twice": of_squares("sum", factor=2.0),
    "half": of_squares("mean", factor=0.5, input=[(4,)]),
    "a sum that says it is a mean over features": of_squares("mean"),
    "without the weights": of_classes(reduction="sum", weight=WEIGHTS),
}


@pytest.mark.parametrize("case", CORRECT.values(), ids=CORRECT)
def test_what_is_its_counterpart_passes(case, only_ours_fail):
    assert only_ours_fail(case) == set()


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_another_loss_is_found_by_the_reference_alone(case, only_ours_fail):
    assert only_ours_fail(case) == {LOSS, GRADINPUT, FLOAT32}


def test_a_counterpart_that_is_no_single_number_does_not_fit(failures):
    failed = failures(of_squares("none", input=[(4, 3)]))
    assert failed.keys() == {FITS}
    assert "loss: expected one number of torch.nn.MSELoss, received shape (4, 3)" in failed[FITS]


def test_a_target_that_the_counterpart_does_not_take_is_told(failures):
    failed = failures(of_classes("torch.nn.MSELoss"))
    assert failed.keys() == {FITS}
    assert "((4, 3) float64, (4,) int64), received torch.nn.MSELoss with {}: " in failed[FITS]
