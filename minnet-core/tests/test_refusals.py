"""What a case says must be refused: a call or arguments that fail for another reason prove nothing."""

from __future__ import annotations

import pytest

from minnet_core import Module
from minnet_core.testing import Case, examine


class Scale(Module):
    def __init__(self, factor=2.0):
        super().__init__()
        if factor <= 0:
            raise ValueError("expected a positive factor")
        self.factor = factor

    def updateOutput(self, input):
        if input.shape[-1] != 3:
            raise ValueError("expected three columns")
        self.output = self.factor * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.factor * gradOutput
        return self.gradInput


def of_anything(**arguments):
    return Scale(**arguments)


def outcome(check, factory=Scale, **known):
    """How a check of a component ends, and what it says, without the lines that are alike for all."""
    (result,) = examine(Case(factory, input=(4, 3), name="it", **known), [check])
    return result.status, result.message.partition("\n")[2].partition("\n")[0].strip()


def refused(component):
    raise TypeError("expected an array")


def misspelt(component):
    component.forwrad([[1.0, 2.0]])


def undefined(component):
    component.forward(inptu)  # noqa: F821  # on purpose


def accepted(component):
    pass


@pytest.mark.parametrize("factory", [Scale, of_anything])
def test_arguments_that_the_constructor_refuses_pass(factory):
    assert outcome("wrong_arguments_are_refused", factory, rejected_arguments=[{"factor": -1.0}]) == ("passed", "")


def test_arguments_that_the_constructor_accepts_fail():
    message = "arguments {'factor': 3.0}: expected an error, they are accepted"
    assert outcome("wrong_arguments_are_refused", rejected_arguments=[{"factor": 3.0}]) == ("failed", message)


def test_arguments_that_the_constructor_has_not_prove_no_refusal():
    message = "arguments {'factr': -1.0}: expected arguments of the constructor, received 'factr'"
    assert outcome("wrong_arguments_are_refused", rejected_arguments=[{"factr": -1.0}]) == ("failed", message)


@pytest.mark.parametrize("call", [(4, 2), refused])
def test_a_call_that_is_refused_passes(call):
    assert outcome("rejected_calls_change_nothing", rejects=[call]) == ("passed", "")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (misspelt, """AttributeError("'Scale' object has no attribute 'forwrad'")"""),
        (undefined, """NameError("name 'inptu' is not defined")"""),
    ],
)
def test_a_call_that_is_misspelt_proves_no_refusal(call, error):
    status, message = outcome("rejected_calls_change_nothing", rejects=[call])
    assert (status, message) == (
        "failed",
        f"{call.__name__}: expected a call that is refused for what it is given, it raised {error}",
    )


def test_a_call_that_is_accepted_fails():
    message = "accepted, train mode: expected an error, it is accepted"
    assert outcome("rejected_calls_change_nothing", rejects=[accepted]) == ("failed", message)
