"""Functions of autograd that are right in the rarer things that one can say to it."""

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from minnet_core import Example


class GradientsMayBeMissing(Function):
    """Is told of outputs that nobody uses."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    def backward(ctx, of_product, of_sum):
        a, b = ctx.saved_tensors
        parts = [] if of_product is None else [(of_product * b, of_product * a)]
        parts += [] if of_sum is None else [(of_sum, of_sum)]
        return tuple(sum(each) for each in zip(*parts, strict=True)) if parts else (None, None)


class MasksByIntegers(Function):
    """Takes numbers, and integers beside them."""

    EXAMPLES = (Example(input="4,3;4,3:int<2"),)

    @staticmethod
    def forward(ctx, x, mask):
        ctx.save_for_backward(mask)
        return x.masked_fill(mask.bool(), 0.0)

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        return grad_output.masked_fill(mask.bool(), 0.0), None


class SortsRows(Function):
    """Returns places too, in the style of setup_context."""

    EXAMPLES = (Example(input=(4, 3), traits={"kinks"}),)

    @staticmethod
    def forward(x):
        return tuple(x.sort(dim=-1))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(output[1])

    @staticmethod
    def backward(ctx, of_values, of_places):
        (places,) = ctx.saved_tensors
        return torch.zeros_like(of_values).scatter(-1, places, of_values)


class AddsInPlace(Function):
    """Changes one of two inputs, and says so."""

    EXAMPLES = (Example(input=((4, 3), (4, 3))),)

    @staticmethod
    def forward(ctx, x, y):
        ctx.mark_dirty(x)
        return x.add_(y)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output.clone()


class ComputesAgain(Function):
    """Goes forward once more in backward, and differentiates that."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.tanh(x) * x

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            again = x.detach().requires_grad_()
            return torch.autograd.grad(torch.tanh(again) * again, again, grad_output)[0]


class Flattens(Function):
    """Returns a view of its input, where there is one."""

    EXAMPLES = (Example(input=(4, 3, 2)),)

    @staticmethod
    def forward(ctx, x):
        ctx.shape = x.shape
        return x.reshape(len(x), -1)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.reshape(ctx.shape)


class MultipliesMatrices(Function):
    """Takes two inputs of different shapes."""

    EXAMPLES = (Example(input=((4, 2, 3), (4, 3, 5))),)

    @staticmethod
    def forward(ctx, left, right):
        ctx.save_for_backward(left, right)
        return left @ right

    @staticmethod
    def backward(ctx, grad_output):
        left, right = ctx.saved_tensors
        return grad_output @ right.mT, left.mT @ grad_output


RIGHT = [cls for cls in vars().values() if isinstance(cls, type) and issubclass(cls, Function) and cls is not Function]
