"""`flatten`: all parameters of a module as one vector, all gradients as another."""

from __future__ import annotations

from operator import is_
from typing import Any

import numpy as np
from attrs import frozen

from .arrays import Array, leaves
from .container import Container
from .module import Module
from .node import walk
from .parameter_refs import ParameterRef, expect_listed, expect_separate, find_parameters
from .sharing import move_in_kin


@frozen(eq=False)
class StorageSnapshot:
    """The arrays of a module, and where they were found.

    It is asked twice in every step of training, so it does not collect the arrays again: a declared parameter is an
    attribute, and the modules of a `Container` are a list, of which identity tells whether they have changed.
    Only a class with parameter methods of its own is asked for its arrays.

    Attributes:
        held: attributes: the ``vars()`` of a module, the name, and what it was.
        listed: the ``vars()`` of a container, and the modules that it held.
        asked: a module that must be asked, with its arrays.
    """

    held: tuple[tuple[dict[str, Any], str, Array | None], ...]
    listed: tuple[tuple[dict[str, Any], tuple[Module, ...]], ...]
    asked: tuple[tuple[Module, tuple[Array, ...]], ...]

    @classmethod
    def of(cls, root: Module) -> StorageSnapshot:
        """Note what a module holds now."""
        held: list[tuple[dict[str, Any], str, Array | None]] = []
        listed: list[tuple[dict[str, Any], tuple[Module, ...]]] = []
        asked: list[tuple[Module, tuple[Array, ...]]] = []
        pending = [root]
        while pending:
            module = pending.pop()
            own = vars(module)
            names = [name for pair in module.PARAMETERS.items() for name in pair]
            if not _inherits(module) or not own.keys() >= set(names):
                asked.append((module, _arrays(module)))
                continue
            held.extend((own, name, own[name]) for name in names)
            if isinstance(module, Container):
                listed.append((own, tuple(module.modules)))
                pending.extend(module.modules)
        return cls(tuple(held), tuple(listed), tuple(asked))

    def is_current(self) -> bool:
        """Whether nothing has been rebound, added or taken away since."""
        for own, name, array in self.held:
            if own.get(name) is not array:
                return False
        for own, modules in self.listed:
            if not _same(own["modules"], modules):
                return False
        return all(_same(_arrays(module), arrays) for module, arrays in self.asked)


def _inherits(module: Module) -> bool:
    """Whether the methods that list the arrays are the core's, which list what is declared."""
    base = Container if isinstance(module, Container) else Module
    return all(
        getattr(type(module), name) is getattr(base, name) and name not in vars(module)
        for name in ("getParameters", "getGradParameters")
    )


def _arrays(module: Module) -> tuple[Array, ...]:
    return tuple(leaves([module.getParameters(), module.getGradParameters()]))


def _same(these: Any, those: tuple[Any, ...]) -> bool:
    return len(these) == len(those) and all(map(is_, these, those))


@frozen(eq=False)
class FlatParameters:
    """The two vectors of a module.

    Attributes:
        parameters, gradients: the vectors.
        watch: whether the arrays of the module still are views of them.
        zeroes_at_once: whether no module in it has a ``zeroGradParameters`` of its own.
    """

    parameters: Array
    gradients: Array
    watch: StorageSnapshot
    zeroes_at_once: bool

    def zero(self) -> bool:
        """Fill the gradients with zeros, all in one call, which takes a fraction of the time of one for each array.

        Returns:
            Whether that was right; if not, nothing is changed.
        """
        if not self.zeroes_at_once or not self.watch.is_current():
            return False
        self.gradients.fill(0)
        return True


def flatten(module: Module) -> tuple[Array, Array]:
    """Move what is not there yet into the vectors of parameters and gradients; see `Module.flattenParameters`."""
    flat = vars(module)["_flat"] = _move(module, vars(module).get("_flat"))
    return flat.parameters, flat.gradients


def _move(module: Module, old: FlatParameters | None) -> FlatParameters:
    places = find_parameters(module)
    expect_listed(module, places)
    unique = _unique(places)
    expect_separate(unique)
    # A gradient has the dtype that its layer was made in; a parameter that was rebound in another one is converted.
    dtypes = {place.gradient.dtype for place in unique} or {np.dtype(np.float32)}
    if len(dtypes) > 1:
        listing = ", ".join(f"{place.name} {place.gradient.dtype}" for place in unique)
        raise TypeError(f"expected gradients of one dtype, received {listing}; convert with astype()")
    dtype = dtypes.pop()
    size = sum(place.parameter.size for place in unique)
    if old is not None and (old.parameters.size, old.parameters.dtype) == (size, dtype):
        parameters, gradients = old.parameters, old.gradients
    else:
        parameters, gradients = np.empty(size, dtype), np.empty(size, dtype)

    # Values are copied out first: a parameter may be a view of another stretch of the vectors that are written to.
    parameters[:] = np.concatenate([np.empty(0, dtype), *(place.parameter.ravel() for place in unique)])
    gradients[:] = np.concatenate([np.empty(0, dtype), *(place.gradient.ravel() for place in unique)])
    views: dict[int, Array] = {}
    start = 0
    for place in unique:
        shape, stop = place.parameter.shape, start + place.parameter.size
        views[id(place.parameter)] = parameters[start:stop].reshape(shape)
        views[id(place.gradient)] = gradients[start:stop].reshape(shape)
        start = stop
    for place in places:
        place.put(views[id(place.parameter)], views[id(place.gradient)])
    move_in_kin(module, views)
    zeroes_at_once = all(type(inner).zeroGradParameters is Module.zeroGradParameters for _, inner in walk(module))
    return FlatParameters(parameters, gradients, StorageSnapshot.of(module), zeroes_at_once)


def _unique(places: list[ParameterRef]) -> list[ParameterRef]:
    """Keep the first place of each shared parameter."""
    first: dict[int, ParameterRef] = {}
    for place in places:
        known = first.setdefault(id(place.parameter), place)
        if known.gradient is not place.gradient:
            raise ValueError(
                f"{known.name} and {place.name} are one array, but their gradients are two; "
                "tie modules with share(), which ties both"
            )
        place.require_homes()
    return list(first.values())
