"""Wrapped minnet modules that several threads call, and layers that keep their arrays in other ways than ours."""

from __future__ import annotations

from threading import Event, Thread

import numpy as np
import pytest
import torch

from minnet_core import Module, ShapeError
from minnet_torch import to_torch

X = torch.arange(6.0).reshape(2, 3)


class Square(Module):
    """Goes back with what forward kept, and lets another thread come between."""

    def __init__(self):
        super().__init__()
        self.begun, self.may_end = Event(), Event()

    def updateOutput(self, input):
        self.kept, self.output = input, input**2
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.begun.set()
        self.may_end.wait(0.3)
        self.gradInput = 2 * self.kept * gradOutput
        return self.gradInput


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_call_of_another_thread_waits_for_a_pass(is_recorded):
    layer = Square()
    wrapped, x = to_torch(layer), X.clone().requires_grad_()
    y = wrapped(x)

    def interrupt():
        layer.begun.wait()
        with torch.set_grad_enabled(is_recorded):
            wrapped(-3 * X)
        layer.may_end.set()

    other = Thread(target=interrupt)
    other.start()
    y.sum().backward()
    other.join()
    assert torch.equal(x.grad, 2 * X)


class Matrix(Module):
    """A matrix with a backward pass of homework."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self, wrong=""):
        super().__init__()
        self.W, self.gradW, self.wrong = np.ones((3, 2), np.float32), np.zeros((3, 2), np.float32), wrong

    def updateOutput(self, input):
        self.output = input @ self.W
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W.T
        if self.wrong == "gradInput":
            self.gradInput = np.stack([self.gradInput] * 2)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW = self.gradW + input.T @ gradOutput  # which makes another array
        if self.wrong == "the gradient of W":
            self.gradW = np.stack([self.gradW] * 2)


def test_a_gradient_that_a_layer_rebinds_is_that_of_the_parameter():
    layer = Matrix()
    wrapped, own = to_torch(layer), layer.gradW
    for _ in range(2):
        wrapped.zero_grad()
        wrapped(X).sum().backward()
        assert torch.equal(wrapped.W.grad, X.sum(dim=0)[:, None].expand(3, 2))
    assert layer.gradW is own
    assert not own.any()


@pytest.mark.parametrize(("what", "shape"), [("gradInput", (2, 3)), ("the gradient of W", (3, 2))])
def test_a_gradient_of_more_axes_is_refused_rather_than_summed(what, shape):
    wrapped = to_torch(Matrix(what))
    with pytest.raises(ShapeError) as caught:
        wrapped(X.clone().requires_grad_()).sum().backward()
    assert str(caught.value) == f"Matrix: {what}: expected shape {shape}, received {(2, *shape)}"
