"""`Optimizer`: the protocol that every optimizer follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from .arrays import Array
from .component import Component
from .module import Module
from .parameter_groups import Range, applied, checked_groups, divide
from .placement import zeros_apart
from .storage import Storage, Stretch

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
    `step` calls it with stretches of the module's flat vectors (see `Module.flattenParameters`), or with one whole
    parameter after another where ``WHOLE_PARAMETERS`` says so.

    Args:
        module: what to train. Its parameters and gradients are moved into flat vectors (so take references to them
            afterwards), and may be rebound at any time.

    Attributes:
        t: how many steps have been taken; 1 within the first.
        state: name -> vector, of the size of all parameters together; zeros before the first step.
    """

    STATE: ClassVar[tuple[str, ...]] = ()
    WHOLE_PARAMETERS: ClassVar[bool] = False
    """Whether ``update`` must see a parameter as a whole, for its norm, say."""

    NEEDS_CLOSURE: ClassVar[bool] = False
    """Whether ``step`` must be given a function that computes the gradients, because it calls it several times."""

    CACHES: ClassVar[tuple[str, ...]] = ("_divided",)

    def __init__(self, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__}: expected a Module to train, received {module!r}")
        module.flattenParameters()  # moves the arrays now rather than at the first step, when somebody may hold them
        self.module = module
        self.t = 0
        self.state: dict[str, Array] = {}
        self._divided: tuple[tuple[Stretch, ...], list[list[str]], list[list[Range]]] | None = None

    def __getattr__(self, name: str) -> Any:
        if name in ("module", "t", "state"):  # what __init__ sets
            raise AttributeError(f"{type(self).__name__}: expected super().__init__(module) to be called first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Change every parameter once, by the gradients that the module holds now.

        Args:
            closure: computes the gradients before that, and returns the loss, as in ``torch.optim``.

        Returns:
            What the closure returned; None without one.

        Raises:
            ValueError: if the module has another number of parameters than at the last step.
        """
        loss = None if closure is None else closure()
        self.step_on(*self.module.flattenParameters())
        return loss

    def step_on(self, parameters: Array, gradients: Array) -> None:
        """Do what `step` does where the flat vectors of the module are at hand."""
        if self.groups or self.WHOLE_PARAMETERS:
            self._step_in_groups(parameters, gradients)
            return
        vectors = self._vectors(parameters, gradients)
        self.t += 1
        self._update_ranges(vectors, [(0, parameters.size)])

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Parameters with options of their own: tables with ``names``, the options, and whether they are ``frozen``.

        Assign a list of such tables, in which ``names`` is a pattern or several: ``*.b``, ``0.W``, or ``0`` for all of
        a layer. A parameter belongs to the first group that names it. ``"no_decay"`` in the place of a table stands for
        no weight decay of biases, and of whatever else has fewer than two dimensions or is called ``gamma`` or
        ``beta``. Options may be changed in the tables afterwards. Frozen parameters, and what is remembered of them,
        stay as they are; a group counts its own steps, ``t``, so that it may be frozen at first.

        Like the parameter groups of ``torch.optim``, but by name, and all other parameters have the options of the
        optimizer itself.

        Raises:
            ValueError: if a pattern means no parameter, or the optimizer has no such option, or steps by itself.
        """
        groups: list[dict[str, Any]] = vars(self).get("groups", [])
        return groups

    @groups.setter
    def groups(self, groups: Iterable[str | Mapping[str, Any]]) -> None:
        if type(self).step is not Optimizer.step:
            listed = groups if isinstance(groups, Iterable) else ()
            if any(each == "no_decay" or (isinstance(each, Mapping) and "names" in each) for each in listed):
                raise ValueError(
                    f"{type(self).__name__}: expected no groups, as its step is of all parameters, received {groups}"
                )
            vars(self)["groups"] = groups  # of its own, with another meaning
            return
        vars(self)["groups"] = checked_groups(self, groups)
        self._divided = None

    def stretches(self) -> tuple[Stretch, ...]:
        """Return where in the flat vectors each parameter is."""
        self.module.flattenParameters()
        return Storage.of(self.module).stretches

    def frozen_ranges(self) -> list[Range]:
        """Return which parts of the flat vectors are of frozen groups."""
        frozen = [index for index, group in enumerate(self.groups) if group.get("frozen")]
        return [each for index in frozen for each in self._ranges()[index]]

    def _step_in_groups(self, parameters: Array, gradients: Array) -> None:
        """Step each group with its options, and its number of steps for ``t``."""
        *ranges, others = self._ranges()
        own: dict[str, Any] = {"t": self.t}
        for group, of_group in zip((*self.groups, own), (*ranges, others), strict=True):
            if not group.get("frozen"):
                options = {name: value for name, value in group.items() if name not in ("names", "frozen")}
                with applied(self, options):
                    vectors = self._vectors(parameters, gradients)
                    self.t += 1
                    self._update_ranges(vectors, of_group)
                group["t"] += 1
        self.t += 1

    def _ranges(self) -> list[list[Range]]:
        """The ranges of each group, and last those of all other parameters, as long as nothing was rebound."""
        stretches, names = self.stretches(), [group["names"] for group in self.groups]
        if self._divided is None or self._divided[0] is not stretches or self._divided[1] != names:
            ranges = divide(names, stretches, whole=self.WHOLE_PARAMETERS)
            self._divided = stretches, [list(each) for each in names], ranges
        return self._divided[2]

    def _vectors(self, parameters: Array, gradients: Array) -> tuple[Array, ...]:
        return (parameters, gradients, *[self._vector(name, parameters) for name in self.state_names()])

    def _update_ranges(self, vectors: tuple[Array, ...], ranges: Iterable[Range]) -> None:
        for start, stop in ranges:
            block = max(1, stop - start) if self.WHOLE_PARAMETERS else BLOCK
            if stop - start == vectors[0].size <= block:
                self.update(*vectors)
                continue
            for first in range(start, stop, block):
                self.update(*[vector[first : min(first + block, stop)] for vector in vectors])

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
