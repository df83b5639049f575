"""The module that the optimizer tests train."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minnet_core import Module
from minnet_core.nn.arrays import Array


class Point(Module):
    """Parameters without a function; a test sets the gradients."""

    def __init__(self, *parameters: Array) -> None:
        super().__init__()
        self.parameters = list(parameters)
        self.gradients = [np.zeros_like(parameter) for parameter in parameters]

    def getParameters(self) -> list[Array]:
        return list(self.parameters)

    def getGradParameters(self) -> list[Array]:
        return list(self.gradients)

    def take(self, optimizer: object, *gradients: Array) -> None:
        """Step once by these gradients."""
        for mine, given in zip(self.gradients, gradients, strict=True):
            mine[...] = given
        optimizer.step()


@pytest.fixture(scope="session")
def point() -> Callable[..., Point]:
    """Makes a module of the given parameters."""
    return Point
