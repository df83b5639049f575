"""A layer of two inputs, as a notebook writes one: `digits-deep-skip.toml` imports this file."""

from __future__ import annotations

from minnet_core import Array, Module


class Sum(Module):
    """The sum of the arrays that it takes; each of them gets the gradient of the sum."""

    def updateOutput(self, input: tuple[Array, ...]) -> Array:
        self.output = sum(input[1:], input[0].copy())
        return self.output

    def updateGradInput(self, input: tuple[Array, ...], gradOutput: Array) -> tuple[Array, ...]:
        self.gradInput = tuple(gradOutput.copy() for _ in input)
        return self.gradInput
