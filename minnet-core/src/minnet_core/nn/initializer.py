"""`Initializer`: the first values of a parameter."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from pkgutil import resolve_name
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..errors import ShapeError
from .arrays import Array
from .component import Component, given_arguments

Draw: TypeAlias = Callable[[tuple[int, ...], np.random.Generator, Any], Array]
"""What fills a parameter: ``draw(shape, rng, dtype)``."""


class Initializer(Component):
    """Draws the first values of a parameter; the base class of every initializer.

    A subclass defines ``draw(shape, rng)``, which returns float64 numbers.
    Calling it rounds them to a dtype, so that one seed gives the same network in every dtype.

    >>> class Halves(Initializer):
    ...     def draw(self, shape, rng):
    ...         return np.full(shape, 0.5)
    >>> Halves()((2, 1), 0, "float32")
    array([[0.5],
           [0.5]], dtype=float32)
    """

    def __call__(
        self,
        shape: Sequence[int],
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> Array:
        """Draw an array, which is new.

        Args:
            shape: of the parameter: outputs first, then inputs, and then the axes of a kernel.
            rng: seed or generator.
            dtype: of the array.

        Raises:
            TypeError: if ``dtype`` is not floating.
            ValueError: if the initializer is none for such a shape.
        """
        dtype = np.dtype(dtype)
        if dtype.kind != "f":
            raise TypeError(f"{self!r}: expected a floating dtype, received {dtype}")
        shape = tuple(map(operator.index, shape))
        drawn = np.asarray(self.draw(shape, np.random.default_rng(rng)))
        if drawn.shape != shape:
            raise ShapeError(f"{self!r}: expected draw to return an array of shape {shape}, received {drawn.shape}")
        return np.array(drawn, dtype, order="C")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Draw float64 numbers; every initializer overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define draw(shape, rng)")

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in given_arguments(self).items())
        return f"{type(self).__name__}({given})"


def initializer_of(value: Any) -> Draw:
    """Return what draws: an `Initializer`, the name of one or its class, or a function ``(shape, rng, dtype)``.

    Raises:
        TypeError: if it is something else.
        UnknownComponentError, AmbiguousNameError, PluginLoadError: as looking the name up does.
    """
    if isinstance(value, str):
        # By its name, as the registry is built on this room, and as nothing of it is needed until a name is given.
        value = resolve_name("minnet_core.registry:initializers")[value]
    if isinstance(value, type) and issubclass(value, Initializer):
        value = value()
    if not callable(value) or isinstance(value, type):
        raise TypeError(
            f"expected an initializer, the name of one, or a function of (shape, rng, dtype), received {value!r}"
        )
    draw: Draw = value
    return draw
