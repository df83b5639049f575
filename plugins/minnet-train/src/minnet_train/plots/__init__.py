"""Pictures of plain data: learning curves, confusion matrices, mistakes and weights."""

from ..metrics import VALIDATION
from .confusion import draw_confusion
from .curves import Curves, distinct_names, draw_curves, is_fraction, is_number
from .figures import INK, PlotError, check_suffix, import_matplotlib, styled, write_picture
from .images import draw_images, draw_mistakes, draw_weights, first_weights, square_images
from .notebook import history_html

__all__ = [
    "INK",
    "VALIDATION",
    "Curves",
    "PlotError",
    "check_suffix",
    "distinct_names",
    "draw_confusion",
    "draw_curves",
    "draw_images",
    "draw_mistakes",
    "draw_weights",
    "first_weights",
    "history_html",
    "import_matplotlib",
    "is_fraction",
    "is_number",
    "square_images",
    "styled",
    "write_picture",
]
