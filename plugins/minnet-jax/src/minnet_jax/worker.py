"""`Worker`: a copy of a module that computes for JAX, with NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any

import numpy as np

from minnet_core import Array, Module
from minnet_core.nn import ParameterRef, describe, find_buffers, find_parameters, find_places, title, walk
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
        self._refs = find_parameters(self._module)
        self._parameters = distinct({ref.name: ref.parameter for ref in self._refs})
        self._buffers = [(place, _copied(place.value)) for place in find_buffers(self._module, empty=True)]
        self._lock = RLock()

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters as they were, copied: dotted name -> array; one that modules share under its first name."""
        return {name: array.copy() for name, array in self._parameters.items()}

    def trial(self, x: Any, *, seeded: bool) -> Any:
        """What the module makes of an input, with the parameters as they were; nobody notices.

        Raises:
            JaxError: if it draws random numbers that no seed determines, of which ``backward`` would draw others; if
                it makes something else than arrays of real numbers.
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
        _expect_real(made, self._module)
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
            JaxError: if the module returns none of its shape for an input of real numbers.
        """
        with self._lock:
            self._run(parameters, x, seed)
            for ref in self._refs:  # not by zeroGradParameters, which may rebind them, or forget some
                ref.gradient[...] = 0
            made = self._module.backward(x, gradient)
            _expect_gradient(made, x, self._module)
            found = {ref.name: _held(ref) for ref in self._refs}
            return {name: found[name].copy() for name in self._parameters}, _copied(made)

    def _run(self, parameters: Mapping[str, Any], x: Any, seed: Seed) -> Any:
        for ref in self._refs:  # which the last call may have rebound: self.gradW = self.gradW + ...
            ref.rebind(ref.parameter, ref.gradient)
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


def _held(ref: ParameterRef) -> Array:
    """The gradient that a module has now, which need not be the array that it had."""
    places = ref.locations[1]
    held: Array = places[0].value if places else ref.gradient
    return held


def _expect_gradient(gradient: Any, x: Any, module: Module) -> None:
    """Raise unless there is a gradient for each array of real numbers."""
    if isinstance(x, tuple):
        parts = gradient if isinstance(gradient, tuple) else (gradient,) * len(x)
        for part, its in zip(parts, x, strict=True):
            _expect_gradient(part, its, module)
    elif x.dtype.kind == "f" and (gradient is None or np.shape(gradient) != x.shape):
        raise JaxError(
            f"{printable(title(module))}: expected backward to return the gradient of its input, {describe(x)}, "
            f"received {describe(gradient)}"
        )


def _expect_real(made: Any, module: Module) -> None:
    """Raise unless a module has made an array of real numbers, or a table of such."""
    for part in made if isinstance(made, (tuple, list)) else ():
        _expect_real(part, module)
    is_array = isinstance(made, (np.ndarray, np.generic)) and made.dtype.kind in "biuf" and made.dtype.itemsize <= 8
    if not is_array and not isinstance(made, (tuple, list)):
        raise JaxError(
            f"{printable(title(module))}: expected forward to make an array of real numbers that JAX has, or a tuple "
            f"of such, received {describe(made)}"
        )


def _seeded(module: Module) -> list[Any]:
    """Where a module has the generators that a seed determines."""
    return [place for _, inner in walk(module) for place in find_places(inner, np.random.Generator)]


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value
