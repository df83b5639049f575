"""Functions of autograd that are right, written by hand in the many ways in which that is done."""

import numpy as np
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from minnet_core import Example


class Cube(Function):
    """The plainest there is."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * grad_output


class Exponential(Function):
    """Saves its output too, in the style of setup_context."""

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 2)]),)

    @staticmethod
    def forward(x):
        return torch.tanh(x).exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0], output)

    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        return grad_output * y * (1 - torch.tanh(x) ** 2)


class Rectifier(Function):
    """Has a kink."""

    EXAMPLES = (Example(input=(4, 3), traits={"kinks"}),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        gradient = grad_output.clone()
        gradient[x <= 0] = 0
        return gradient


class RectifierInPlace(Function):
    """Changes its input, and says so."""

    EXAMPLES = (Example(input=(4, 3), traits={"kinks"}),)

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        x.clamp_(min=0)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return grad_output * (y > 0)


class Linear(Function):
    """Has parameters, one of which may be left out, and asks which gradients are wanted."""

    EXAMPLES = (
        Example(arguments={"weight": np.linspace(-1, 1, 6).reshape(2, 3).astype(np.float32)}, input=(4, 3)),
        Example(arguments={"weight": {"shape": [2, 3]}, "bias": {"shape": [2]}}, input=(4, 3)),
    )

    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        y = x.mm(weight.t())
        return y if bias is None else y + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        of_x = grad_output.mm(weight) if ctx.needs_input_grad[0] else None
        of_weight = grad_output.t().mm(x) if ctx.needs_input_grad[1] else None
        of_bias = grad_output.sum(0) if ctx.has_bias and ctx.needs_input_grad[2] else None
        return of_x, of_weight, of_bias


class Scaled(Function):
    """Takes a number, which has no gradient."""

    EXAMPLES = (Example(arguments={"factor": 2.5}, input=(4, 3)),)

    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return factor * x

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.factor * grad_output, None


class Product(Function):
    """Takes two inputs."""

    EXAMPLES = (Example(input=((4, 3), (4, 3))),)

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return grad_output * b, grad_output * a


class SumAndDifference(Function):
    """Returns two tensors."""

    EXAMPLES = (Example(input=((4, 3), (4, 3))),)

    @staticmethod
    def forward(ctx, a, b):
        return a + b, a - b

    @staticmethod
    def backward(ctx, of_sum, of_difference):
        return of_sum + of_difference, of_sum - of_difference


class RowSoftmax(Function):
    """Is shifted by the largest, so that nothing overflows."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        e = torch.exp(x - x.max(dim=-1, keepdim=True).values)
        y = e / e.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return y * (grad_output - (grad_output * y).sum(dim=-1, keepdim=True))


class Swish(Function):
    """Computes again in backward what it does not save."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad_output * (s + x * s * (1 - s))


class ThroughNumPy(Function):
    """Leaves PyTorch, and comes back."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.from_numpy(np.sin(x.detach().numpy()))

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return torch.from_numpy(np.cos(x.numpy()) * grad_output.numpy())


class Lookup(Function):
    """Takes integers, and has a table of weights."""

    EXAMPLES = (
        Example(
            arguments={"weight": {"shape": [5, 3]}},
            input=(4, 2),
            traits={"integer-input"},
            draw=lambda rng, shape, dtype: rng.integers(0, 5, shape),
        ),
    )

    @staticmethod
    def forward(ctx, indices, weight):
        ctx.save_for_backward(indices)
        ctx.rows = len(weight)
        return weight[indices]

    @staticmethod
    def backward(ctx, grad_output):
        (indices,) = ctx.saved_tensors
        flat = grad_output.reshape(-1, grad_output.shape[-1])
        gradient = flat.new_zeros(ctx.rows, flat.shape[1]).index_add_(0, indices.reshape(-1), flat)
        return None, gradient


class Centred(Function):
    """Couples the samples of a batch."""

    EXAMPLES = (Example(input=(4, 3), traits={"batch-coupled"}),)

    @staticmethod
    def forward(ctx, x):
        return x - x.mean(dim=0)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output - grad_output.mean(dim=0)


class LargestAndWhere(Function):
    """Returns integers too, which have no gradient."""

    EXAMPLES = (Example(input=(4, 3), traits={"kinks"}),)

    @staticmethod
    def forward(ctx, x):
        values, places = x.max(dim=1, keepdim=True)
        ctx.mark_non_differentiable(places)
        ctx.save_for_backward(places)
        ctx.shape = x.shape
        return values, places

    @staticmethod
    def backward(ctx, of_values, of_places):
        (places,) = ctx.saved_tensors
        return of_values.new_zeros(ctx.shape).scatter_(1, places, of_values)


class Shifted(Function):
    """Broadcasts a parameter: autograd sums what it gets to the parameter's shape."""

    EXAMPLES = (Example(arguments={"shift": {"shape": [3]}}, input=(4, 3)),)

    @staticmethod
    def forward(ctx, x, shift):
        return x + shift

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output


class Total(Function):
    """Takes any number of tensors."""

    EXAMPLES = (Example(input=((4, 3), (4, 3), (4, 3))),)

    @staticmethod
    def forward(ctx, *tensors):
        ctx.count = len(tensors)
        return sum(tensors)

    @staticmethod
    def backward(ctx, grad_output):
        return (grad_output,) * ctx.count


class Thinned(Function):
    """Draws random numbers."""

    EXAMPLES = (Example(arguments={"p": 0.25}, input=(4, 3), traits={"stochastic", "changes-mean"}),)

    @staticmethod
    def forward(ctx, x, p):
        mask = torch.rand_like(x) >= p
        ctx.save_for_backward(mask)
        return x * mask

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        return grad_output * mask, None


RIGHT = [cls for cls in vars().values() if isinstance(cls, type) and issubclass(cls, Function) and cls is not Function]
