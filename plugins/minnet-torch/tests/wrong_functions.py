"""Functions of autograd with one mistake each, and the check that is to find it."""

import torch
from torch.autograd import Function

from minnet_core import Example

KILLED_BY = {}
"""Class -> the check that must fail."""


def killed_by(check):
    """Note which check must find what is wrong with a class."""

    def note(cls):
        KILLED_BY[cls] = check
        return cls

    return note


class Squares(Function):
    """A right one, of which the others are made."""

    EXAMPLES = (Example(input=(4, 3)),)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output


class Affine(Function):
    """A right one with parameters."""

    EXAMPLES = (Example(arguments={"weight": {"shape": [3, 3]}, "bias": {"shape": [3]}}, input=(4, 3)),)

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.t() @ x, grad_output.sum(0)


@killed_by("gradInput_is_the_slope")
class ForgetsAFactor(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return x * grad_output


@killed_by("gradInput_is_the_slope")
class ForgetsGradOutput(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x


@killed_by("backward_is_linear_in_gradOutput")
class ClipsGradients(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output.clamp(-20, 20)


@killed_by("passes_may_overlap")
class KeepsItsInputOnTheClass(Squares):
    @staticmethod
    def forward(ctx, x):
        KeepsItsInputOnTheClass.x = x
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        return 2 * KeepsItsInputOnTheClass.x * grad_output


@killed_by("samples_are_independent")
class KeepsAMaskOfTheFirstBatch(Squares):
    mask = None

    @staticmethod
    def forward(ctx, x):
        cls = KeepsAMaskOfTheFirstBatch
        if cls.mask is None or cls.mask.shape[1:] != x.shape[1:] or len(cls.mask) < len(x):
            cls.mask = (x > 0).to(x.dtype)
        ctx.save_for_backward(x)
        return x * x * cls.mask[: len(x)]

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output * KeepsAMaskOfTheFirstBatch.mask[: len(x)]


@killed_by("a_change_after_forward_is_noticed")
class KeepsItsInputAsAnAttribute(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        return 2 * ctx.x * grad_output


@killed_by("a_change_after_forward_is_noticed")
class KeepsItsOutputAsAnAttribute(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.y = torch.tanh(x)
        return ctx.y

    @staticmethod
    def backward(ctx, grad_output):
        return (1 - ctx.y**2) * grad_output


@killed_by("arguments_are_not_written_to")
class ChangesItsInput(Squares):
    @staticmethod
    def forward(ctx, x):
        x.clamp_(min=0)
        ctx.save_for_backward(x)
        return x * x


@killed_by("arguments_are_not_written_to")
class ChangesGradOutput(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output.mul_(2 * x)


@killed_by("backward_twice_gives_the_same")
class UsesUpWhatItSaved(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return x.detach().mul_(2) * grad_output


@killed_by("gradInput_is_the_slope")
class ReturnsGradientsInWrongOrder(Affine):
    EXAMPLES = (Example(input=((4, 3), (4, 3))),)

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return 2 * a * b * grad_output, b * b * grad_output


@killed_by("parameter_gradients_are_the_slopes")
class ForgetsToTransposeTheWeight(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, x.t() @ grad_output, grad_output.sum(0)


@killed_by("parameter_gradients_are_the_slopes")
class DividesByTheBatch(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.t() @ x / len(x), grad_output.mean(0)


@killed_by("parameter_gradients_are_the_slopes")
class HasNoGradientOfItsBias(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.t() @ x, None


@killed_by("gradients_come_one_by_one")
class AsksForTheWrongNeed(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        of_x = grad_output @ weight if ctx.needs_input_grad[0] else None
        of_weight = grad_output.t() @ x if ctx.needs_input_grad[1] else None
        of_bias = grad_output.sum(0) if ctx.needs_input_grad[1] else None
        return of_x, of_weight, of_bias


@killed_by("backward_runs")
class ReturnsTooFewGradients(Affine):
    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.t() @ x


@killed_by("memory_layout_does_not_matter")
class ReadsMemory(Squares):
    """Takes the elements of grad_output in the order of memory."""

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        memory = torch.empty(0, dtype=grad_output.dtype).set_(grad_output.untyped_storage())
        return 2 * x * memory[: x.numel()].reshape(x.shape) if len(memory) >= x.numel() else 2 * x * grad_output


@killed_by("a_sum_sends_back_what_ones_do")
class TakesOneNumberForAll(Squares):
    """A shortcut for losses that are sums, which is taken for one that is the first element of its grad_output."""

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        if not any(grad_output.stride()):
            return grad_output.flatten()[0].expand_as(x) * x
        return 2 * x * grad_output


@killed_by("memory_layout_does_not_matter")
class NeedsContiguousGradients(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return (2 * x.reshape(-1) * grad_output.view(-1)).view(x.shape)


@killed_by("backward_is_linear_in_gradOutput")
class RoundsToFloat32InBackward(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return (2 * x * grad_output).float()


@killed_by("dtype_is_kept")
class RoundsToFloat32(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x * x).float()


@killed_by("dtype_is_kept")
class MakesFloat64(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * torch.ones(x.shape[-1], dtype=torch.float64)


@killed_by("gradInput_is_the_slope_for_negative_inputs")
class ForgetsTheSign(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.abs()

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return torch.where((x > 0).any(), 2 * x.abs(), -2 * x.abs()) * grad_output


@killed_by("large_inputs_give_finite_results")
class Overflows(Squares):
    @staticmethod
    def forward(ctx, x):
        y = x.exp() ** 2 / (1 + x.exp() ** 2)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return 2 * y * (1 - y) * grad_output


@killed_by("gradients_handed_out_stay")
class HandsOutItsOwnTensor(Squares):
    buffer = torch.zeros(0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        cls = HandsOutItsOwnTensor
        if cls.buffer.shape != x.shape or cls.buffer.dtype != x.dtype:
            cls.buffer = torch.zeros_like(x)
        return torch.mul(2 * x, grad_output, out=cls.buffer)


@killed_by("a_second_backward_is_right_or_refused")
class SavesWhatItComputed(Squares):
    """Right once: the gradient of the gradient goes round what forward computed, which autograd has not seen."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(2 * x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        (twice,) = ctx.saved_tensors
        return twice * grad_output


@killed_by("pytorch_is_left_as_it_was")
class SeedsTheGenerator(Squares):
    @staticmethod
    def forward(ctx, x):
        torch.manual_seed(0)
        ctx.save_for_backward(x)
        return x * x


@killed_by("other_threads_may_evaluate")
class WorksOnTheClass(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        WorksOnTheClass.result = x * x
        y = WorksOnTheClass.result
        return y


@killed_by("gradInput_is_the_slope_for_one_sample")
class LosesTheAxisOfOneSample(Squares):
    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output if len(x) > 1 else x * grad_output


@killed_by("samples_are_independent")
class DividesByTheSizeOfTheBatch(Squares):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x / len(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 2 * x * grad_output / len(x)
