"""Three mistakes that others have made in public, each in a few lines of our own.

They are written after what the threads tell, with no line of theirs; ``docs/prove-a-pytorch-layer.md`` says what the
kit says of each.
"""

import torch


class InverseRoot(torch.autograd.Function):
    """y = x / sqrt(1 + min(x, 0)^2), whose backward returns the slope and forgets what comes from behind it.

    https://github.com/pytorch/pytorch/issues/4355
    """

    @staticmethod
    def forward(ctx, x):
        root = (1 + x.clamp(max=0) ** 2).rsqrt()
        ctx.save_for_backward(root)
        return x * root

    @staticmethod
    def backward(ctx, grad_output):
        (root,) = ctx.saved_tensors
        return root**3


class WalksMemory(torch.autograd.Function):
    """y = x^2 by a kernel that walks through memory, as one in C or Triton does that is not told the strides.

    Forward makes its input contiguous, and backward takes grad_output for contiguous.
    https://github.com/Dao-AILab/flash-attention/issues/355
    """

    @staticmethod
    def forward(ctx, x):
        x = x.contiguous()
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        memory = grad_output.as_strided(x.shape, x.stride()) if grad_output.stride(0) else grad_output
        return 2 * x * memory


class Masks(torch.autograd.Function):
    """y = max(x, 0), whose backward writes zeros into grad_output, which is not its own.

    https://github.com/pytorch/pytorch/issues/75312
    """

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad_output[x < 0] = 0
        return grad_output
