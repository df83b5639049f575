"""What is shown of a training while it goes on: a bar, a line, or a table of its epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .displays import (
        OneLine as OneLine,
        PlainLines as PlainLines,
        RichProgress as RichProgress,
        live_display as live_display,
        progress_display as progress_display,
    )
    from .report_table import (
        ReportTable as ReportTable,
        loss_text as loss_text,
        metric_text as metric_text,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "displays": "OneLine PlainLines RichProgress live_display progress_display",
            "report_table": "ReportTable loss_text metric_text",
        },
    )
