"""`Formula` and `Structure`: what a layer is in a plain NumPy program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen, validators

from ...nn import Module

if TYPE_CHECKING:
    from .numpy_code import NumpyCode


@frozen
class Formula:
    """A function of NumPy, with what a layer gives it.

    Attributes:
        function: what the layer computes in evaluation mode: of its input, the first argument, and of arrays, numbers,
            texts and tuples of these. Its source becomes part of the program, with that of the functions that it calls,
            so it uses ``np``, ``math``, its arguments, and other such functions.
        arguments: of a layer, the other arguments by name; by default its attributes of the names that the function's
            parameters have.
    """

    function: Callable[..., Any] = field(validator=validators.is_callable())
    arguments: Callable[[Any], Mapping[str, Any]] | None = None

    def arguments_of(self, layer: Module) -> dict[str, Any]:
        """Return what the layer gives the function, by name."""
        if self.arguments is not None:
            return dict(self.arguments(layer))
        _, *names = inspect.signature(self.function).parameters
        return {name: getattr(layer, name) for name in names}


@frozen
class Structure:
    """How a module that is more than one call of a function becomes code, such as a container.

    Attributes:
        write: a function ``(code, module, x)``: it adds lines to ``code``, a `NumpyCode`, and returns an expression of
            what the module makes of ``x``, the name of a variable. Returning ``x`` itself leaves the module out.
    """

    write: Callable[[NumpyCode, Any, str], str] = field(validator=validators.is_callable())
