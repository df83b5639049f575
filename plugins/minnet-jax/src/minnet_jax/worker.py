"""`Worker`: a copy of a module that computes for JAX, with NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any

import numpy as np

from minnet_core import Array, Module
from minnet_core.nn import find_buffers, find_places, title, walk
from minnet_core.state import GlobalState, find_generators, generator_state, sandboxed
from minnet_core.support import printable

from .errors import JaxError

Seed = Array | None


class Worker:
    """A copy of a module; each call begins with the parameters, the buffers and the generators that it is given.

    So nothing is left from one call to the next, in whatever order and from whatever thread JAX calls.

    Args:
        module: what is copied.
        training: whether the copy computes in training mode.
    """

    def __init__(self, module: Module, *, training: bool) -> None:
        self._module = module.clone()
        if training:
            self._module.train()
        else:
            self._module.evaluate()
        self._parameters = distinct(self._module.namedParameters())
        gradients = self._module.namedGradParameters()
        self._gradients = {name: gradients[name] for name in self._parameters}
        self._buffers = [(place, _copied(place.value)) for place in find_buffers(self._module, empty=True)]
        self._lock = RLock()

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters as they were, copied: dotted name -> array; one that modules share under its first name."""
        return {name: array.copy() for name, array in self._parameters.items()}

    def trial(self, x: Any, *, seeded: bool) -> Any:
        """What the module makes of an input, with the parameters as they were; nobody notices.

        Raises:
            JaxError: if it draws random numbers that no seed determines, of which ``backward`` would draw others.
        """
        with self._lock, sandboxed():
            copy = self._module.clone()
            sources, everyones = dict(find_generators(copy)), GlobalState.now()
            determined = {id(place.value) for place in _seeded(copy)}
            before = {name: repr(generator_state(source)) for name, source in sources.items()}
            made = copy.forward(x)
            drawn = [name for name, source in sources.items() if repr(generator_state(source)) != before[name]]
            strange = [name for name in drawn if id(sources[name]) not in determined]
            strange += [] if everyones.is_current() else ["numpy.random or random"]
        if strange:
            raise JaxError(
                f"{printable(title(self._module))}: expected random numbers of a numpy.random.Generator that is an "
                f"attribute, or in a list or dict there, which a seed determines, received some of "
                f"{printable(', '.join(strange))}"
            )
        if drawn and not seeded:
            raise JaxError(
                f"expected a seed, function(parameters, x, seed), received none: {printable(title(self._module))} "
                f"draws random numbers ({printable(', '.join(drawn))})"
            )
        return made

    def forward(self, parameters: Mapping[str, Any], x: Any, seed: Seed) -> Any:
        """Compute the output, in arrays that stay as they are."""
        with self._lock:
            return _copied(self._run(parameters, x, seed))

    def backward(self, parameters: Mapping[str, Any], x: Any, seed: Seed, gradient: Any) -> tuple[Any, Any]:
        """Compute the gradients of the parameters, by name, and of the input, from that of the output.

        Raises:
            JaxError: if the module returns none for an input of real numbers.
        """
        with self._lock:
            self._run(parameters, x, seed)
            self._module.zeroGradParameters()
            made = self._module.backward(x, gradient)
            if not _is_complete(made, x):
                owner = printable(title(self._module))
                raise JaxError(f"{owner}: expected backward to return the gradient of its input, received None")
            return {name: array.copy() for name, array in self._gradients.items()}, _copied(made)

    def _run(self, parameters: Mapping[str, Any], x: Any, seed: Seed) -> Any:
        for name, array in self._parameters.items():
            np.copyto(array, parameters[name], casting="same_kind")
        for place, value in self._buffers:
            place.put(_copied(value))
        if seed is not None:
            self._seed(np.ravel(seed).tolist())
        return self._module.forward(x)

    def _seed(self, seed: list[int]) -> None:
        """Give each generator, one that is in two places too, one of its own that follows from a seed, or a key."""
        given = [number for each in seed for number in (abs(each), int(each < 0))]
        made: dict[int, np.random.Generator] = {}
        for place in _seeded(self._module):
            if not any(place.value is each for each in made.values()):
                made.setdefault(id(place.value), np.random.default_rng([*given, len(made)]))
                place.put(made[id(place.value)])


def distinct(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays by name, each once: one that modules share under the first of its names."""
    found: dict[int, str] = {}
    for name, array in arrays.items():
        found.setdefault(id(array), name)
    return {name: arrays[name] for name in found.values()}


def _is_complete(gradient: Any, x: Any) -> bool:
    """Whether there is a gradient for each array of real numbers."""
    if isinstance(x, tuple):
        parts = gradient if isinstance(gradient, tuple) else (gradient,) * len(x)
        return all(map(_is_complete, parts, x))
    return gradient is not None or x.dtype.kind != "f"


def _seeded(module: Module) -> list[Any]:
    """Where a module has the generators that a seed determines."""
    return [place for _, inner in walk(module) for place in find_places(inner, np.random.Generator)]


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value
