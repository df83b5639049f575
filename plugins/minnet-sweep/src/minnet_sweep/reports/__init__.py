"""What is shown of a sweep: how far it is, the best so far, what matters, and pictures."""

from .best import best_text
from .pictures import PICTURES, draw
from .summary import Summary
from .text import summary_text

__all__ = ["PICTURES", "Summary", "best_text", "draw", "summary_text"]
