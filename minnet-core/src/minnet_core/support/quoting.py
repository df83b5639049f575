"""What strangers wrote, fit to be shown: names, keys, paths, versions, errors and prints without escapes, and cut.

A terminal obeys what it is sent. Whatever comes from a package, a file or another program therefore passes through here
before it is printed or becomes part of a message; `MinnetError`, tables and captured output do that by themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def printable(text: str, most: int = 1000) -> str:
    r"""Write a text on one line: escapes for what cannot be printed, and no more than ``most`` characters of it.

    Control characters, line breaks, invisible letters, marks that reverse the direction of writing, halves of
    surrogate pairs, and more than a few accents on one letter, which cover what is above, cannot be printed.

    >>> printable("\x1b[2Jminnet\n"), printable("-" * 5000, 20)
    ('\\x1b[2Jminnet\\n', '--------------- ... (4,980 characters left out) ... -----')
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(_shown(text))
    if len(text) <= most:
        return text
    tail = most // 4
    return f"{text[: most - tail]} ... ({len(text) - most:,} characters left out) ... {text[-tail:]}"


_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0))))
)
"""What Unicode counts among letters, marks and symbols, and shows nothing: fillers, joiners, selectors of variants."""

_ACCENTS = 4
"""The most marks on one letter; Vietnamese has two, vocalised Hebrew and Tibetan a few."""


def _shown(text: str) -> Iterator[str]:
    accents = 0
    for each in text:
        accents = accents + 1 if not each.isascii() and unicodedata.category(each) in ("Mn", "Me") else 0
        is_shown = each.isprintable() and each not in _INVISIBLE and accents <= _ACCENTS
        yield each if is_shown else each.encode("unicode_escape").decode()


def printable_lines(text: str, most: int = 4000) -> str:
    """Make each line of a text `printable`, and leave out the last ones of more than ``most`` characters."""
    lines = text.split("\n")
    shown: list[str] = []
    for line in lines:
        shown.append(printable(line.expandtabs()))
        most -= len(shown[-1])
        if most < 0 and len(shown) < len(lines):
            shown.append(f"... ({len(lines) - len(shown):,} more lines)")
            break
    return "\n".join(shown)


def spelled(name: str) -> str:
    r"""Name the letters of a name that are not ASCII, since they may look like others; empty if there are none.

    >>> spelled("L\u0456near")
    " (its '\u0456' is CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I)"
    """
    letters = dict.fromkeys(each for each in name if not each.isascii())
    described = [f"{each!r} is {unicodedata.name(each, 'nameless')}" for each in letters]
    return f" (its {', its '.join(described[:3])})" if described else ""
