"""What ``docs/prove-a-pytorch-layer.md`` says of three public mistakes is what the kit says."""

from __future__ import annotations

import public_mistakes
import pytest
import torch
from torch.autograd import gradcheck

from minnet_core.testing import check_component

SAID = {
    public_mistakes.InverseRoot: (
        "gradInput_is_the_slope",
        "all 20 elements are wrong: a factor is missing, grad_output;",
        False,
    ),
    public_mistakes.WalksMemory: (
        "memory_layout_does_not_matter",
        "for transposed (not contiguous) tensors, train mode, drawn input (4, 5) float64",
        True,
    ),
    public_mistakes.Masks: (
        "arguments_are_not_written_to",
        "grad_output[0, 0] after backward, train mode, shape (4, 5) float64: expected",
        True,
    ),
}


@pytest.mark.parametrize("cls", SAID)
def test_the_mistake_is_told(cls):
    check, text, _ = SAID[cls]
    (report,) = check_component(cls, on_fail=None)
    assert report.failures[0].check == check
    assert text in report.failures[0].message


@pytest.mark.parametrize("cls", SAID)
def test_gradcheck_finds_what_the_page_says_that_it_finds(cls):
    *_, passes = SAID[cls]
    torch.manual_seed(0)
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert gradcheck(cls.apply, (x,), raise_exception=False) == passes
