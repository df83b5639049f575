"""`Diagram`: what is to be drawn: boxes, and arrows from one to another."""

from __future__ import annotations

import unicodedata

from attrs import field, frozen, validators

from ..support import printable

LONGEST = 44
"""Characters of a line in a box; of a longer one, the middle is left out."""

CHARACTER, LINE, PADDING = 7.3, 17.0, 10.0
"""The width of a character and the height of a line of 12 pixels in a monospaced font, and what is around a text."""


def _cut(line: str) -> str:
    text = printable(line)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 13]}...{text[-10:]}"


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_cut(line) for line in lines if line)


def _columns(text: str) -> int:
    """How many columns of a monospaced font a text takes: some letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@frozen
class Box:
    """A box with lines of text, the first of which is its name.

    Attributes:
        lines: of text; made printable, and cut.
        kind: ``node``, ``input`` or ``output``.

    >>> Box(("stem", "Linear 4 -> 8")).width
    115
    """

    lines: tuple[str, ...] = field(converter=_lines)
    kind: str = field(default="node", validator=validators.in_(("node", "input", "output")))

    @property
    def width(self) -> int:
        """In pixels."""
        return round(max((_columns(line) for line in self.lines), default=1) * CHARACTER + 2 * PADDING)

    @property
    def height(self) -> int:
        """In pixels."""
        return round(max(len(self.lines), 1) * LINE + PADDING)


@frozen
class Arrow:
    """An arrow.

    Attributes:
        source: the index of the box that it comes from.
        target: the index of the one that it goes to.
        label: what is written beside it: the element of a tuple.
    """

    source: int
    target: int
    label: str = ""


@frozen
class Diagram:
    """Boxes and arrows without a circle: each goes from a box to one that stands behind it in the list.

    Attributes:
        title: what the picture is of, for those who cannot see it too.
        boxes: in an order in which each arrow goes forward.
        arrows: between them.
    """

    title: str = field(converter=printable)
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...] = field()

    @arrows.validator
    def _go_forward(self, _: object, arrows: tuple[Arrow, ...]) -> None:
        for arrow in arrows:
            if not 0 <= arrow.source < arrow.target < len(self.boxes):
                raise ValueError(
                    f"expected arrows that go forward among {len(self.boxes)} boxes, received one from {arrow.source} "
                    f"to {arrow.target}"
                )
