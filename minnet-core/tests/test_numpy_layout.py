"""Literals and lines of NumPy programs: as Python reads them again, and as ruff lays them out."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core.exporting.numpy_code.layout import assignment_lines, literal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.5), "0.5"),
        (float("-inf"), 'float("-inf")'),
        ((1,), "(1,)"),
        ([(1, 2), None], "((1, 2), None)"),
        ('a"b', '"a\\"b"'),
        ("a\\", '"a\\\\"'),
        ("ü 🙂", '"\\u00fc \\U0001f642"'),
        (np.bool_(True), "True"),
    ],
)
def test_literals(value, text):
    assert literal(value) == text
    assert eval(text) == value or isinstance(value, list)


@pytest.mark.parametrize("value", [object(), {1: 2}, np.zeros(2), 1j])
def test_what_is_no_literal(value):
    with pytest.raises(TypeError, match="expected a number"):
        literal(value)


def test_a_line_is_not_parted_inside_a_text():
    names = ["a\\", "b, c", 'd"', '\\"', "\\\\, e"] * 8
    lines = assignment_lines(
        "return", f"f(raw, {', '.join(f'n{at}={literal(each)}' for at, each in enumerate(names))})"
    )
    assert lines[1:-1] == ["        raw,", *(f"        n{at}={literal(each)}," for at, each in enumerate(names))]


def test_long_lines_are_parted_as_ruff_parts_them():
    short, long = "f(x, a=(1, 2))", f"f(x, {'a' * 100}=(1, 2))"
    assert assignment_lines("y", short) == ["    y = f(x, a=(1, 2))"]
    assert assignment_lines("y_long_name", long) == ["    y_long_name = f(", f"        x, {'a' * 100}=(1, 2)", "    )"]
    longer = f"f(x, {'a' * 100}=(1, 2), b=3)"
    assert assignment_lines("y", longer) == [
        "    y = f(",
        "        x,",
        f"        {'a' * 100}=(1, 2),",
        "        b=3,",
        "    )",
    ]
