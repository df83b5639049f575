"""`reset`: a module's parameters and buffers as new ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ShapeError
from .aliases import further_names
from .arrays import Array
from .component import construct, given_arguments
from .initializer import Draw, initializer_of
from .node import Location, Node, Steps, find_buffers, title, walk_all
from .parameter_refs import ParameterRef, find_parameters

if TYPE_CHECKING:
    from .module import Module

_BIAS = re.compile(r"b(ias)?(_\w+)?")
"""The names of biases, further ones included: ``b``, ``bias``, ``bias_hidden``."""

_SCALES = ("gamma", "beta")
"""The names of scales and shifts, which begin as 1 and 0 whatever draws weights."""


def reset(root: Node, initializer: Any, bias: Any, rng: int | np.random.Generator | None) -> None:
    """Draw the parameters of a module anew, and make its buffers what they were; see `Module.reset`."""
    draw = None if initializer is None else initializer_of(initializer)
    if bias is None and draw is not None:
        bias = 0.0
    draw_bias = None if bias is None else _constant(bias) if isinstance(bias, (int, float)) else initializer_of(bias)
    generator = np.random.default_rng(rng)
    steps = walk_all(root)
    refs = find_parameters(steps)
    of_owner: dict[str, list[ParameterRef]] = {}
    for ref in refs:
        of_owner.setdefault(ref.owner, []).append(ref)
    values: dict[int, Array] = {}  # by the identity of what they are for: what is shared is drawn once
    buffers: list[tuple[Location, Any]] = []
    for owner, module, _ in steps:
        own = [ref for ref in of_owner.get(owner, ()) if id(ref.parameter) not in values]
        takes_rng = "rng" in type(module).__signature__.parameters
        # One for each layer that takes one, in this order, is what `build` gives to a model.
        source = generator.spawn(1)[0] if takes_rng or (own and (draw or draw_bias)) else generator
        left = []
        for ref in own:
            filled_by = _filled_by(module, ref, own, draw, draw_bias)
            if filled_by is None:
                left.append(ref)
            else:
                values[id(ref.parameter)] = _drawn(filled_by, ref, source)
        alone: Steps = [("", module, [])]
        held = find_buffers(alone)
        if left or held:
            twin = _made_anew(module, source if takes_rng else None)
            values.update({id(ref.parameter): _of_twin(module, twin, ref) for ref in left})
            fresh = {place.name: place.value for place in find_buffers([("", twin, [])], empty=True)}
            buffers += [(place, fresh[place.name]) for place in held if place.name in fresh]
    _put(refs, values)
    for place, value in buffers:
        is_array = isinstance(value, np.ndarray) and isinstance(place.value, np.ndarray)
        place.put(value.astype(place.value.dtype) if is_array else value)


def _constant(value: float) -> Draw:
    return lambda shape, rng, dtype: np.full(shape, value, dtype)


def _filled_by(
    module: Node, ref: ParameterRef, own: list[ParameterRef], draw: Draw | None, draw_bias: Draw | None
) -> Draw | None:
    """What draws a parameter; None if that is its constructor.

    Weights are what has two axes or more; biases what is called so beside weights. Others, such as the scales of a
    normalization (``gamma`` and ``beta``, of any number of axes), begin as they must, which is what their constructor
    makes.
    """
    if ref.attribute in _SCALES:
        return None
    if ref.parameter.ndim > 1:
        return draw
    names = [ref.attribute, *(name for name, meant in further_names(type(module)).items() if meant == ref.attribute)]
    has_weights = any(each.parameter.ndim > 1 for each in own)
    return draw_bias if has_weights and any(map(_BIAS.fullmatch, names)) else None


def _drawn(draw: Draw, ref: ParameterRef, rng: np.random.Generator) -> Array:
    shape = ref.parameter.shape
    try:
        value = np.asarray(draw(shape, rng, ref.parameter.dtype))
    except Exception as error:
        error.add_note(f"in reset, for parameter {ref.name} {shape}")
        raise
    if value.shape != shape:
        raise ShapeError(f"{ref.name}: expected the initializer to return {shape}, received {value.shape}")
    return value


def _made_anew(module: Module, rng: np.random.Generator | None) -> Module:
    """Make a module from the arguments that another was made from, but its generator."""
    arguments = given_arguments(module)
    if any(isinstance(inner, Node) for value in arguments.values() for inner in _items(value)):
        raise TypeError(
            f"{title(module)}: expected a constructor that takes no modules, as it would have to be called again for "
            "the parameters and buffers of its own"
        )
    if rng is not None:
        arguments["rng"] = rng
    made: Module = construct(type(module), (), arguments)
    return made


def _items(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


def _of_twin(module: Node, twin: Node, ref: ParameterRef) -> Array:
    """The parameter of a twin that is the counterpart of one."""
    name = ref.name.removeprefix(f"{ref.owner}.") if ref.owner else ref.name
    value = {each.name: each.parameter for each in find_parameters(twin)}.get(name)
    if value is None or value.shape != ref.parameter.shape:
        received = "none" if value is None else value.shape
        raise ShapeError(
            f"{title(module)}: expected the constructor to make {name} {ref.parameter.shape} again, received {received}"
        )
    return value


def _put(refs: list[ParameterRef], values: dict[int, Array]) -> None:
    """Write values where parameters are, so that whoever holds them has them; if they are read-only, replace them."""
    replaced: dict[int, Array] = {}
    for ref in refs:
        array = ref.parameter
        if array.flags.writeable:
            array[...] = values[id(array)]
        else:
            new = replaced.setdefault(id(array), values[id(array)].astype(array.dtype))
            ref.require_locations()
            ref.rebind(new, ref.gradient)
