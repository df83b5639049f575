"""What is shown of a training while it goes on: a bar, a line, or a table of its epochs."""

from .displays import OneLine, PlainLines, RichProgress, live_display, progress_display
from .report_table import ReportTable, loss_text, metric_text

__all__ = [
    "OneLine",
    "PlainLines",
    "ReportTable",
    "RichProgress",
    "live_display",
    "loss_text",
    "metric_text",
    "progress_display",
]
