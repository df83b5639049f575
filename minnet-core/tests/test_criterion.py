from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion
from minnet_core.testing import check_criterion_gradients


class SquaredError(Criterion):
    def __init__(self):
        super(SquaredError, self).__init__()  # noqa: UP008  # the notebook's form

    def updateOutput(self, input, target):
        self.output = np.sum(np.power(input - target, 2)) / input.shape[0]
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (input - target) * 2 / input.shape[0]
        return self.gradInput

    def __repr__(self):
        return "SquaredError"


def test_new_criterion_has_the_notebook_attributes():
    assert (Criterion().output, Criterion().gradInput, repr(Criterion())) == (None, None, "Criterion")


def test_forward_and_backward_store_and_return():
    criterion, x, t = SquaredError(), np.array([[1.0, 2.0]]), np.zeros((1, 2))
    assert criterion.forward(x, t) == criterion.output == 5
    assert criterion.backward(x, t) is criterion.gradInput
    np.testing.assert_array_equal(criterion.gradInput, [[2, 4]])


@pytest.mark.parametrize("method", ["updateOutput", "updateGradInput", "forward", "backward"])
def test_method_that_must_be_overridden_says_so(method):
    with pytest.raises(NotImplementedError, match=r"Criterion must define update\w+\(input, target\)"):
        getattr(Criterion(), method)(np.zeros(1), 2)


def test_criterion_that_forgets_super_init_works():
    class Careless(SquaredError):
        def __init__(self):
            pass

    assert Careless().output is Careless().gradInput is None
    check_criterion_gradients(Careless(), np.ones((2, 3)), np.zeros((2, 3)))


def test_call_is_forward():
    assert SquaredError()(np.ones((2, 2)), np.zeros((2, 2))) == SquaredError().forward(
        np.ones((2, 2)), np.zeros((2, 2))
    )
