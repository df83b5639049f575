"""Shapes that say what fills them, in the short form that inputs and targets have: ``4,7,3;4:lengths<=7``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .. import support  # the whole room: what quotes and searches is imported when a word is wrong, not at each start
from .arrays import Array, Tensor
from .traits import draw_in_domain

Lengths: TypeAlias = tuple[int, ...]


@frozen
class Kind:
    """What fills an array.

    Attributes:
        draw: ``draw(rng, shape, dtype, most)``.
        sign: between its name and its bound, ``<`` or ``<=``; empty if it takes none.
        least: the smallest number where there is a bound.
        domain: the trait of a component that takes one array of this kind.
    """

    draw: Callable[[np.random.Generator, Lengths, npt.DTypeLike, int], Array]
    sign: str = ""
    least: int = 0
    domain: str | None = None


def _of_domain(trait: str) -> Kind:
    return Kind(lambda rng, shape, dtype, _: draw_in_domain(frozenset({trait}), rng, shape, dtype), domain=trait)


def _one_hot(rng: np.random.Generator, shape: Lengths, dtype: npt.DTypeLike, _: int) -> Array:
    return np.asarray(np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])])


def _below(rng: np.random.Generator, shape: Lengths, _: npt.DTypeLike, most: int) -> Array:
    return np.asarray(rng.integers(0, most + 1, shape))


def _lengths(rng: np.random.Generator, shape: Lengths, _: npt.DTypeLike, most: int) -> Array:
    lengths = np.asarray(rng.integers(1, most + 1, shape))
    lengths.flat[rng.integers(lengths.size)] = most  # the longest, to which the others are padded
    return lengths


def _mask(rng: np.random.Generator, shape: Lengths, _: npt.DTypeLike, __: int) -> Array:
    values = np.asarray(rng.random(shape) < 0.5)
    places = rng.random(shape).argsort(axis=-1)
    np.put_along_axis(values, places[..., 1:2], False, axis=-1)
    np.put_along_axis(values, places[..., :1], True, axis=-1)
    return values


KINDS = MappingProxyType(
    {
        "one-hot": Kind(_one_hot),
        "classes": Kind(_below, "<", domain="integer-input"),
        "real": Kind(lambda rng, shape, dtype, _: draw_in_domain(frozenset(), rng, shape, dtype)),
        "binary": Kind(lambda rng, shape, dtype, _: np.asarray(rng.integers(0, 2, shape), dtype)),
        "signs": Kind(lambda rng, shape, dtype, _: np.asarray(rng.choice([-1, 1], shape), dtype)),
        "positive": _of_domain("positive-input"),
        "unit-interval": _of_domain("unit-interval-input"),
        "probabilities": _of_domain("probability-input"),
        "log-probabilities": _of_domain("log-probability-input"),
        "int": Kind(_below, "<", domain="integer-input"),
        "lengths": Kind(_lengths, "<=", least=1, domain="integer-input"),
        "mask": Kind(_mask),
    }
)
"""Name -> what may fill an array.

