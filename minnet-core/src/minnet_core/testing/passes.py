"""Running a component: what a pass is given, and the arrays that it computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np
from attrs import evolve, frozen

from ..nn import PROTOCOL_ATTRIBUTES, Array, Criterion, Module, Tensor, describe, find_buffers, walk
from ..saving import changed_attributes, set_attributes
from ..state import GlobalState, align_generators, generator_states
from .numerics import copied, copies, map_arrays, named_arrays, rows

GLOBAL_SEED = 20061115
"""Says which state the global generators are put into before every forward pass."""


@frozen(eq=False)
class Batch:
    """What a pass is given.

    Attributes:
        input: of both methods.
        second: what ``backward`` gets besides it: the gradOutput of a layer, the target of a criterion.
        kind: where the input comes from, for messages.
    """

    input: Tensor
    second: Tensor
    kind: str = "drawn"

    def __str__(self) -> str:
        return f"{self.kind} input {describe(self.input)}"

    def rows(self, start: int, stop: int, kind: str | None = None) -> Batch:
        """Some of the samples."""
        index = slice(start, stop)
        return Batch(rows(self.input, index), rows(self.second, index), kind or self.kind)

    def repeated(self, times: int = 2, kind: str = "repeated") -> Batch:
        """The samples several times over."""

        def repeat(array: Array) -> Array:
            return np.concatenate([array] * times)

        return Batch(map_arrays(repeat, self.input), map_arrays(repeat, self.second), kind)

    def copy(self) -> Batch:
        """A batch of copies of the arrays."""
        return evolve(self, input=copied(self.input), second=copied(self.second))


def forward(component: Any, batch: Batch) -> Any:
    """Run ``forward``; the global generators are in the same state before every one, so draws can be repeated."""
    GlobalState.enter(GLOBAL_SEED)
    if isinstance(component, Criterion):
        return component.forward(batch.input, batch.second)
    return component.forward(batch.input)


def backward(component: Any, batch: Batch) -> Any:
    """Run ``backward``."""
    return component.backward(batch.input, batch.second)


def forward_backward(component: Any, batch: Batch) -> Any:
    """Run ``forward`` and then ``backward``; return what the latter does."""
    forward(component, batch)
    return backward(component, batch)


def run(component: Any, batch: Batch) -> dict[str, Array]:
    """Run both passes from zero gradients; return copies of all that they compute.

    Returns:
        ``output`` (or ``loss``), ``gradInput`` and, for every parameter, ``gradient of W``; ``output[0]`` and so on
        where there is a table.
    """
    zero(component)
    output = copied(forward(component, batch))
    gradInput = copied(backward(component, batch))
    found = dict(named_arrays("loss" if isinstance(component, Criterion) else "output", output))
    found.update(named_arrays("gradInput", gradInput))
    return {**found, **copies(gradients(component))}


def zero(component: Any) -> None:
    """Fill the gradients with zeros, whatever the component's own method does."""
    for gradient in gradients(component).values():
        gradient.fill(0)


def parameters(component: Any) -> dict[str, Array]:
    """The parameters by name; a criterion has none."""
    return component.namedParameters() if isinstance(component, Module) else {}


def gradients(component: Any) -> dict[str, Array]:
    """The gradients of the parameters, ``gradient of W`` and so on."""
    if not isinstance(component, Module):
        return {}
    return {f"gradient of {name}": array for name, array in component.namedGradParameters().items()}


def held_arrays(component: Any) -> dict[str, Array]:
    """The parameters, their gradients and the buffers of a component."""
    return {**parameters(component), **gradients(component), **buffers(component)}


def distinct(arrays: Mapping[str, Array]) -> list[Array]:
    """Every array once, that has several names."""
    return list({id(array): array for array in arrays.values()}.values())


def parts(component: Any) -> list[Any]:
    """A component and the modules inside it."""
    return [module for _, module in walk(component)] if isinstance(component, Module) else [component]


def copy_state(source: Any, target: Any) -> None:
    """Copy parameters, buffers, plain attributes (what a model file holds) and generators of one component to another.

    An array that a new component has no place for is left from a pass, and is not copied.
    """
    if isinstance(source, Module):
        for name, array in parameters(target).items():
            array[...] = parameters(source)[name]
        places = {place.name: place for place in find_buffers(target, empty=True)}
        for place in find_buffers(source):
            if place.name in places:
                places[place.name].put(np.array(place.value))
        set_attributes(target, changed_attributes(source, target), type(source).__name__)
    align_generators(target, source)


def leaves_only_results(before: Any, after: Any) -> bool:
    """Whether a pass has left nothing in a component but its results, by what it held before: a copy that ran none.

    Caches count: a pass may read what the one before left in them. So does whatever cannot be compared.
    """
    old, new = parts(before), parts(after)
    return len(old) == len(new) and all(map(_hold_the_same, old, new))


def _hold_the_same(one: Any, other: Any) -> bool:
    held = [
        {key: value for key, value in vars(each).items() if key not in PROTOCOL_ATTRIBUTES} for each in (one, other)
    ]
    return _is_same(*held)


def _is_same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(value, other[key]) for key, value in one.items())
    return isinstance(one, Module) or bool(one == other)  # a module is one of the parts


def buffers(component: Any) -> dict[str, Any]:
    """The buffers of a component by name; a criterion has none."""
    return component.namedBuffers() if isinstance(component, Module) else {}


def lasting(component: Any) -> dict[str, Any]:
    """Copy what must only change when it is meant to: parameters, gradients, declared buffers, and generators.

    The other arrays of a class without declarations count as buffers too, but may as well be caches.
    """
    arrays = {**parameters(component), **gradients(component)}
    if isinstance(component, Module):
        declared = {name: set(module.BUFFERS) for name, module in walk(component)}
        for name, array in buffers(component).items():
            owner, _, attribute = name.rpartition(".")
            if attribute in declared.get(owner, ()):
                arrays[f"buffer {name}"] = array
    states = {
        f"state of generator {index} (its checksum)": np.array(crc32(text.encode()))
        for index, text in enumerate(generator_states(component))
    }
    return {**copies(arrays), **states}
