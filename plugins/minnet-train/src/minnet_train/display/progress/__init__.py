"""Progress on a terminal, live or as plain lines."""

from .choosing import choose
from .live import RichProgress
from .plain import PlainLines
from .report_table import loss_text, metric_text

__all__ = ["PlainLines", "RichProgress", "choose", "loss_text", "metric_text"]
