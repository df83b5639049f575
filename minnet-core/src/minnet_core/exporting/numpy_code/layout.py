"""Python code as `ruff format` lays it out, at 120 columns: literals, and calls that may need several lines."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...support import printable

WIDTH = 120


def literal(value: Any) -> str:
    """Write a number, a text, None or a tuple of these.

    Raises:
        TypeError: if it is none of these.

    >>> literal((1, 0.5, None, "same", float("inf")))
    '(1, 0.5, None, "same", float("inf"))'
    """
    if isinstance(value, (np.generic,)):
        value = value.item()
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, (tuple, list)):
        return as_tuple([literal(each) for each in value])
    raise TypeError(f"expected a number, a text, None or a tuple of these, received {type(value).__name__}")


def _escaped(letter: str) -> str:
    # JSON writes two surrogates for what is beyond the first 65,536, which Python does not put together.
    return json.dumps(letter)[1:-1] if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def as_tuple(parts: Sequence[str]) -> str:
    """Write a tuple of expressions."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def assignment_lines(target: str, expression: str, indent: int = 4) -> list[str]:
    """Write ``target = expression``, or ``return expression``; one that is too long in several lines."""
    margin = " " * indent
    head = f"{margin}return " if target == "return" else f"{margin}{target} = "
    line = f"{head}{expression}"
    opening = expression.find("(")
    if len(line) <= WIDTH or opening < 0 or expression[-1] != ")":
        return [line]
    head, inner = f"{head}{expression[: opening + 1]}", expression[opening + 1 : -1]
    if opening and len(f"{margin}    {inner}") <= WIDTH:
        return [head, f"{margin}    {inner}", f"{margin})"]
    return [head, *(f"{margin}    {each}," for each in _parts(inner)), f"{margin})"]


def _parts(text: str) -> list[str]:
    """Part a text at the commas that are in no brackets and no string."""
    parts, depth, quoted, escaped, start = [], 0, False, False, 0
    for place, letter in enumerate(text):
        if quoted:
            quoted, escaped = letter != '"' or escaped, letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and not depth:
            parts.append(text[start:place].strip())
            start = place + 1
    return [each for each in [*parts, text[start:].strip()] if each]


def comment(text: str, indent: int = 4) -> str:
    """Write a comment on a line of its own, cut where it would be too long."""
    line = f"{' ' * indent}# {text}"
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 4]} ..."


def wrapped(text: str, indent: int = 0) -> str:
    """Wrap each line of a text to the page, behind an indentation; what cannot be printed is escaped."""
    width = WIDTH - indent - 2
    return "\n".join(textwrap.fill(printable(line, 100_000), width) for line in text.split("\n"))


def docstring(paragraphs: Sequence[str], indent: int = 0) -> list[str]:
    """Write paragraphs, already no wider than the page, as a docstring."""
    margin = " " * indent
    lines = "\n\n".join(paragraphs).replace("\\", "\\\\").replace('"""', "'''").split("\n")
    if len(lines) == 1:
        return [f'{margin}"""{lines[0]}"""']
    return [f'{margin}"""{lines[0]}', *(f"{margin}{each}".rstrip() for each in lines[1:]), f'{margin}"""']
