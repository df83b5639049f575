"""`flatten`: all parameters of a module as one vector, all gradients as another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from attrs import frozen

from .arrays import Array, leaves
from .module import Module
from .places import ParameterPlace, expect_listed, parameter_places


@frozen(eq=False)
class FlatParameters:
    """The two vectors of a module, with the views that its parameters and gradients are."""

    parameters: Array
    gradients: Array
    parameter_views: tuple[Array, ...]
    gradient_views: tuple[Array, ...]

    def is_current(self, module: Module) -> bool:
        """Whether every parameter and gradient of ``module`` still is the view that it was."""
        return _same(module.getParameters(), self.parameter_views) and _same(
            module.getGradParameters(), self.gradient_views
        )


def flatten(module: Module) -> tuple[Array, Array]:
    """Return the vectors of parameters and gradients; see `Module.flattenParameters`."""
    flat: FlatParameters | None = vars(module).get("_flat")
    if flat is None or not flat.is_current(module):
        flat = _move(module, flat)
        vars(module)["_flat"] = flat
    return flat.parameters, flat.gradients


def _same(nested: object, views: tuple[Array, ...]) -> bool:
    arrays = list(leaves(nested))
    return len(arrays) == len(views) and all(map(lambda array, view: array is view, arrays, views))


def _move(module: Module, old: FlatParameters | None) -> FlatParameters:
    places = parameter_places(module)
    expect_listed(module, places)
    unique = _unique(places)
    dtypes = {array.dtype for place in unique for array in (place.parameter, place.gradient)} or {np.dtype(np.float32)}
    if len(dtypes) > 1:
        listing = ", ".join(
            f"{place.name} {place.parameter.dtype} (gradient {place.gradient.dtype})" for place in unique
        )
        raise TypeError(f"expected parameters and gradients of one dtype, received {listing}; convert with astype()")
    dtype = dtypes.pop()
    size = sum(place.parameter.size for place in unique)
    if old is not None and (old.parameters.size, old.parameters.dtype) == (size, dtype):
        parameters, gradients = old.parameters, old.gradients
    else:
        parameters, gradients = np.empty(size, dtype), np.empty(size, dtype)

    # Values are copied out first: a parameter may be a view of another stretch of the vectors that are written to.
    parameters[:] = np.concatenate([np.empty(0, dtype), *(place.parameter.ravel() for place in unique)])
    gradients[:] = np.concatenate([np.empty(0, dtype), *(place.gradient.ravel() for place in unique)])
    views: dict[int, tuple[Array, Array]] = {}
    start = 0
    for place in unique:
        shape, stop = place.parameter.shape, start + place.parameter.size
        views[id(place.parameter)] = parameters[start:stop].reshape(shape), gradients[start:stop].reshape(shape)
        start = stop
    for place in places:
        place.put(*views[id(place.parameter)])
    return FlatParameters(
        parameters, gradients, tuple(leaves(module.getParameters())), tuple(leaves(module.getGradParameters()))
    )


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
    for one, other in combinations(first.values(), 2):
        if np.may_share_memory(one.parameter, other.parameter) and np.shares_memory(one.parameter, other.parameter):
            raise ValueError(
                f"{one.name} and {other.name} are two views of the same memory, which moving them would part; "
                "tie whole parameters with share()"
            )
    return list(first.values())
