"""`share` and `astype`: put other arrays into the places of a module."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from .arrays import Array
from .buffers import find_buffers
from .module import Module, title
from .node import find_places, walk
from .parameter_refs import ParameterRef, find_parameters


def link(one: Module, other: Module) -> None:
    """Note that two modules share arrays, each with all that the other shares arrays with; nobody is kept alive."""
    kin: WeakValueDictionary[int, Module] = WeakValueDictionary({id(one): one, id(other): other})
    for module in (one, other):
        kin.update(vars(module).get("_kin", {}))
    for module in list(kin.values()):
        vars(module)["_kin"] = kin


def move_in_kin(root: Module, moved: Mapping[int, Array]) -> None:
    """Replace arrays in the modules that share them with modules below ``root``.

    Args:
        root: where the arrays have been replaced already.
        moved: ``id`` of an array that has been replaced -> what replaces it.
    """
    for _, module in walk(root):
        for relative in list(vars(module).get("_kin", {}).values()):
            for place in find_places(relative, np.ndarray):
                if id(place.value) in moved:
                    place.put(moved[id(place.value)])


def share(module: Module, other: Module, names: tuple[str, ...]) -> None:
    """Make ``module`` hold the parameter and gradient arrays of ``other``; see `Module.share`."""

    def chosen(source: Module) -> dict[str, ParameterRef]:
        places = {place.name: place for place in find_parameters(source)}
        return {name: place for name, place in places.items() if not names or place.attribute in names}

    mine, theirs = chosen(module), chosen(other)
    if unknown := sorted(set(names) - {place.attribute for place in mine.values()}):
        available = [place.name for place in find_parameters(module)]
        raise ValueError(f"{title(module)}: expected to share some of {available}, received {unknown}")
    shapes = [{name: place.parameter.shape for name, place in side.items()} for side in (mine, theirs)]
    if shapes[0] != shapes[1] or not shapes[0]:
        raise ValueError(
            f"{title(module)}: expected to share {shapes[0]} with a module that has them, received {shapes[1]}"
        )
    for place in (*mine.values(), *theirs.values()):
        place.require_homes()
    my_modules, their_modules = dict(walk(module)), dict(walk(other))
    for name, place in mine.items():
        place.put(theirs[name].parameter, theirs[name].gradient)
        link(my_modules[place.owner], their_modules[theirs[name].owner])


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
    parameters = [(place, convert(place.parameter), convert(place.gradient)) for place in find_parameters(module)]
    buffers = [(place, convert(place.value)) for place in find_buffers(module)]
    for parameter, *_ in parameters:
        parameter.require_homes()
    for parameter, value, gradient in parameters:
        parameter.put(value, gradient)
    for buffer, value in buffers:
        buffer.put(value)
    move_in_kin(module, converted)
