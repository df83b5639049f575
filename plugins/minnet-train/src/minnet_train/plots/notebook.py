"""`history_html`: the curves of a training, for a notebook."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from minnet_core.support import render_html_table

from ..extras import MissingLibraryError
from .curves import Curves, draw_curves
from .figures import picture_bytes

_SHOWN = 12
"""Of a longer training, the table shows so many epochs: the first, the last, and some between."""


def history_html(reports: Sequence[Mapping[str, Any]]) -> str:
    """Show the reports of epochs as HTML: curves with matplotlib, or a table and what to install.

    Args:
        reports: a mapping for each epoch, as a line of ``metrics.jsonl`` has it.
    """
    if not reports:
        return "<p>No epoch has ended yet.</p>"
    try:
        return f"{_image(reports)}\n<details><summary>{_summary(reports)}</summary>\n{_table(reports)}\n</details>"
    except MissingLibraryError as error:
        return f"{_table(reports)}\n<p>{escape(str(error))}</p>"


def _image(reports: Sequence[Mapping[str, Any]]) -> str:
    content = b64encode(picture_bytes(draw_curves([Curves("", reports)]))).decode()
    # The picture has 150 dots to an inch, for screens that have; its width is a limit, so that it fits into a cell.
    return f'<img alt="{_summary(reports)}" style="max-width: 100%" src="data:image/png;base64,{content}">'


def _summary(reports: Sequence[Mapping[str, Any]]) -> str:
    count = len(reports)
    return f"{count} epoch{'s' * (count != 1)}, loss {reports[-1].get('loss', float('nan')):.4g}"


def _table(reports: Sequence[Mapping[str, Any]]) -> str:
    keys = list(dict.fromkeys(key for report in reports for key in report))
    rows = ([_cell(report.get(key)) for key in keys] for report in _some(reports))
    return render_html_table([key.replace("_", " ") for key in keys], rows)


def _some(reports: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Choose the epochs that a table shows, evenly."""
    if len(reports) <= _SHOWN:
        return list(reports)
    return [reports[round(index * (len(reports) - 1) / (_SHOWN - 1))] for index in range(_SHOWN)]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
