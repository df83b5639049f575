"""What the kit says of a layer in the words of those who write PyTorch, and where to look for the cause."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import field, frozen

from .subjects import SEPARATOR

_WORDS: tuple[tuple[str, str], ...] = (
    (r"separate calls of updateGradInput and accGradParameters", "separate backward passes"),
    (r"updateGradInput, accGradParameters and updateGradInput once more", "three backward passes, for one part each"),
    (r"``?updateGradInput``?|updateGradInput\(?\)?", "backward for the inputs alone"),
    (r"``?(?:accGradParameters|backwardParameters)``?|(?:accGradParameters|backwardParameters)\(?\)?",
     "backward for the parameters alone"),
    (r"updateOutput", "forward"),
    (r"the array of getGradParameters\(\)|getGradParameters\(\)", "the .grad of parameters()"),
    (r"getParameters\(\)", "parameters()"),
    (r"zeroGradParameters\(\)", "zero_grad()"),
    (r"evaluate\(\)", "eval()"),
    (r"evaluate mode", "eval mode"),
    (r"gradient of every parameter", ".grad of every parameter"),
    (rf"gradient of (?!the\b|a\b|every\b|each\b)([\w.{SEPARATOR}]+)", r"\1.grad"),
    (r"np\.zeros_like", "torch.zeros_like"),
    (r"np\.add\.at", "index_add_"),
    (r"np\.broadcast_to", "expand"),
    (r"np\.where", "torch.where"),
    (r"np\.exp\(np\.minimum\(x, 0\)\)", "torch.exp(x.clamp(max=0))"),
    (r"an input of shape", "an input of shape"),
    (r"Fortran order", "column-major order, as a transposed tensor"),
    (r"Fortran arrays", "transposed (not contiguous) tensors"),
    (r"(strided|padded|every other|broadcast|reversed) arrays", r"\1 (not contiguous) tensors"),
    (r"take rng= instead", "a layer that draws in eval mode, too, ignores self.training"),
    (r"a component", "a layer"),
    (r"the component", "the layer"),
    (r"A component", "A layer"),
)  # fmt: skip
"""Pattern -> what takes its place, where it stands alone: names of checks have such words too, and stay."""

_NO_FLOW = "0, as if nothing flowed there"

_OF_FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "forward_runs": "a loss of one number is no layer: what it is for each sample, before the sum or mean, is one",
        "gradInput_is_the_slope": "backward's formula is not the derivative of forward; gradients are returned in the "
        "order of forward's arguments, each multiplied by grad_output",
        "backward_is_linear_in_gradOutput": "every gradient is a sum of products with grad_output: none may leave it "
        "out, clip it, or round it to another dtype",
        "gradients_do_without_that_of_the_input": "what ctx.needs_input_grad says belongs to forward's arguments in "
        "their order",
        "separate_calls_equal_backward": "what ctx.needs_input_grad says belongs to forward's arguments in their order",
        "backward_twice_gives_the_same": "with retain_graph=True backward runs again: it must leave what ctx saved as "
        "it is",
        "arguments_are_not_written_to": "forward must not change an input unless ctx.mark_dirty names it and it is "
        "returned, and backward must never change grad_output, which others get as well; clone() it, or use no "
        "operation whose name ends with _",
        "memory_layout_does_not_matter": "a tensor need not be contiguous, nor grad_output: after x.t(), or a slice, "
        "memory has another order; call .contiguous(), use .reshape instead of .view, and read no storage",
        "broadcast_arrays_are_taken": "grad_output is expanded, its elements one memory, whenever the loss is a sum or "
        "a mean: call .contiguous() before you view, read or write its memory",
        "other_batches_leave_no_trace": "something of another batch is left on the class, or in a global: keep it on "
        "ctx, with ctx.save_for_backward",
        "a_smaller_batch_is_not_mixed_with_a_larger_one": "something of another batch is left on the class, or in a "
        "global: keep it on ctx, with ctx.save_for_backward",
        "dtype_is_kept": "new tensors take the dtype of the input: torch.zeros_like(x), x.new_zeros(...), no .float()",
        "backward_runs": "backward returns as many gradients as forward has arguments, None for those that are no "
        "tensors",
    }
)

_OF_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "nothing_is_hidden": "the state_dict does not hold all that matters: a tensor attribute is a buffer only by "
        "self.register_buffer(name, tensor), and a number that changes must be one too",
        "evaluation_draws_nothing": "F.dropout(x, p) drops in eval mode too: F.dropout(x, p, self.training), or "
        "torch.nn.Dropout as a module of its own",
        "evaluation_is_deterministic": "F.dropout(x, p) drops in eval mode too: F.dropout(x, p, self.training), or "
        "torch.nn.Dropout as a module of its own",
        "evaluation_changes_nothing": "in eval mode, self.training being False, statistics must stay as they are",
        "parameters_are_live": "forward must compute with the parameter itself: one that was copied or multiplied in "
        "the constructor, or detached, is not trained",
        "parameter_gradients_are_the_slopes": "something between the parameter and the output is hidden from autograd: "
        ".detach(), .data, .item(), torch.no_grad(), or a Function whose backward is wrong",
        "gradInput_is_the_slope": "something between the input and the output is hidden from autograd: .detach(), "
        ".data, .item(), torch.no_grad(), or a Function whose backward is wrong",
        "changed_parameters_count_at_once": "something computed of a parameter is kept for the next pass",
        "other_batches_leave_no_trace": "something of another batch is left in an attribute",
        "a_smaller_batch_is_not_mixed_with_a_larger_one": "something of another batch is left in an attribute, such as "
        "a mask of its shape",
        "arguments_are_not_written_to": "the caller's tensor is changed and autograd does not know: x.data, a NumPy "
        "view, or an operation whose name ends with _ under no_grad",
        "memory_layout_does_not_matter": "a tensor need not be contiguous: use .reshape instead of .view, or call "
        ".contiguous()",
        "broadcast_arrays_are_taken": "a tensor need not be contiguous: use .reshape instead of .view, or call "
        ".contiguous()",
        "dtype_is_kept": "new tensors take the dtype of the input: torch.zeros_like(x), x.new_zeros(...), no .float(); "
        "a tensor attribute follows module.to(dtype) only as a buffer",
        "forward_runs": 'a loss of one number is no layer, reduction="none" makes it one; if dtypes differ, a tensor '
        "attribute does not follow module.to(torch.float64): self.register_buffer(name, tensor) makes it a buffer that "
        "does",
        "two_components_share_nothing": "the class, or a default argument, holds a tensor for all modules together",
    }
)

_POWER_ITERATION = (
    "its spectral_norm: in training it takes the u and v of its power iteration for constants, so that its gradient is "
    "close to the slope, and not equal, as PyTorch means it to be; in eval mode it is equal, which is proven of a "
    "module whose train() leaves the parametrization in eval()"
)
"""Where to look first, if a module has one and the gradient of a parameter is wrong in training mode."""


@frozen
class Language:
    """How a class is spoken of.

    Attributes:
        name: of the class.
        inputs: the names of forward's tensor arguments, in order.
        gradients: the names of backward's arguments besides ``ctx``; none of a module.
        is_function: whether it is a ``torch.autograd.Function``.
    """

    name: str
    inputs: Sequence[str] = field(converter=tuple[str, ...])
    gradients: Sequence[str] = field(converter=tuple[str, ...])
    is_function: bool

    def retell(self, check: str, text: str) -> str:
        """Put a text of the kit in PyTorch's words; a text that tells of a failure ends with where to look.

        >>> Language("Scale", ["x"], ["grad_output"], True).retell("", "gradInput[0, 1]: expected gradOutput")
        'x.grad[0, 1]: expected grad_output'
        """
        told = text
        for array, names, suffix in (("gradInput", self.inputs, ".grad"), ("input", self.inputs, "")):
            told = re.sub(
                rf"(?<![\w-])(?:self\.)?{array}\[(\d+)\](?=[\[,;: ]|$)",
                lambda found, names=names, suffix=suffix: f"{_named(names, int(found[1]))}{suffix}",  # type: ignore[misc]
                told,
            )
        if len(self.inputs) == 1:
            told = re.sub(r"(?<![\w-])input(?=\[)", self.inputs[0], told)
        told = re.sub(r"``(?:self\.)?gradInput``|(?<![\w-])(?:self\.)?gradInput(?!\w)", self._gradient_of_input(), told)
        second = self.gradients[0] if len(self.gradients) == 1 else "grad_output"
        told = re.sub(r"(?<![\w-])gradOutputs(?!\w)", f"{second}s", told)
        told = re.sub(r"(?<![\w-])gradOutput(?!\w)", second, told)
        for pattern, words in _WORDS:
            told = re.sub(rf"(?<![\w.]){pattern}(?!\w)" if pattern[0].isalpha() else pattern, words, told)
        told = re.sub(r"``", "", told.replace(SEPARATOR, "."))
        return told.replace(_NO_FLOW, f"{_NO_FLOW}; None from backward counts as 0")

    def with_hint(self, check: str, text: str, *, has_power_iteration: bool = False) -> str:
        """Retell what was found, and say where to look."""
        hint = (_OF_FUNCTIONS if self.is_function else _OF_MODULES).get(check)
        if has_power_iteration and check == "parameter_gradients_are_the_slopes":
            hint = f"{_POWER_ITERATION}; or else {hint}"
        return f"{self.retell(check, text)}" + (f"\n  look here: {hint}" if hint else "")

    def _gradient_of_input(self) -> str:
        return f"{self.inputs[0]}.grad" if len(self.inputs) == 1 else "the gradient of the input"


def _named(names: Sequence[str], index: int) -> str:
    return names[index] if index < len(names) else f"input[{index}]"
