"""`torch_names`: what PyTorch calls the arrays of a model."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from minnet_core import CounterpartError, Module, Reference, Sequential, counterpart_of, expect_counterpart
from minnet_core.nn import children, join, listed_modules

AS_ONE = 3
"""The most neighbours in a `Sequential` that may be one module in PyTorch: a batch normalization and its scales."""


@frozen(eq=False)
class Piece:
    """A module that has a counterpart, or several neighbours that have one together.

    Attributes:
        modules: dotted name -> module, in order.
        place: the dotted name of the counterpart.
        reference: the counterpart.
    """

    modules: dict[str, Module]
    place: str
    reference: Reference

    @property
    def is_merged(self) -> bool:
        """Whether several modules have one counterpart: their arrays may have axes of length 1 that its have not."""
        return len(self.modules) > 1 or any(type(module) is Sequential for module in self.modules.values())

    def names(self) -> Iterator[tuple[str, str]]:
        """The dotted names of the arrays, here and there."""
        starts = list(self.modules)
        for own, theirs in self.reference.parameters.items():
            if len(starts) > 1:  # those of a Sequential of the modules
                index, _, own = own.partition(".")
                yield join(starts[int(index)], own), join(self.place, theirs)
            else:
                yield join(starts[0], own), join(self.place, theirs)


def torch_names(model: Module) -> dict[str, str]:
    """Name the parameters and buffers of a model as ``state_dict()`` of its counterpart in PyTorch does.

    The counterpart of a `Sequential` is one of the counterparts of its modules. A `BatchNormalization` and the scales
    behind it are one module, so the modules after them move up.

    Raises:
        CounterpartError: naming the first layer with arrays that has no counterpart, and what is lacking.

    >>> from minnet_core import Sequential
    >>> from minnet_core import layers
    >>> torch_names(Sequential(layers["Linear"](3, 2)))
    {'0.W': '0.weight', '0.b': '0.bias'}
    """
    return {own: theirs for piece in pieces(model) for own, theirs in piece.names()}


def pieces(model: Module, name: str = "", place: str = "") -> Iterator[Piece]:
    """Walk what has a counterpart; what has none and holds modules is gone into.

    Raises:
        CounterpartError: as `torch_names` does.
    """
    reference = counterpart_of(model)
    if reference is not None:
        yield Piece({name: model}, place, reference)
    elif type(model) is Sequential:
        yield from _in_sequential(model, name, place)
    elif inner := children(model):
        own = len(model.namedParameters()) - sum(len(child.namedParameters()) for _, child in inner)
        if own > 0:
            raise _lacking(model, name)
        for each, child in inner:
            yield from pieces(child, join(name, each), join(place, each))
    elif model.namedParameters() or model.namedBuffers():
        raise _lacking(model, name)


def _in_sequential(model: Sequential, name: str, place: str) -> Iterator[Piece]:
    """The pieces of a `Sequential`, whose counterpart numbers its modules anew."""
    inner = listed_modules(model)
    start = index = 0
    while start < len(inner):
        count = next((count for count in range(AS_ONE, 1, -1) if _as_one(inner[start : start + count], count)), 1)
        part = inner[start : start + count]
        own, theirs = {join(name, each): child for each, child in part}, join(place, str(index))
        if count > 1:
            yield Piece(own, theirs, expect_counterpart(Sequential(*own.values())))
        else:
            yield from pieces(part[0][1], join(name, part[0][0]), theirs)
        start, index = start + count, index + 1


def _as_one(part: list[tuple[str, Module]], count: int) -> bool:
    """Whether neighbours have one counterpart together, while the first of them is no container."""
    is_whole = len(part) == count and len({id(child) for _, child in part}) == count
    return is_whole and counterpart_of(Sequential(*(child for _, child in part))) is not None


def _lacking(module: Module, name: str) -> CounterpartError:
    """What a module lacks that has arrays and no counterpart."""
    try:
        expect_counterpart(module)
    except CounterpartError as error:
        return CounterpartError(f"{name or 'the module'}: {error}")
    raise AssertionError(name)
