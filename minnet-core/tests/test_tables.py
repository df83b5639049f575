from __future__ import annotations

from minnet_core.tables import render_table


def test_columns_are_aligned_and_lines_not_padded():
    assert render_table(["name", "n"], [["a", "1"], ["long name", "1000"]], right=["n"]) == (
        "name          n\na             1\nlong name  1000"
    )


def test_nothing_is_cut_wrapped_or_read_as_markup():
    cell = "x" * 5000
    text = render_table(["a", "b"], [[cell, "[bold]red[/bold] [x]"], ["[/]", ":smile:"]])
    assert cell in text
    assert "[bold]red[/bold] [x]" in text
    assert "[/]" in text
    assert ":smile:" in text
    assert len(text.splitlines()) == 3


def test_table_without_rows_is_its_heading():
    assert render_table(["name", "n"], []) == "name  n"
