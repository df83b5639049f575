"""Pictures of plain data: learning curves, confusion matrices, mistakes and weights."""

from .confusion import count_confusions, draw_confusion
from .curves import draw_curves
from .curves_data import Curves, distinct_names
from .figures import INK, PlotError, check_suffix, styled, write_picture
from .images import draw_images, square_images
from .mistakes import draw_mistakes
from .notebook import history_html
from .weights import draw_weights, first_weights

__all__ = [
    "INK",
    "Curves",
    "PlotError",
    "check_suffix",
    "count_confusions",
    "distinct_names",
    "draw_confusion",
    "draw_curves",
    "draw_images",
    "draw_mistakes",
    "draw_weights",
    "first_weights",
    "history_html",
    "square_images",
    "styled",
    "write_picture",
]
