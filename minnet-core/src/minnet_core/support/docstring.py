"""A component's docstring, as its author wrote it for the documentation, taken apart for a terminal."""

from __future__ import annotations

import re
from inspect import cleandoc

from attrs import field, frozen

_MATH = re.compile(
    r"^(?P<indent> *)\.\. math::(?P<first>.*)\n(?P<rest>(?:(?P=indent) +\S.*\n|[ ]*\n(?=(?P=indent) +\S))*)", re.M
)
_ROLE = re.compile(r"(?::[\w:]+:)?`{1,2}(?:[^`<]*<)?~?([^`>]+)>?`{1,2}")


def _clean(text: str | None) -> str:
    return cleandoc(text or "") + "\n"


@frozen
class Docstring:
    r"""The documentation of a class.

    Attributes:
        text: the docstring, without the indentation of its code.

    >>> doc = Docstring('''Half of it.
    ...
    ... Forward:
    ...
    ... .. math:: y = \\frac{x}{2}
    ...
    ... PyTorch: none.
    ... ''')
    >>> doc.summary, doc.formulas
    ('Half of it.', ['y = \\frac{x}{2}'])
    """

    text: str = field(converter=_clean)

    @property
    def summary(self) -> str:
        """The first paragraph, on one line."""
        return " ".join(self.text.partition("\n\n")[0].split())

    @property
    def formulas(self) -> list[str]:
        """What stands in its ``math`` directives, in LaTeX, a line each."""
        return [_joined(match) for match in _MATH.finditer(self.text)]

    def paragraph(self, name: str) -> str:
        """The paragraph that begins with ``name:``, without it, on one line; empty if there is none."""
        match = re.search(rf"^{re.escape(name)}: *((?:\S.*\n?)+)", self.text, re.M)
        return _plain(" ".join(match[1].split())) if match else ""

    def readable(self) -> str:
        """All of it without markup: formulas are indented, roles and quotes of code taken away."""
        return _plain(_MATH.sub(lambda match: f"{match['indent']}    {_joined(match)}\n", self.text)).strip()


def _joined(match: re.Match[str]) -> str:
    return " ".join(f"{match['first']} {match['rest']}".split())


def _plain(text: str) -> str:
    return _ROLE.sub(r"\1", text)
