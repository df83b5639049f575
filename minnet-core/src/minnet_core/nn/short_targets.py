"""Targets in the short form: ``signs``, ``4:classes<3``, or ``classes;4:positive`` for a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .arrays import Array, Tensor
from .filled_shapes import Fill, Lengths, first_array, read_fill, read_lengths


@frozen(repr=False)
class ShortTarget:
    """A target in the short form: it draws one for an input.

    What has no shape has that of the input, of its first array if that is a table; class indices are one axis shorter,
    and lengths one for each sample. The first axis of any shape is the batch, as long as that of the input.

    Attributes:
        text: the form.
        parts: a shape, or None, and what fills it, for each array.

    >>> target = read_target("classes;1:positive")
    >>> [part.shape for part in target(np.random.default_rng(0), (4, 3), np.float32)]
    [(4,), (4,)]
    """

    text: str
    parts: tuple[tuple[Lengths | None, Fill], ...]

    def __repr__(self) -> str:
        return repr(self.text)

    def __call__(self, rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Tensor:
        """Draw a target for an input of a shape; None where there is to be none."""
        if not self.parts:
            return None
        drawn = tuple(_draw_beside(first_array(shape), rng, *part, dtype) for part in self.parts)
        return drawn[0] if len(drawn) == 1 else drawn


def _draw_beside(
    input: Lengths, rng: np.random.Generator, shape: Lengths | None, fill: Fill, dtype: npt.DTypeLike
) -> Array:
    ends = {"classes": input[:-1], "lengths": input[:1]}
    shape = ends.get(fill.kind, input) if shape is None else (input[0], *shape[1:])
    if fill == Fill("classes"):
        fill = Fill("classes", input[-1] - 1)
    return fill.draw(rng, shape, dtype)


def read_target(text: str) -> ShortTarget:
    """Read a target.

    Raises:
        ValueError: if it is none; says the forms that there are.

    >>> read_target("4:signs"), read_target("none")
    ('4:signs', 'none')
    """
    parts: list[tuple[Lengths | None, Fill]] = []
    for part in text.split(";") if text.strip() != "none" else ():
        lengths, colon, kind = part.partition(":")
        if colon:
            parts.append((read_lengths(lengths, text), read_fill(kind, text, is_target=True)))
        elif part.strip()[:1].isdigit():
            parts.append((read_lengths(part, text), Fill("real")))
        else:
            parts.append((None, read_fill(part, text, is_target=True)))
    return ShortTarget(text, tuple(parts))
