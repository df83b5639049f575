"""What is wrong with a layer of PyTorch is found, each mistake by the check that is about it."""

from __future__ import annotations

import pytest
import torch
import wrong_functions
import wrong_modules
import wrong_somewhere
from torch.autograd import gradcheck

from minnet_core.testing import check_component

MUTANTS = {**wrong_functions.KILLED_BY, **wrong_somewhere.KILLED_BY, **wrong_modules.KILLED_BY}

WEAK = {
    "dtype_is_kept",
    "a_second_backward_is_right_or_refused",
    "other_threads_may_evaluate",
    "a_used_module_can_be_copied",
    "modes_are_set_as_pytorch_does",
}
"""What is told, and fails nothing that is not strict."""


def test_there_are_enough_of_them():
    assert len(MUTANTS) >= 40


@pytest.mark.parametrize(("cls", "check"), MUTANTS.items(), ids=[cls.__name__ for cls in MUTANTS])
def test_a_mistake_is_found(cls, check):
    (report,) = check_component(cls, on_fail=None)
    found = {result.check: result for result in report.findings}
    assert check in found
    is_weak = check in WEAK or cls is wrong_modules.SetsTheDefaultDtype
    assert (found[check].outcome == "weakness") == is_weak
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("cls", [wrong_functions.Squares, wrong_functions.Affine])
def test_what_the_mistakes_are_made_of_is_right(cls):
    (report,) = check_component(cls, on_fail=None)
    assert [result.explanation for result in report.findings] == []


HIDDEN_FROM_GRADCHECK = [
    wrong_functions.KeepsItsInputOnTheClass,
    wrong_functions.KeepsItsInputAsAnAttribute,
    wrong_functions.ChangesGradOutput,
    wrong_functions.ClipsGradients,
    wrong_functions.RoundsToFloat32InBackward,
    wrong_functions.ReadsMemory,
    wrong_functions.NeedsContiguousGradients,
    wrong_functions.HandsOutItsOwnTensor,
    wrong_functions.SeedsTheGenerator,
    wrong_functions.Overflows,
]


@pytest.mark.parametrize("cls", HIDDEN_FROM_GRADCHECK)
def test_gradcheck_finds_none_of_these(cls):
    """So says the documentation: if a later PyTorch finds one, it must be changed."""
    torch.manual_seed(0)
    assert gradcheck(cls.apply, (torch.rand(4, 3, dtype=torch.float64).add_(0.1).requires_grad_(),))
