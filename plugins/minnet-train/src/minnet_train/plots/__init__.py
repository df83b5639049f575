"""Pictures of plain data: learning curves, confusion matrices, predictions, mistakes, features and weights."""

from ..metrics import VALIDATION
from .calibration import draw_calibration
from .confusion import draw_confusion
from .curves import Curves, distinct_names, draw_curves, is_fraction, is_number
from .features import Dependence, draw_dependence, draw_importance
from .figures import INK, PlotError, check_suffix, import_matplotlib, styled, write_picture
from .images import draw_images, draw_mistakes, draw_weights, first_weights, square_images
from .notebook import history_html
from .ranking import draw_precision_recall, draw_roc
from .regression import draw_predicted, draw_residuals

__all__ = [
    "INK",
    "VALIDATION",
    "Curves",
    "Dependence",
    "PlotError",
    "check_suffix",
    "distinct_names",
    "draw_calibration",
    "draw_confusion",
    "draw_curves",
    "draw_dependence",
    "draw_images",
    "draw_importance",
    "draw_mistakes",
    "draw_precision_recall",
    "draw_predicted",
    "draw_residuals",
    "draw_roc",
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
