"""`flatten`: all parameters of a module as one vector, all gradients as another."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from .arrays import Array
from .kin import move_in_kin
from .module import Module
from .places import ParameterPlace, expect_listed, expect_separate, parameter_places
from .tree import walk
from .watch import Watch


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
    watch: Watch
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
    places = parameter_places(module)
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
    return FlatParameters(parameters, gradients, Watch.of(module), zeroes_at_once)


def _unique(places: list[ParameterPlace]) -> list[ParameterPlace]:
    """Keep the first place of each shared parameter."""
    first: dict[int, ParameterPlace] = {}
    for place in places:
        known = first.setdefault(id(place.parameter), place)
        if known.gradient is not place.gradient:
            raise ValueError(
                f"{known.name} and {place.name} are one array, but their gradients are two; "
                "tie modules with share(), which ties both"
            )
        place.require_homes()
    return list(first.values())
