"""Where the parameters and gradients of a model are, and what they are called.

``getParameters()`` is the truth about which arrays are parameters; attributes tell their names.
So a class that declares nothing is treated like one that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import Array, leaves
from .node import Location, Node, Steps, find_places, title, trained_arrays, walk_all

if TYPE_CHECKING:
    from .module import Module


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
        for location in self.locations[0]:
            location.holder[location.key] = parameter
        for location in self.locations[1]:
            location.holder[location.key] = gradient


def find_parameters(root: Node | Steps) -> list[ParameterRef]:
    """List every parameter below ``root``, a shared one once for each module that has it.

    Raises:
        ValueError: if a module's parameters and gradients do not correspond.
        TypeError: if they are no arrays, or copies.
    """
    steps = walk_all(root)
    # Inner modules first, so that an error names the module at fault rather than the one around it.
    inner = _Memories()
    own = [_own_arrays(*step, inner) for step in reversed(steps)]
    found: list[ParameterRef] = []
    referred: dict[int, tuple[Location, ...]] = {}  # by modules that it does not belong to
    for owner, module, _ in steps:
        pairs = own.pop()
        owned: dict[int, tuple[Location, ...]] = {id(array): () for pair in pairs for array in pair}
        for location in find_places(module, np.ndarray):
            key = id(location.holder[location.key])
            places = owned if key in owned else referred
            places[key] = (*places.get(key, ()), location)
        prefix = f"{owner}." if owner else ""
        for index, (parameter, gradient) in enumerate(pairs):
            locations = owned[id(parameter)], owned[id(gradient)]
            name = locations[0][0].name if locations[0] else f"parameter{index}"
            found.append(ParameterRef(owner, prefix + name, parameter, gradient, locations))
    if referred:
        found = [ref._replace(locations=_with_references(ref, referred)) for ref in found]
    return found


def _with_references(ref: ParameterRef, referred: Mapping[int, tuple[Location, ...]]) -> Any:
    """Where the two arrays are held: in the owner, first, and in modules that only refer to them, if it holds them."""
    arrays = ref.parameter, ref.gradient
    return tuple(own and (*own, *referred.get(id(array), ())) for own, array in zip(ref.locations, arrays, strict=True))


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
    if all(array.flags.owndata for array in arrays):  # of different arrays that own their memory none is shared
        return
    first: dict[int, int] = {}
    for index, array in enumerate(arrays):
        first.setdefault(id(array), index)
    stretches = sorted((*_stretch(arrays[index]), index) for index in first.values())
    if all(start >= end for (_, end, _), (start, _, _) in pairwise(stretches)):
        return
    together: list[int] = []
    begun = reached = 0
    for start, end, index in stretches:
        if start >= reached:
            yield from _overlaps_within(arrays, together, begun, reached)
            together, begun = [], start
        together.append(index)
        reached = max(reached, end)
    yield from _overlaps_within(arrays, together, begun, reached)


def _overlaps_within(arrays: list[Array], together: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the overlapping ones of arrays between two addresses, marking the bytes of each in turn.

    So each is compared with the others only if another has marked a byte of it: columns of one array interleave, and
    there may be thousands.
    """
    if len(together) < 2:
        return
    marks = np.zeros(end - start, np.bool_)
    for position, index in enumerate(together):
        array = arrays[index]
        offset = array.__array_interface__["data"][0] - start
        bytes_of = np.ndarray((*array.shape, array.itemsize), np.bool_, marks, offset, (*array.strides, 1))
        if bytes_of.any():
            for other in together[:position]:
                if np.shares_memory(array, arrays[other]):
                    yield min(index, other), max(index, other)
        bytes_of[...] = True


class _Memories:
    """The memory of arrays, which is asked for late: few models have a module that must know it."""

    def __init__(self) -> None:
        self._added: list[object] = []
        self._known: set[tuple[Any, ...]] = set()

    def add(self, arrays: object) -> None:
        """Add the arrays in nested lists."""
        self._added.append(arrays)

    def has_any(self, arrays: list[Array]) -> bool:
        """Whether the memory of one of some arrays is that of one that was added."""
        self._known.update(_memory(array) for array in leaves(self._added) if isinstance(array, np.ndarray))
        self._added = []
        return any(isinstance(array, np.ndarray) and _memory(array) in self._known for array in arrays)


def _own_arrays(
    owner: str, module: Node, holding: list[tuple[str, Module]], inner: _Memories
) -> list[tuple[Array, Array]]:
    """The parameters and gradients of a module that are not those of the modules inside it, which it is ``holding``.

    ``inner`` has those of all modules inside it, and maybe of others; this one's are added.
    """
    is_known = module._has_default_listings()
    if is_known:  # then those of the modules inside need not be listed again at every level
        declared = module._declared()
        if _correspond(declared) and not (declared and holding):  # a layer that is right, as nearly all are
            inner.add(declared)
            return declared
        listings = [parameter for parameter, _ in declared], [gradient for _, gradient in declared]
    else:
        listings = module.getParameters(), module.getGradParameters()
    parameters, gradients = (list(leaves(listing)) for listing in listings)
    both = [*parameters, *gradients]
    is_held_twice = bool(both and holding) and inner.has_any(both)
    inner.add(both)
    if is_held_twice:
        below = {_memory(array) for _, child in holding for array in trained_arrays(child)}
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


def _correspond(pairs: list[tuple[Array, Array]]) -> bool:
    """Whether all are arrays, each gradient of the shape of its parameter."""
    for parameter, gradient in pairs:
        if not (isinstance(parameter, np.ndarray) and isinstance(gradient, np.ndarray)):
            return False
        if parameter.shape != gradient.shape:
            return False
    return True


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
