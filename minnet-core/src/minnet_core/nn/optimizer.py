"""`Optimizer`: the protocol that every optimizer follows."""

from __future__ import annotations

from typing import Any, ClassVar

from .arrays import Array
from .component import Component
from .module import Module
from .placement import zeros_apart

BLOCK = 65_536
"""Elements that one call of ``update`` gets: five such float32 blocks, what Adam works with, fill a second-level cache.

Within a step of training, when nothing of the optimizer's is in a cache, Adam's step of 235 thousand parameters takes
0.77 to 0.9 of the time of one in blocks of 262,144, and as long as one in blocks of 32,768, which are more calls.
"""

_FIRST_PLACE = 2
"""Of ``state``, for `zeros_apart`: before are the parameters and the gradients."""


class Optimizer(Component):
    """Changes the parameters of a module by their gradients, element by element.

    A subclass names the vectors that it remembers in ``STATE`` and defines ``update(parameters, gradients, *state)``,
    which changes ``parameters`` and ``state`` in place and leaves ``gradients`` as they are.
    (To satisfy mypy, an override takes ``*state`` and unpacks it.)
    `step` calls it with stretches of the module's flat vectors (see `Module.flattenParameters`).
    An optimizer that must see a whole parameter at once overrides `step`.

    Args:
        module: what to train. Its parameters and gradients are moved into flat vectors (so take references to them
            afterwards), and may be rebound at any time.

    Attributes:
        t: how many steps have been taken; 1 within the first.
        state: name -> vector, of the size of all parameters together; zeros before the first step.
    """

    STATE: ClassVar[tuple[str, ...]] = ()

    def __init__(self, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}: expected a Module to train, received {module!r}")
        module.flattenParameters()  # moves the arrays now rather than at the first step, when somebody may hold them
        self.module = module
        self.t = 0
        self.state: dict[str, Array] = {}

    def __getattr__(self, name: str) -> Any:
        if name in ("module", "t", "state"):  # what __init__ sets
            raise AttributeError(f"{type(self).__name__}: expected super().__init__(module) to be called first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def step(self) -> None:
        """Change every parameter once, by the gradients that the module holds now.

        Raises:
            ValueError: if the module has another number of parameters than at the last step.
        """
        self.step_on(*self.module.flattenParameters())

    def step_on(self, parameters: Array, gradients: Array) -> None:
        """Do what `step` does where the flat vectors of the module are at hand."""
        vectors = (parameters, gradients, *[self._vector(name, parameters) for name in self.state_names()])
        self.t += 1
        if parameters.size <= BLOCK:
            self.update(*vectors)
            return
        for start in range(0, parameters.size, BLOCK):
            self.update(*[vector[start : start + BLOCK] for vector in vectors])

    def state_names(self) -> tuple[str, ...]:
        """Return which of ``STATE`` a step needs; overridden where that depends on the options."""
        return self.STATE

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        """Change a stretch of ``parameters`` and of each state vector in place; every optimizer overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define update(parameters, gradients, *state)")

    def arrange_state(self) -> None:
        """Move the vectors of ``state`` to where they do not hinder each other, when others have taken their places."""
        for place, (name, vector) in enumerate(self.state.items(), _FIRST_PLACE):
            if vector.ndim == 1:  # what else an optimizer keeps is its own affair
                self.state[name] = moved = zeros_apart(vector.size, vector.dtype, place)
                moved[:] = vector

    def _vector(self, name: str, parameters: Array) -> Array:
        vector = self.state.get(name)
        if vector is None:
            vector = zeros_apart(parameters.size, parameters.dtype, _FIRST_PLACE + len(self.state))
        if vector.size != parameters.size:
            raise ValueError(
                f"{self!r}: expected the {vector.size} parameters of the last step, received {parameters.size}; "
                "make a new optimizer when the module changes"
            )
        if vector.dtype != parameters.dtype:
            vector = vector.astype(parameters.dtype)
        self.state[name] = vector
        return vector
