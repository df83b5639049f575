"""Where the parameters and gradients of a model are, and what they are called.

``getParameters()`` is the truth about which arrays are parameters; attributes tell their names.
So a class that declares nothing is treated like one that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .arrays import Array, leaves
from .node import Location, Node, children, find_places, join, title, trained_arrays, walk


class ParameterRef(NamedTuple):
    """A parameter and its gradient, and where they are held.

    Attributes:
        owner: the dotted name of the module that they belong to.
        name: the dotted name of the parameter.
        parameter, gradient: the arrays.
        locations: all that hold the parameter, and all that hold the gradient; none where no attribute does.
    """

    owner: str
    name: str
    parameter: Array
    gradient: Array
    locations: tuple[tuple[Location, ...], tuple[Location, ...]]

    @property
    def attribute(self) -> str:
        """The attribute of its owner that holds the parameter, or the list or dict that has it."""
        return self.name[len(self.owner) :].lstrip(".").partition(".")[0]

    def require_locations(self) -> None:
        """Check that the two arrays can be rebound: an attribute of the module holds each."""
        if not all(self.locations):
            raise TypeError(
                f"parameter {self.name}: expected getParameters() and getGradParameters() to return arrays that "
                "attributes of the module hold, received arrays held nowhere; only such can be moved"
            )

    def rebind(self, parameter: Array, gradient: Array) -> None:
        """Put other arrays wherever the two are held."""
        for locations, array in zip(self.locations, (parameter, gradient), strict=True):
            for location in locations:
                location.put(array)


def find_parameters(root: Node) -> list[ParameterRef]:
    """List every parameter below ``root``, a shared one once for each module that has it.

    Raises:
        ValueError: if a module's parameters and gradients do not correspond.
        TypeError: if they are no arrays, or copies.
    """
    modules = dict(walk(root))
    # Inner modules first, so that an error names the module at fault rather than the one around it.
    own = {owner: _own_arrays(owner, modules[owner]) for owner in reversed(modules)}
    owned = {(owner, id(array)) for owner, pairs in own.items() for pair in pairs for array in pair}
    held: dict[tuple[str, int], tuple[Location, ...]] = {}
    referred: dict[int, list[Location]] = {}
    for owner, module in modules.items():
        for location in find_places(module, np.ndarray):
            key = owner, id(location.value)
            held[key] = (*held.get(key, ()), location)
            if key not in owned:
                referred.setdefault(id(location.value), []).append(location)

    def locate(owner: str, array: Array) -> tuple[Location, ...]:
        """Find it in the owner, first, and in modules that only refer to it; nowhere unless the owner holds it."""
        own_locations = held.get((owner, id(array)), ())
        return (*own_locations, *referred.get(id(array), ())) if own_locations else ()

    found = []
    for owner in modules:
        for index, (parameter, gradient) in enumerate(own[owner]):
            locations = locate(owner, parameter), locate(owner, gradient)
            name = locations[0][0].name if locations[0] else f"parameter{index}"
            found.append(ParameterRef(owner, join(owner, name), parameter, gradient, locations))
    return found


def expect_listed(root: Node, found: list[ParameterRef]) -> None:
    """Refuse a composite whose ``getParameters()`` hides modules inside: nobody would notice when they are rebound."""
    trained = trained_arrays(root)
    listed = set(map(id, trained))
    missing = [ref for ref in found if id(ref.parameter) not in listed]
    memories = set(map(_memory, trained)) if missing else set()
    if hidden := [ref.name for ref in missing if _memory(ref.parameter) not in memories]:
        raise ValueError(
            f"{title(root)}: expected getParameters() to return the parameters of all modules inside, it lacks "
            f"{', '.join(hidden)}; derive the class that holds these modules from Container, and add() them"
        )


def expect_separate(found: list[ParameterRef]) -> None:
    """Refuse parameters that overlap in memory without being one array: moving or saving them would part them."""
    parameters, gradients = [ref.parameter for ref in found], [ref.gradient for ref in found]
    overlapping = [*_overlaps(parameters), *_overlaps(gradients)]
    if overlapping:
        one, other = (found[index] for index in min(overlapping))
        raise ValueError(
            f"{one.name} and {other.name}, or their gradients, are two views of the same memory, which would "
            "be parted here; tie whole parameters with share()"
        )


def _overlaps(arrays: list[Array]) -> Iterator[tuple[int, int]]:
    """Yield the positions of two arrays that share memory, the smaller first; each array counts where it is first.

    Only those are compared whose stretches of memory overlap, which stand together when sorted by their beginnings.
    """
    first: dict[int, int] = {}
    for index, array in enumerate(arrays):
        first.setdefault(id(array), index)
    reaching: list[
        tuple[int, int]
    ] = []  # the ends of the stretches that go on where the next begins, and whose they are
    for start, end, index in sorted((*_stretch(arrays[index]), index) for index in first.values()):
        reaching = [stretch for stretch in reaching if stretch[0] > start]
        for _, other in reaching:
            if np.shares_memory(arrays[index], arrays[other]):
                yield min(index, other), max(index, other)
        reaching.append((end, index))


def _own_arrays(owner: str, module: Node) -> list[tuple[Array, Array]]:
    """The parameters and gradients of a module that are not those of the modules inside it."""
    is_known = module._has_default_listings()
    if is_known:  # then those of the modules inside need not be listed again at every level
        declared = module._declared()
        listings = [parameter for parameter, _ in declared], [gradient for _, gradient in declared]
    else:
        listings = module.getParameters(), module.getGradParameters()
    parameters, gradients = (list(leaves(listing)) for listing in listings)
    holding = children(module) if parameters or gradients else ()
    below = {_memory(array) for _, child in holding for array in trained_arrays(child)}
    if below:
        parameters, gradients = (
            [array for array in listing if not isinstance(array, np.ndarray) or _memory(array) not in below]
            for listing in (parameters, gradients)
        )

    def where() -> str:
        return f"{owner}: {title(module)}" if owner else title(module)

    for array in (*parameters, *gradients):
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{where()}: expected its parameters to be NumPy arrays, received {type(array).__name__}")
    if [array.shape for array in parameters] != [array.shape for array in gradients]:
        raise ValueError(
            f"{where()}: expected gradients of the shapes of the parameters "
            f"{[array.shape for array in parameters]}, received {[array.shape for array in gradients]}"
        )
    if not is_known and not set(map(_memory, (*parameters, *gradients))) <= set(map(_memory, trained_arrays(module))):
        raise TypeError(f"{where()}: expected getParameters() to return the arrays themselves, received copies")
    return list(zip(parameters, gradients, strict=True))


def _memory(array: Array) -> tuple[Any, ...]:
    """What two views of one stretch of memory have in common, though they are two objects."""
    return array.__array_interface__["data"], array.shape, array.strides, array.dtype


def _stretch(array: Array) -> tuple[int, int]:
    """The addresses where the memory of an array begins and ends."""
    start = end = array.__array_interface__["data"][0]
    if array.flags.c_contiguous:
        return start, start + array.nbytes
    for length, stride in zip(array.shape, array.strides, strict=True):
        step = (length - 1) * stride
        start, end = start + min(step, 0), end + max(step, 0)
    return start, end + array.itemsize
