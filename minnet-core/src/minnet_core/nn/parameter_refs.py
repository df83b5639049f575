"""Where the parameters and gradients of a model are, and what they are called.

``getParameters()`` is the truth about which arrays are parameters; attributes tell their names.
So a class that declares nothing is treated like one that does.
"""

from __future__ import annotations

from itertools import combinations
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
    owned = {owner: {id(array) for pair in pairs for array in pair} for owner, pairs in own.items()}
    holders: dict[int, list[tuple[str, Location]]] = {}
    for owner, module in modules.items():
        for location in find_places(module, np.ndarray):
            holders.setdefault(id(location.value), []).append((owner, location))

    def locate(owner: str, array: Array) -> tuple[Location, ...]:
        """Find it in the owner, first, and in modules that only refer to it; nowhere unless the owner holds it."""
        held = holders.get(id(array), ())
        own_locations = [location for holder, location in held if holder == owner]
        if not own_locations:
            return ()
        return (*own_locations, *(location for holder, location in held if id(array) not in owned[holder]))

    found = []
    for owner in modules:
        for index, (parameter, gradient) in enumerate(own[owner]):
            locations = locate(owner, parameter), locate(owner, gradient)
            name = locations[0][0].name if locations[0] else f"parameter{index}"
            found.append(ParameterRef(owner, join(owner, name), parameter, gradient, locations))
    return found


def expect_listed(root: Node, found: list[ParameterRef]) -> None:
    """Refuse a composite whose ``getParameters()`` hides modules inside: nobody would notice when they are rebound."""
    listed = set(map(_memory, trained_arrays(root)))
    hidden = [ref.name for ref in found if _memory(ref.parameter) not in listed]
    if hidden:
        raise ValueError(
            f"{title(root)}: expected getParameters() to return the parameters of all modules inside, it lacks "
            f"{', '.join(hidden)}; derive the class that holds these modules from Container, and add() them"
        )


def expect_separate(found: list[ParameterRef]) -> None:
    """Refuse parameters that overlap in memory without being one array: moving or saving them would part them."""
    for one, other in combinations(found, 2):
        for mine, theirs in ((one.parameter, other.parameter), (one.gradient, other.gradient)):
            if mine is not theirs and np.may_share_memory(mine, theirs) and np.shares_memory(mine, theirs):
                raise ValueError(
                    f"{one.name} and {other.name}, or their gradients, are two views of the same memory, which would "
                    "be parted here; tie whole parameters with share()"
                )


def _own_arrays(owner: str, module: Node) -> list[tuple[Array, Array]]:
    """The parameters and gradients of a module that are not those of the modules inside it."""
    inner = [array for _, child in children(module) for array in trained_arrays(child)]
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
    if not set(map(_memory, (*parameters, *gradients))) <= set(map(_memory, trained_arrays(module))):
        raise TypeError(f"{where}: expected getParameters() to return the arrays themselves, received copies")
    return list(zip(parameters, gradients, strict=True))


def _memory(array: Array) -> tuple[Any, ...]:
    """What two views of one stretch of memory have in common, though they are two objects."""
    return array.__array_interface__["data"], array.shape, array.strides, array.dtype
