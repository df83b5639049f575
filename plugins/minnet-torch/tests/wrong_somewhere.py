"""Functions that are wrong of some inputs or arguments alone, or the second time, and the check that finds each."""

import torch
from torch.autograd import Function
from wrong_functions import Affine, Squares

from minnet_core import Example

KILLED_BY = {}
"""Class -> the check that must fail."""


def killed_by(check):
    """Note which check must find what is wrong with a class."""

    def note(cls):
        KILLED_BY[cls] = check
        return cls

    return note


@killed_by("large_inputs_give_finite_results")
class OverflowsAtOneHundred(Squares):
    """Where the number that it divides is out of range as well, in float64 too, nobody can say what is true."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp() / (1 + x.exp())
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return y * (1 - y) * grad_output


@killed_by("gradInput_at_ties_is_a_slope")
class DividesByDistance(Function):
    @staticmethod
    def forward(ctx, a, b):
        distance = (a - b).pow(2).sum(-1, keepdim=True).sqrt()
        ctx.save_for_backward(a, b, distance)
        return distance

    @staticmethod
    def backward(ctx, grad_output):
        a, b, distance = ctx.saved_tensors
        gradient = grad_output * (a - b) / distance
        return gradient, -gradient


@killed_by("gradInput_is_the_slope")
class ForgetsASignOfTheSecond(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a - b

    @staticmethod
    def backward(ctx, of_product, of_difference):
        a, b = ctx.saved_tensors
        return of_product * b + of_difference, of_product * a + of_difference


@killed_by("gradients_come_one_by_one")
class NeedsItsWeightTrained(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        if not ctx.needs_input_grad[1]:
            return None, None, None
        return Affine.backward(ctx, grad_output)


@killed_by("gradInput_is_the_slope_for_larger_inputs")
class IsFlatAboveTwenty(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.nn.functional.softplus(x, threshold=60)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * torch.sigmoid(x) * (x <= 20)


@killed_by("gradInput_at_ties_is_a_slope")
class SendsToAllThatAreLargest(Squares):
    @staticmethod
    def forward(ctx, x):
        y = x.max(-1, keepdim=True).values
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        return grad_output * (x == y)


@killed_by("backward_twice_gives_the_same")
class AddsToItsOwnTensor(Squares):
    memory = {}

    @staticmethod
    def backward(ctx, grad_output):
        gradient = Squares.backward(ctx, grad_output)
        key = gradient.shape, gradient.dtype
        return AddsToItsOwnTensor.memory.setdefault(key, torch.zeros_like(gradient)).add_(gradient)


@killed_by("gradients_come_one_by_one")
class NeedsBothOfItsOutputsUsed(Function):
    """Asks for gradients that may be missing, and takes them for tensors."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x)
        return x * x, 3 * x

    @staticmethod
    def backward(ctx, of_square, of_multiple):
        (x,) = ctx.saved_tensors
        return 2 * x * of_square + 3 * of_multiple
