"""`Fused`: what `fuse` makes, a sequence for evaluation alone."""

from __future__ import annotations

from typing import Self

import numpy as np

from ..nn import Example, Module, Sequential, Tensor, as_floating

_NEED_TRAINING = (
    "nothing_is_hidden",
    "saving_and_loading_gives_an_equal_component",
    "modes_reach_every_module",
    "changing_the_mode_changes_nothing_else",
    "training_goes_on_after_evaluation",
    "train_differs_is_declared_rightly",
)
"""Checks that call ``train()``."""


class Fused(Sequential):
    r"""A `Sequential` that is always in evaluation mode: what `fuse` makes, where layers are folded into each other.

    ``train()`` raises an error. ``backward`` gives the gradient with respect to the input, that of the original in
    evaluation mode, and accumulates those of its own parameters, as every module does.

    PyTorch: ``torch.nn.Sequential`` after ``eval()`` and ``torch.nn.utils.fuse_linear_bn_eval``.

    Args:
        modules: set to evaluation mode.
        floating: whether integer input is made floating first, as a layer that was left out at the beginning did.

    >>> import numpy as np
    >>> from minnet_core import Fused
    >>> Fused(floating=True).forward(np.arange(2, dtype=np.uint8))
    array([0., 1.], dtype=float32)
    """

    EXAMPLES = (
        Example(
            input=(4, 3),
            expected_failures=dict.fromkeys(_NEED_TRAINING, "it is for evaluation alone: train() is refused"),
        ),
    )
    training: bool = False

    def __init__(self, *modules: Module, floating: bool = False) -> None:
        super().__init__(*modules)
        self.floating = floating
        self.training = False

    def add(self, module: Module) -> Self:
        """Append a module, and set it to evaluation mode."""
        super().add(module)
        module.evaluate()
        return self

    def train(self) -> None:
        """Refuse.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "Fused: expected to be evaluated only, received train(): normalization and dropout, which training needs, "
            "are folded into the layers before them; train the model that was given to fuse(), and fuse it again"
        )

    def updateOutput(self, input: Tensor) -> Tensor:
        return super().updateOutput(self._converted(input))

    def _input_of(self, index: int, input: Tensor) -> Tensor:
        return super()._input_of(index, self._converted(input))

    def _converted(self, input: Tensor) -> Tensor:
        return as_floating(input) if self.floating and isinstance(input, np.ndarray) else input

    def __repr__(self) -> str:
        return f"Fused\n{super().__repr__()}"
