"""Tables, integers, random numbers, and modules that return more than the layer does."""

import numpy as np
import pytest
import torch

from minnet_core import Module, Reference
from minnet_core.testing import Case, examine

FITS, OUTPUT, GRADINPUT, PARAMETERS = (
    "counterpart_in_pytorch_fits",
    "output_is_that_of_pytorch",
    "gradInput_is_that_of_pytorch",
    "parameter_gradients_are_those_of_pytorch",
)
OURS = (OUTPUT, GRADINPUT, PARAMETERS, "float32_results_are_those_of_pytorch")


EPS = 1e-3


class Cosine(Module):
    """The cosine of the angle between two vectors, none shorter than EPS for it: a table in, an array out."""

    def updateOutput(self, input):
        a, b = input
        self.output = (_unit(a) * _unit(b)).sum(axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        a, b = input
        self.gradInput = self._slope(a, b, gradOutput), self._slope(b, a, gradOutput)
        return self.gradInput

    def _slope(self, a, b, gradOutput):
        along = np.where(_length(a) > EPS, self.output[:, None] * _unit(a), 0)
        return gradOutput[:, None] * (_unit(b) - along) / np.maximum(_length(a), EPS)


class SwappedCosine(Cosine):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = super().updateGradInput(input, gradOutput)[::-1]
        return self.gradInput


def _length(x):
    return np.sqrt(np.square(x).sum(axis=1, keepdims=True))


def _unit(x):
    return x / np.maximum(_length(x), EPS)


class Halves(Module):
    """An array in, a table out."""

    def updateOutput(self, input):
        half = input.shape[1] // 2
        self.output = input[:, :half].copy(), input[:, half:].copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.concatenate(gradOutput, axis=1)
        return self.gradInput


class Sums(Module):
    """The sums of the elements up to each, along axis 1."""

    def updateOutput(self, input):
        self.output = np.cumsum(input, axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.cumsum(gradOutput[:, ::-1], axis=1)[:, ::-1].copy()
        return self.gradInput


class Recurrent(Module):
    """h_t = tanh(x_t Wᵀ + h_{t-1} Uᵀ), from 0; all states, of which PyTorch returns the last one again."""

    PARAMETERS = {"W": "gradW", "U": "gradU"}
    CACHES = ("deltas",)

    def __init__(self, rng=None):
        super().__init__()
        self.W, self.U = np.random.default_rng(rng).uniform(-1, 1, (2, 3, 3)).astype(np.float32)
        self.gradW, self.gradU = np.zeros((2, 3, 3), np.float32)
        self.deltas = None

    def updateOutput(self, input):
        states = np.zeros_like(input)
        for t in range(input.shape[1]):
            states[:, t] = np.tanh(input[:, t] @ self.W.T + (states[:, t - 1] @ self.U.T if t else 0))
        self.output = states
        return self.output

    def updateGradInput(self, input, gradOutput):
        slopes = 1 - np.square(self.output)
        self.deltas = gradOutput * slopes
        for t in reversed(range(input.shape[1] - 1)):
            self.deltas[:, t] += self.deltas[:, t + 1] @ self.U * slopes[:, t]
        self.gradInput = self.deltas @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += np.einsum("bti,btj->ij", self.deltas, input)
        self.gradU += np.einsum("bti,btj->ij", self.deltas[:, 1:], self.output[:, :-1])


class Lookup(Module):
    """A row of a matrix for each integer."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self, rng=None):
        super().__init__()
        self.W = np.random.default_rng(rng).standard_normal((4, 2)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        self.output = self.W[input]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, gradOutput.dtype)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradW, input, gradOutput)


class Drop(Module):
    CACHES = ("mask",)

    def __init__(self, rng=None):
        super().__init__()
        self.rng, self.mask = np.random.default_rng(rng), None

    def updateOutput(self, input):
        self.mask = (
            (self.rng.random(input.shape) < 0.5).astype(input.dtype) * 2 if self.training else np.ones_like(input)
        )
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


TABLE = ((4, 3), (4, 3))
COSINE = Reference("torch.nn.CosineSimilarity", {"eps": EPS})
RECURRENT = Reference(
    "torch.nn.RNN",
    {"input_size": 3, "hidden_size": 3, "batch_first": True, "bias": False},
    {"W": "weight_ih_l0", "U": "weight_hh_l0"},
)
CASES = {
    "a table as input": Case(Cosine, input=TABLE, reference=COSINE),
    "a table as output": Case(Halves, input=(4, 6), reference=Reference("torch.chunk", {"chunks": 2, "dim": 1})),
    "a module that returns more": Case(Recurrent, input=[(2, 4, 3), (1, 1, 3)], reference=RECURRENT),
    "integers": Case(
        Lookup,
        input=[(5,), (2, 3)],
        traits={"integer-input"},
        reference=Reference("torch.nn.Embedding", {"num_embeddings": 4, "embedding_dim": 2}, {"W": "weight"}),
    ),
    "random numbers": Case(
        Drop,
        input=(4, 3),
        traits={"stochastic", "train-differs"},
        reference=Reference("torch.nn.Dropout", {"p": 0.5}),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_its_counterpart_passes(case, only_ours_fail):
    assert only_ours_fail(case) == set()


@pytest.mark.parametrize("switched_off", [lambda: torch.set_grad_enabled(False), torch.inference_mode, torch.no_grad])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_passes_where_a_program_has_switched_gradients_off(case, switched_off, only_ours_fail):
    with switched_off():
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        assert only_ours_fail(case) == set()
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    assert torch.is_grad_enabled()


def test_both_gradients_of_a_table_are_compared(failures):
    failed = failures(Case(SwappedCosine, input=TABLE, reference=COSINE))
    assert "gradInput[0]" in failed[GRADINPUT]


def test_a_difference_in_one_of_the_shapes_is_found(failures):
    right, wrong = (
        Case(Sums, input=[(4, 3), (2, 3, 2)], reference=Reference("torch.cumsum", {"dim": dim})) for dim in (1, -1)
    )
    assert not failures(right)
    assert "shape (2, 3, 2)" in failures(wrong)[OUTPUT]


def test_integers_have_no_gradient_to_compare():
    (result,) = examine(CASES["integers"], [GRADINPUT])
    assert (result.status, result.message) == ("skipped", "it takes integers, which have no gradient")


def test_an_output_of_another_shape_does_not_fit(failures):
    reference = Reference("torch.nn.Flatten")
    failed = failures(Case(Drop, input=(2, 3, 2), traits={"stochastic", "train-differs"}, reference=reference))
    assert failed.keys() == {FITS}
    assert "output: expected shape (2, 6) of torch.nn.Flatten, received (2, 3, 2)" in failed[FITS]


def test_a_counterpart_that_refuses_the_input_does_not_fit(failures):
    failed = failures(Case(Halves, input=(4, 6), reference=Reference("torch.nn.MaxPool3d", {"kernel_size": 2})))
    assert "((4, 6) float64), received torch.nn.MaxPool3d with {'kernel_size': 2}: " in failed[FITS]


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_pytorchs_generator_and_threads_are_left_alone():
    state = torch.get_rng_state()
    report = examine(CASES["a module that returns more"], OURS)
    assert report.count("passed") == len(OURS)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == 2
