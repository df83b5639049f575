"""`Branches`: what containers of modules side by side have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from minnet_core import Container, Module
from minnet_core.nn import Tensor


class Branches(Container):
    """Modules side by side, each with an input and an output of its own.

    A subclass says what each module gets, and what becomes of what they return, forward and backward.
    ``backward`` is that of `Module`, in two phases: all input gradients first, then all parameter gradients, so that
    what one of the modules refuses is found before any gradient has changed.
    """

    def updateOutput(self, input: Tensor) -> Tensor:
        if not self.modules:
            raise ValueError(f"{self._title()}: expected modules to run, which add() puts in, there are none")
        output = self._output(self._each("forward", self._inputs(input)))
        self.output = output
        return output

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        gradients = self._gradients(gradOutput)
        self.gradInput = self._gradInput(self._each("updateGradInput", self._inputs(input), gradients))
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate the gradients of every module; `updateGradInput` must have run with the same arguments."""
        gradients = self._gradients(gradOutput)
        self._each("accGradParameters", self._inputs(input), gradients)

    def backwardParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate the gradients of every module, none of which goes back farther than to its parameters."""
        gradients = self._gradients(gradOutput)
        self._each("backwardParameters", self._inputs(input), gradients)

    def fuse_inside(self, fuse: Callable[[Module], Any]) -> Self:
        """Fold the modules of each branch into one another; none is folded into what is before or behind them."""
        fused = self._empty()
        for module in self.modules:
            made = fuse(module)
            fused.add(made[0] if len(made) == 1 else made)
        return fused

    def _inputs(self, input: Tensor) -> Sequence[Tensor]:
        """What each module gets."""
        raise NotImplementedError

    def _output(self, outputs: list[Tensor]) -> Tensor:
        """What becomes of what they return."""
        raise NotImplementedError

    def _gradients(self, gradOutput: Tensor) -> Sequence[Tensor]:
        """The gradient of what each has returned, once it is sure that there is one of the right shape."""
        raise NotImplementedError

    def _gradInput(self, gradients: list[Tensor]) -> Tensor:
        """What becomes of the gradients that they return."""
        raise NotImplementedError

    def _empty(self) -> Self:
        """A container of the same arguments, without modules."""
        return type(self)()

    def _title(self) -> str:
        """The first line of the repr."""
        return type(self).__name__

    def _each(self, method: str, *given: Sequence[Tensor]) -> list[Tensor]:
        """Call a method of every module."""
        return [self.rethrowErrors(index, method, *its) for index, its in enumerate(zip(*given, strict=True))]

    def __repr__(self) -> str:
        lines = [line for module in self.modules for line in _listing(module)]
        return "\n".join([self._title(), *(f"  {line}" for line in lines)])


def _listing(module: Module) -> list[str]:
    """The lines of the repr of a module; of a sequence, which has only those of its modules, with a first line."""
    lines = repr(module).splitlines()
    if type(module).__repr__ is Container.__repr__:
        return [type(module).__name__, *(f"  {line}" for line in lines)]
    return lines
