from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from minnet_core.support.tables import render_html_table, render_table

pty = pytest.importorskip("pty", reason="only POSIX has terminals that a test can make")
CODE = """
from minnet_core.support.tables import echo_table
echo_table(["name", "what"], [["a", "ok"], ["b", "word " * 30]], wrap=["what"], styles={"ok": "green"})
"""


def on_a_terminal(**environment):
    """What the code prints if stdout is a terminal of 60 columns."""
    ours, terminal = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH", "COLUMNS")}
    environment = {**inherited, "TERM": "xterm", "COLUMNS": "60", **environment}
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=terminal, env=environment)
    os.close(terminal)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # what Linux says at the end of a terminal
            break
        if not part:
            break
        text += part
    assert process.wait() == 0
    os.close(ours)
    return text.decode().replace("\r\n", "\n")


def plain(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_a_table_is_as_wide_as_its_contents_and_right_columns_align_right():
    table = render_table(["name", "n"], [["x" * 200, "1"], ["y", "20"]], right=["n"])
    assert table.splitlines() == ["name" + " " * 198 + " n", "x" * 200 + "   1", "y" + " " * 201 + "20"]


def test_markup_in_a_cell_is_text():
    assert render_table(["a"], [["[bold]x[/bold]"]]).splitlines()[1] == "[bold]x[/bold]"


def test_columns_that_may_wrap_do_so_only_where_the_window_is_narrow():
    rows = [["a", "one two three four"]]
    assert len(render_table(["x", "y"], rows, wrap=["y"], width=80).splitlines()) == 2
    narrow = render_table(["x", "y"], rows, wrap=["y"], width=14).splitlines()
    assert len(narrow) > 2
    assert max(map(len, narrow)) <= 14
    assert " ".join(" ".join(narrow[1:]).split()) == "a one two three four"


def test_on_a_terminal_there_is_colour_and_no_line_is_too_long():
    text = on_a_terminal()
    assert "\x1b[32mok\x1b[0m" in text
    assert max(map(len, plain(text).splitlines())) <= 60
    assert plain(text).split().count("word") == 30


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colour_gets_none(environment):
    text = on_a_terminal(**environment)
    assert "\x1b" not in text
    assert text.splitlines()[1].split() == ["a", "ok"]


def test_anywhere_else_there_is_neither_colour_nor_wrapping():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 3


def test_html_has_a_row_a_line_and_is_escaped():
    assert render_html_table(["a", "b"], [["1", "<2>"]]) == (
        "<table>\n<thead><tr><th>a</th><th>b</th></tr></thead>\n<tbody>\n<tr><td>1</td><td>&lt;2&gt;</td></tr>\n"
        "</tbody>\n</table>"
    )
