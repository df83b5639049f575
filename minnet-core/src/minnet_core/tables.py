"""Aligned tables for terminals, notebooks and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def render_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> str:
    """Render a table as plain text, as wide as its contents: nothing is cut or wrapped.

    Args:
        columns: the headings.
        rows: as many cells each.
        right: headings of the columns to align right.

    >>> print(render_table(["name", "size"], [["W", "12"], ["b", "4"]], right=["size"]))
    name  size
    W       12
    b        4
    """
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    text = StringIO()
    Console(file=text, width=10_000, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