Integers are of NumPy's usual dtype and begin at 0, lengths at 1; one of the lengths is the largest. A mask is boolean;
along the last axis at least one element is true and, where there are two, one is false: right whichever of them counts.
All others are floating, with the numbers that `draw_in_domain` draws.
"""

FORMS = tuple(f"{name}{kind.sign}{'N' * bool(kind.sign)}" for name, kind in KINDS.items())
"""Each kind as one writes it."""

_KIND = re.compile(r"([a-z-]+)(?:(<=?)([0-9]{1,9}))?")


@frozen
class Fill:
    """What fills one array: one of ``KINDS``, and the largest number where that takes a bound.

    >>> str(Fill("lengths", 7))
    'lengths<=7'
    """

    kind: str
    most: int | None = None

    def draw(self, rng: np.random.Generator, shape: Lengths, dtype: npt.DTypeLike) -> Array:
        """Draw an array of a shape."""
        return KINDS[self.kind].draw(rng, shape, dtype, self.most or 0)

    def following(self, old: int, new: int) -> Fill:
        """The fill where something of the length of its bound has another length; the same if none has.

        >>> str(Fill("lengths", 7).following(7, 400)), str(Fill("int", 8).following(7, 400))
        ('lengths<=400', 'int<9')
        """
        below = KINDS[self.kind].sign == "<"
        return Fill(self.kind, new - below) if self.most == old - below else self

    def __str__(self) -> str:
        sign = KINDS[self.kind].sign
        return self.kind if self.most is None else f"{self.kind}{sign}{self.most + (sign == '<')}"


class FilledShape(tuple[int, ...]):
    """The shape of an array, with what fills it.

    >>> shape = FilledShape((4, 7), Fill("mask"))
    >>> shape, len(shape), shape == (4, 7)
    ('4,7:mask', 2, False)
    """

    fill: Fill

    def __new__(cls, lengths: Lengths, fill: Fill) -> FilledShape:
        self = super().__new__(cls, lengths)
        self.fill = fill
        return self

    def __getnewargs__(self) -> tuple[Lengths, Fill]:  # for copies
        return tuple(self), self.fill

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilledShape) and tuple(self) == tuple(other) and self.fill == other.fill

    def __ne__(self, other: object) -> bool:  # which a tuple has too
        return not self == other

    def __hash__(self) -> int:
        return hash((tuple(self), self.fill))

    def __repr__(self) -> str:
        return repr(shape_text(self))


def shape_text(shape: Any) -> str:
    """Write a shape in the short form, as ``--input`` takes it: ``4,5``, or ``4,5;4:lengths<=5`` for a table.

    >>> shape_text((4, 5)), shape_text(((4, 5), FilledShape((4,), Fill("lengths", 5))))
    ('4,5', '4,5;4:lengths<=5')
    """
    if is_table(shape):
        return ";".join(map(shape_text, shape))
    lengths = ",".join(map(str, shape))
    return f"{lengths}:{shape.fill}" if isinstance(shape, FilledShape) else lengths


def read_shape(text: str) -> Any:
    """Read the shape of an input.

    Raises:
        ValueError: if it is none; says the forms that there are.

    >>> read_shape("4,7,3;4:lengths<=7")
    ((4, 7, 3), '4:lengths<=7')
    """
    parts = []
    for part in text.split(";"):
        lengths, colon, kind = part.partition(":")
        shape = read_lengths(lengths, text)
        parts.append(FilledShape(shape, read_fill(kind, text)) if colon else shape)
    return parts[0] if len(parts) == 1 else tuple(parts)


def read_shapes(value: Any) -> Any:
    """Read the texts in what describes inputs: a text, or a tuple or list with texts in it; all else stays."""
    if isinstance(value, str):
        return read_shape(value)
    if isinstance(value, list):
        return list(map(read_shapes, value))
    return tuple(map(read_shapes, value)) if type(value) is tuple else value


def read_lengths(words: str, text: str) -> Lengths:
    """Read the shape of an array, which is part of a text."""
    try:
        lengths = tuple(int(length) for length in words.split(",") if length.strip())
    except ValueError:
        lengths = ()
    if not lengths or min(lengths) < 1:
        raise ValueError(
            f"expected positive lengths such as 4,5, or 4,5;4,2 for a table, received {support.printable(repr(text))}"
        )
    return lengths


def read_fill(words: str, text: str, *, is_target: bool = False) -> Fill:
    """Read what fills an array; only a target, which has an input beside it, may have classes without a bound."""
    words = words.replace(" ", "")
    match = _KIND.fullmatch(words)
    name = match[1] if match else words
    kind = KINDS.get(name)
    if match and kind:
        most = int(match[3]) - (match[2] == "<") if match[3] else None
        if most is None and (not kind.sign or (is_target and name == "classes")):
            return Fill(name)
        if most is not None and kind.sign and most >= kind.least:
            return Fill(name, most)
    hint = support.nearest(name, {name.partition("<")[0]: name for name in FORMS}, most=1) if kind is None else ""
    forms = ", ".join(FORMS)
    if is_target:
        what = f"a target among {forms.replace('classes<N', 'classes')}, none, alone or after a shape, as 4:signs"
    else:
        what = f"a shape alone, as 4,5, or with what fills it, as 4,5:mask, of {forms}"
    received = f"{support.printable(repr(text))}{support.spelled(text)}"
    raise ValueError(f"expected {what}, received {received}{'; ' * bool(hint)}{hint}")


def is_table(shape: Any) -> bool:
    """Whether a shape is a tuple of shapes."""
    return isinstance(shape, tuple) and bool(shape) and isinstance(shape[0], tuple)


def first_array(shape: Any) -> Lengths:
    """The shape of the first array of a table, or of the one array that there is."""
    while is_table(shape):
        shape = shape[0]
    return tuple(shape)


def fills(shape: Any) -> Iterator[Fill | None]:
    """What fills each array; None where the traits of the component say it."""
    if is_table(shape):
        for part in shape:
            yield from fills(part)
    else:
        yield shape.fill if isinstance(shape, FilledShape) else None


def filled_like(shape: Any, pattern: Any) -> Any:
    """Fill the arrays of a shape as those of another of the same structure; None if it has another structure.

    >>> filled_like(((2, 3), (2,)), read_shape("4,5;4:signs"))
    ((2, 3), '2:signs')
    """
    if is_table(shape) != is_table(pattern):
        return None
    if not is_table(shape):
        is_plain = not isinstance(shape, FilledShape) and isinstance(pattern, FilledShape)
        return FilledShape(shape, pattern.fill) if is_plain else shape
    if len(shape) != len(pattern):
        return None
    parts = tuple(map(filled_like, shape, pattern))
    return None if None in parts else parts


def draw_filled(traits: frozenset[str], rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Tensor:
    """Draw an array, or a table of arrays, filled as the shape says, or from the domain that traits name."""
    if is_table(shape):
        return tuple(draw_filled(traits, rng, part, dtype) for part in shape)
    if isinstance(shape, FilledShape):
        return shape.fill.draw(rng, shape, dtype)
    return draw_in_domain(traits, rng, shape, dtype)
