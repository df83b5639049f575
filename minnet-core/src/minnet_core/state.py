"""The arrays of a module and of its children: where they are, what they are called, and how to move them.

``getParameters()`` is the truth about which arrays are parameters; attributes tell their names.
So a class that declares nothing is treated like one that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .arrays import Array, leaves
from .module import Module, title

_PROTOCOL_ATTRIBUTES = frozenset({"output", "gradInput", "_arguments", "_flat"})


@frozen
class Place:
    """Where a module holds an array: an attribute, or an item of a list or dict that is one.

    Attributes:
        name: the dotted name of the array within the model, ``0.W``.
        holder: the ``vars()`` of the module, or the list or dict.
        key: of the array in ``holder``.
    """

    name: str
    holder: Any
    key: Any

    @property
    def array(self) -> Array:
        array: Array = self.holder[self.key]
        return array

    def put(self, array: Array) -> None:
        self.holder[self.key] = array


@frozen
class ParameterPlace:
    """A parameter and its gradient, each with its place.

    Attributes:
        owner: the dotted name of the module that they belong to.
        name: the dotted name of the parameter.
        parameter, gradient: the arrays.
        homes: every place of the parameter, and of the gradient; none where no attribute holds the array.
    """

    owner: str
    name: str
    parameter: Array
    gradient: Array
    homes: tuple[tuple[Place, ...], tuple[Place, ...]]

    def require_homes(self) -> None:
        """Check that the two arrays can be moved.

        Raises:
            TypeError: if no attribute of the module holds one of them.
        """
        if not all(self.homes):
            raise TypeError(
                f"parameter {self.name}: expected getParameters() and getGradParameters() to return arrays that "
                "attributes of the module hold, received arrays held nowhere; only such can be moved"
            )

    def put(self, parameter: Array, gradient: Array) -> None:
        """Rebind both, wherever they are held."""
        for homes, array in zip(self.homes, (parameter, gradient), strict=True):
            for home in homes:
                home.put(array)


def children(module: Module) -> Iterator[tuple[str, Module]]:
    """Yield the modules that a module holds, by name: those of its list ``modules``, then those of other attributes."""
    listed = getattr(module, "modules", None)
    if not isinstance(listed, (list, tuple)):
        listed = ()
    for index, child in enumerate(listed):
        if isinstance(child, Module):
            yield str(index), child
    for place in _places(module, Module):
        if place.holder is not listed:
            yield place.name, place.holder[place.key]


def walk(root: Module) -> Iterator[tuple[str, Module]]:
    """Yield a module and all below it, parents first, each once, with its dotted name (``""`` for the root)."""
    seen: set[int] = set()

    def descend(name: str, module: Module) -> Iterator[tuple[str, Module]]:
        if id(module) not in seen:
            seen.add(id(module))
            yield name, module
            for step, child in children(module):
                yield from descend(_join(name, step), child)

    yield from descend("", root)


def parameter_places(root: Module) -> list[ParameterPlace]:
    """List every parameter below ``root``, a shared one once for each module that has it.

    Raises:
        ValueError: if a module's parameters and gradients do not correspond.
        TypeError: if they are no arrays, or copies.
    """
    modules = dict(walk(root))
    # Inner modules first, so that an error names the module at fault rather than the one around it.
    own = {owner: _own_arrays(owner, modules[owner]) for owner in reversed(modules)}
    owned = {owner: {id(array) for pair in pairs for array in pair} for owner, pairs in own.items()}
    holders: dict[int, list[tuple[str, Place]]] = {}
    for owner, module in modules.items():
        for place in _places(module, np.ndarray):
            holders.setdefault(id(place.array), []).append((owner, place))

    def homes(owner: str, array: Array) -> tuple[Place, ...]:
        """Places in the owner, first, and in modules that only refer to the array; none unless the owner holds it."""
        held = holders.get(id(array), ())
        mine = [place for holder, place in held if holder == owner]
        return (*mine, *(place for holder, place in held if id(array) not in owned[holder])) if mine else ()

    found = []
    for owner in modules:
        for index, (parameter, gradient) in enumerate(own[owner]):
            places = homes(owner, parameter), homes(owner, gradient)
            name = places[0][0].name if places[0] else f"parameter{index}"
            found.append(ParameterPlace(owner, _join(owner, name), parameter, gradient, places))
    return found


def _own_arrays(owner: str, module: Module) -> list[tuple[Array, Array]]:
    """The parameters and gradients of a module that are not those of the modules inside it."""
    inner = [array for _, child in children(module) for array in _arrays(child)]
    below = set(map(_memory, inner))
    parameters, gradients = (
        [array for array in leaves(listing) if not isinstance(array, np.ndarray) or _memory(array) not in below]
        for listing in (module.getParameters(), module.getGradParameters())
    )
    where = f"{owner}: {title(module)}" if owner else title(module)
    for array in (*parameters, *gradients):
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{where}: expected its parameters to be NumPy arrays, received {type(array).__name__}")
    if [array.shape for array in parameters] != [array.shape for array in gradients]:
        raise ValueError(
            f"{where}: expected gradients of the shapes of the parameters "
            f"{[array.shape for array in parameters]}, received {[array.shape for array in gradients]}"
        )
    if not set(map(_memory, (*parameters, *gradients))) <= set(map(_memory, _arrays(module))):
        raise TypeError(f"{where}: expected getParameters() to return the arrays themselves, received copies")
    return list(zip(parameters, gradients, strict=True))


def _arrays(module: Module) -> list[Array]:
    listing = leaves([module.getParameters(), module.getGradParameters()])
    return [array for array in listing if isinstance(array, np.ndarray)]


def _memory(array: Array) -> tuple[Any, ...]:
    """What two views of one stretch of memory have in common, though they are two objects."""
    return array.__array_interface__["data"], array.shape, array.strides, array.dtype


def buffer_places(root: Module, *, empty: bool = False) -> list[Place]:
    """List every buffer below ``root``: what ``BUFFERS`` declares, or all other arrays of a class without declarations.

    Args:
        root: the module.
        empty: list also where a buffer can be and None is.
    """
    found = []
    for prefix, module in walk(root):
        trained = set(map(id, _arrays(module)))
        declared = module.BUFFERS if _declares(type(module)) else None
        for place in _places(module, (np.ndarray, NoneType) if empty else np.ndarray):
            is_numeric = place.array is None or place.array.dtype.kind in "biufc"
            is_buffer = id(place.array) not in trained and is_numeric if declared is None else place.name in declared
            if is_buffer:
                found.append(Place(_join(prefix, place.name), place.holder, place.key))
    return found


def share(module: Module, other: Module, names: tuple[str, ...]) -> None:
    """Make ``module`` hold the parameter and gradient arrays of ``other``; see `Module.share`."""

    def chosen(source: Module) -> dict[str, ParameterPlace]:
        places = {place.name: place for place in parameter_places(source)}
        return {name: place for name, place in places.items() if not names or name.rsplit(".", 1)[-1] in names}

    mine, theirs = chosen(module), chosen(other)
    if unknown := sorted(set(names) - {name.rpartition(".")[2] for name in mine}):
        available = [place.name for place in parameter_places(module)]
        raise ValueError(f"{title(module)}: expected to share some of {available}, received {unknown}")
    shapes = [{name: place.parameter.shape for name, place in side.items()} for side in (mine, theirs)]
    if shapes[0] != shapes[1] or not shapes[0]:
        raise ValueError(
            f"{title(module)}: expected to share {shapes[0]} with a module that has them, received {shapes[1]}"
        )
    for place in (*mine.values(), *theirs.values()):
        place.require_homes()
    for name, place in mine.items():
        place.put(theirs[name].parameter, theirs[name].gradient)


def astype(module: Module, dtype: npt.DTypeLike) -> None:
    """Convert every floating parameter, gradient and buffer; arrays that modules share stay shared."""
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"{title(module)}: expected a floating dtype, received {dtype}")
    converted: dict[int, Array] = {}

    def convert(array: Array) -> Array:
        if array.dtype.kind != "f":
            return array
        return converted.setdefault(id(array), array.astype(dtype, order="C"))

    # All is converted before anything is put, so that a failure (of memory, say) leaves the module as it was.
    parameters = [(place, convert(place.parameter), convert(place.gradient)) for place in parameter_places(module)]
    buffers = [(place, convert(place.array)) for place in buffer_places(module)]
    for parameter, *_ in parameters:
        parameter.require_homes()
    for parameter, value, gradient in parameters:
        parameter.put(value, gradient)
    for buffer, value in buffers:
        buffer.put(value)


def _declares(cls: type[Module]) -> bool:
    """Whether a class, or a base of it short of the protocol, says which arrays it has."""
    return any(cls.__dict__.keys() & {"PARAMETERS", "BUFFERS", "CACHES"} for cls in cls.__mro__ if cls is not Module)


def _places(module: Module, kind: type | tuple[type, ...]) -> Iterator[Place]:
    """Find the attributes of a module, and the items of its list and dict attributes, that are of a kind.

    Items of a tuple are found if they are modules only: an array in a tuple cannot be replaced.
    """
    holder = vars(module)
    sequences = (list, tuple) if kind is Module else list
    for name, value in holder.items():
        if name in _PROTOCOL_ATTRIBUTES:
            continue
        if isinstance(value, kind):
            yield Place(name, holder, name)
        elif isinstance(value, sequences):
            yield from (Place(f"{name}.{i}", value, i) for i, item in enumerate(value) if isinstance(item, kind))
        elif isinstance(value, dict):
            yield from (Place(f"{name}.{key}", value, key) for key, item in value.items() if isinstance(item, kind))


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
