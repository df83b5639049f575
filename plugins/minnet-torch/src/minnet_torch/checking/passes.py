"""`Pass`: one forward pass under autograd, and the backward passes that can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from attrs import field, frozen

from minnet_core import Array
from minnet_core.nn import Tensor, describe
from minnet_core.testing import is_floating, map_arrays

from .memory import LaidOut, like_in_memory
from .subjects import Subject

_REFUSES_TO_WRITE = ("more than one element of the written-to tensor", "is a view and is being modified inplace")
"""What PyTorch says where an operation in place is given an expanded tensor."""


@frozen(eq=False)
class Given:
    """An array as a module gets it.

    Attributes:
        array: what it is made of.
        leaf: a contiguous copy whose ``.grad`` will be the gradient; of integers, or where none is wanted, none.
        tensor: what the module gets: an operation's result, laid out in memory as the array is.
        grad_fn: of the tensor, before anything was done to it.
    """

    array: Array
    leaf: torch.Tensor | None
    tensor: torch.Tensor
    grad_fn: Any

    @classmethod
    def from_array(cls, array: Array, *, requires_grad: bool = True) -> Given:
        """Make the tensors of an array."""
        if not (is_floating(array) and requires_grad):
            return cls(array, None, like_in_memory(array), None)
        leaf = torch.from_numpy(array.copy(order="C")).requires_grad_()
        tensor: torch.Tensor = LaidOut.apply(leaf, array)  # type: ignore[no-untyped-call]
        return cls(array, leaf, tensor, tensor.grad_fn)

    @property
    def is_changed_unnoticed(self) -> bool:
        """Whether the tensor was written to and autograd knows nothing of it, as without ``ctx.mark_dirty``."""
        if self.tensor.grad_fn is not self.grad_fn:
            return False
        return not np.array_equal(self.tensor.detach().numpy(), self.array, equal_nan=is_floating(self.array))

    def tell(self) -> None:
        """Write to the array what was written to the tensor, so that whoever looks at the array sees it."""
        if self.is_changed_unnoticed and self.array.flags.writeable:
            self.array[...] = self.tensor.detach().numpy()


@frozen(eq=False)
class Pass:
    """A forward pass that has run.

    Attributes:
        given: the arrays of its input, in order.
        outputs: the tensors that it returned, in order.
        output: the same as arrays, in the structure in which they were returned.
    """

    given: tuple[Given, ...]
    outputs: tuple[torch.Tensor, ...]
    output: Any = field(repr=False)

    @property
    def leaves(self) -> list[torch.Tensor]:
        """The tensors of the input that have gradients."""
        return [each.leaf for each in self.given if each.leaf is not None]

    def backward(self, gradOutput: Tensor, of: Sequence[torch.Tensor]) -> None:
        """Add gradients to the ``.grad`` of tensors; what is written to the tensor of a gradOutput, its array tells."""
        sent = [
            (output, array, _as_dtype(like_in_memory(array), output.dtype))
            for output, array in zip(self.outputs, flat(gradOutput), strict=True)
            if output.requires_grad
        ]
        if not sent or not of:
            return
        before = [gradient.clone() for _, _, gradient in sent]
        torch.autograd.backward(
            [output for output, _, _ in sent],
            [gradient for _, _, gradient in sent],
            retain_graph=True,
            inputs=list(of),
        )
        for (_, array, gradient), original in zip(sent, before, strict=True):
            if not np.array_equal(gradient.numpy(), original.numpy(), equal_nan=True) and array.flags.writeable:
                array[...] = gradient.numpy()


def run(subject: Subject, input: Tensor, kept: Any = None, wanted: Sequence[bool] | None = None) -> Pass:
    """Run a forward pass.

    Args:
        subject: what is run.
        input: an array, or a table of arrays, which are its arguments.
        kept: chooses outputs: takes the number of samples and all tensors, and returns the positions of those to keep.
        wanted: of each array whether a gradient is wanted; of all if not given.
    """
    each_wanted = iter(wanted if wanted is not None else [True] * len(flat(input)))
    made = map_arrays(lambda array: Given.from_array(array, requires_grad=next(each_wanted)), input)
    arguments = made if isinstance(made, tuple) else (made,)
    given = tuple(_leaves(made))
    try:
        returned = subject.call(_tensors(arguments))
    except RuntimeError as error:
        if not any(text in str(error) for text in _REFUSES_TO_WRITE):
            raise
        # As PyTorch refuses to write to an expanded tensor, what does so where it may is given contiguous ones.
        return run(subject, map_arrays(np.array, input), kept, wanted)
    outputs = tuple(_outputs(returned))
    if not outputs:
        raise TypeError(f"forward: expected a tensor, or a tuple of tensors, received {describe(returned)}")
    chosen = range(len(outputs)) if kept is None else kept(len(given[0].array), outputs)
    structure = _arrays(returned)
    if len(chosen) < len(outputs):
        arrays = [outputs[index].detach().numpy().copy() for index in chosen]
        structure = arrays[0] if len(arrays) == 1 else tuple(arrays)
    return Pass(given, tuple(outputs[index] for index in chosen), structure)


def _as_dtype(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return tensor if tensor.dtype == dtype else tensor.to(dtype)


def flat(tensor: Tensor) -> list[Array]:
    """The arrays of a table, in order."""
    return list(_leaves(tensor))


def _leaves(value: Any) -> Any:
    if isinstance(value, tuple):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield value


def _tensors(value: Any) -> Any:
    return tuple(map(_tensors, value)) if isinstance(value, tuple) else value.tensor


def _outputs(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _outputs(part)
    elif value is not None:
        raise TypeError(f"forward: expected a tensor, or a tuple of tensors, received {type(value).__name__}")


def _arrays(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(_arrays(part) for part in value if part is not None)
    return None if value is None else value.detach().numpy().copy()
