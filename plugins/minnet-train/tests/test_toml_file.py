from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import ExperimentError
from minnet_train.experiment.toml_file import ExperimentFile, toml_lines


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    for key, item in items:
        found |= paths(item, (*path, key))
    return found


DOCUMENT = '''\
# a comment with = and [brackets]
a = 1
"quoted key" = "a # no comment, no ] bracket"
'literal.key' = 'C:\\'
b.c . d = [ 1, 2,   # a comment, with ] and "
  3 ]
text = """
x = 1
[no.table]
\\""" still
"""
raw = \'\'\'
y = "2\'\'\'
quotes = """"one quote at each end""""
date = 1979-05-27 07:32:00
inline = { p = { q = [ { r = 1 }, { r = 2 } ] }, "s t" = true }
empty = []
nothing = {}

[table]
key = -inf

[ table . "sub.table" ]
key = 0x1F

[[items]]
name = "first"

[items.more]
deep = 1

[[items]]
name = "second"
[[items.parts]]
n = 1
[[items.parts]]
n = 2
'''

LINES = {
    ("a",): 2,
    ("quoted key",): 3,
    ("literal.key",): 4,
    ("b", "c", "d"): 5,
    ("b", "c", "d", 1): 5,
    ("b", "c", "d", 2): 6,
    ("text",): 7,
    ("raw",): 12,
    ("quotes",): 14,
    ("inline", "p", "q", 1, "r"): 16,
    ("inline", "s t"): 16,
    ("nothing",): 18,
    ("table",): 20,
    ("table", "key"): 21,
    ("table", "sub.table"): 23,
    ("table", "sub.table", "key"): 24,
    ("items",): 26,
    ("items", 0): 26,
    ("items", 0, "name"): 27,
    ("items", 0, "more", "deep"): 30,
    ("items", 1): 32,
    ("items", 1, "name"): 33,
    ("items", 1, "parts", 0, "n"): 35,
    ("items", 1, "parts", 1): 36,
}


def test_every_form_of_toml_is_followed():
    assert toml_lines(DOCUMENT).keys() == paths(tomllib.loads(DOCUMENT))


@pytest.mark.parametrize("path", LINES, ids=str)
def test_the_line_of_a_key_is_where_it_begins(path):
    assert toml_lines(DOCUMENT)[path] == LINES[path]


def test_windows_line_ends_count_once():
    assert toml_lines("a = 1\r\n\r\nb = [\r\n1,\r\n2]\r\n") == {("a",): 1, ("b",): 3, ("b", 0): 4, ("b", 1): 5}


def test_an_empty_text_has_no_keys():
    assert toml_lines("") == toml_lines("# only a comment") == {}


# Texts that TOML and JSON write alike, with all that could mislead a scanner.
TEXTS = st.text(st.sampled_from("ab\"'\\#[]{}=,.\n "), max_size=8).map(json.dumps)
LITERALS = st.text(st.sampled_from('ab"\\#[]{}=,. '), max_size=8).map("'{}'".format)
LONG = st.text(st.sampled_from("ab'#[]{}=,.\n "), max_size=8).map('"""{}"""'.format)
SCALARS = TEXTS | LITERALS | LONG | st.sampled_from(["1", "-2.5e3", "true", "nan", "1979-05-27", "07:32:00"])
GAPS = st.sampled_from(["", " ", "\n", ' # ], } and "\n', "\r\n\t"])


@st.composite
def arrays(draw, values):
    parts = draw(st.lists(values, max_size=3))
    gaps = iter(draw(st.lists(GAPS, min_size=2 * len(parts) + 2, max_size=2 * len(parts) + 2)))
    return "[" + ",".join(next(gaps) + part + next(gaps) for part in parts) + next(gaps) + "]"


@st.composite
def inline_tables(draw, values):
    parts = draw(st.lists(values, max_size=3))
    return "{" + ", ".join(f"key{index} = {part}" for index, part in enumerate(parts)) + "}"


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=8)


@settings(deadline=None)
@given(values=st.lists(VALUES, max_size=5))
def test_whatever_tomllib_reads_is_followed_to_the_right_line(values):
    lines, text = {}, "[table]\n"
    for index, value in enumerate(values):
        lines["table", f"top{index}"] = text.count("\n") + 1
        text += f"top{index} = {value}  # comment\n"

    found = toml_lines(text)

    assert found.keys() == paths(tomllib.loads(text))
    assert {path: found[path] for path in lines} == lines


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("9" * 5000, r"expected TOML: Exceeds the limit \(4300 digits\)"),
        ("[" * 2000 + "]" * 2000, "expected TOML: lists or tables are nested too deeply"),
    ],
)
def test_what_python_cannot_parse_is_an_error(value, message):
    with pytest.raises(ExperimentError, match=message):
        ExperimentFile("x.toml", f"seed = {value}\n", "").experiment()
