"""`share` and `astype`: put other arrays where a module holds its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .aliases import further_names
from .arrays import Array
from .node import Node, find_buffers, title, walk
from .parameter_refs import ParameterRef, find_parameters
from .storage import Storage, replace_in_relatives


def share(module: Node, other: Node, names: tuple[str, ...]) -> None:
    """Make ``module`` hold the parameter and gradient arrays of ``other``; see `Module.share`."""
    (mine, unknown), (theirs, _) = _chosen(module, names), _chosen(other, names)
    if unknown:
        available = [ref.name for ref in find_parameters(module)]
        raise ValueError(f"{title(module)}: expected to share some of {available}, received {sorted(unknown)}")
    shapes = [{name: ref.parameter.shape for name, ref in side.items()} for side in (mine, theirs)]
    if shapes[0] != shapes[1] or not shapes[0]:
        raise ValueError(
            f"{title(module)}: expected to share {shapes[0]} with a module that has them, received {shapes[1]}"
        )
    for ref in (*mine.values(), *theirs.values()):
        ref.require_locations()
    my_modules, their_modules = dict(walk(module)), dict(walk(other))
    for name, ref in mine.items():
        ref.rebind(theirs[name].parameter, theirs[name].gradient)
        Storage.unite("relatives", my_modules[ref.owner], their_modules[theirs[name].owner])


def _chosen(node: Node, names: tuple[str, ...]) -> tuple[dict[str, ParameterRef], set[str]]:
    """The parameters of some names, further ones included, or all if there are none; and the names that none has."""
    refs, modules = find_parameters(node), dict(walk(node))
    chosen, unknown = {} if names else {ref.name: ref for ref in refs}, set(names)
    for ref in refs if names else ():
        known = further_names(type(modules[ref.owner]))
        if meant := {name for name in names if known.get(name, name) == ref.attribute}:
            chosen[ref.name] = ref
            unknown -= meant
    return chosen, unknown


def astype(module: Node, dtype: npt.DTypeLike) -> None:
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
    parameters = [(ref, convert(ref.parameter), convert(ref.gradient)) for ref in find_parameters(module)]
    buffers = [(location, convert(location.value)) for location in find_buffers(module)]
    for ref, *_ in parameters:
        ref.require_locations()
    for ref, value, gradient in parameters:
        ref.rebind(value, gradient)
    for location, value in buffers:
        location.put(value)
    replace_in_relatives(module, converted)
