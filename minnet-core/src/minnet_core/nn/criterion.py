"""`Criterion`: the protocol that every loss follows."""

from __future__ import annotations

import numpy as np

from .arrays import Array, Tensor
from .component import Component
from .shape_checks import expect_tensor


class Criterion(Component):
    """A loss: a number that says how far an input is from a target, and its gradient.

    A subclass computes in two methods:

    - ``updateOutput(input, target)`` stores and returns the loss, a float, averaged over the batch;
    - ``updateGradInput(input, target)`` stores and returns the gradient with respect to ``input``, of its shape.

    A criterion divides by the batch size, and nothing else does.
    Like that of an evaluated model, ``forward`` may be called from many threads at a time.
    """

    # Typed as what the methods return; None before the first pass.
    output: float = None  # type: ignore[assignment]
    gradInput: Array = None  # type: ignore[assignment]

    def __init__(self) -> None:
        self.output = None  # type: ignore[assignment]
        self.gradInput = None  # type: ignore[assignment]

    def __call__(self, input: Tensor, target: Tensor) -> float:
        """Compute the loss, as `forward` does."""
        return self.forward(input, target)

    def forward(self, input: Tensor, target: Tensor) -> float:
        """Compute the loss; subclasses override ``updateOutput``.

        Raises:
            TypeError: if ``input`` is neither an array nor a tuple of arrays, or ``target`` a data frame, say, where an
                array is meant.
        """
        if type(input) is not np.ndarray:
            expect_tensor(self, input)
        if type(target) is not np.ndarray and hasattr(target, "__array__"):
            expect_tensor(self, target, "target")
        return self.updateOutput(input, target)

    def backward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compute the gradient of the loss with respect to ``input``; subclasses override ``updateGradInput``."""
        return self.updateGradInput(input, target)

    def updateOutput(self, input: Tensor, target: Tensor) -> float:
        """Compute, store and return the loss; every criterion overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define updateOutput(input, target)")

    def updateGradInput(self, input: Tensor, target: Tensor) -> Tensor:
        """Compute, store and return ``gradInput``; every criterion overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define updateGradInput(input, target)")
