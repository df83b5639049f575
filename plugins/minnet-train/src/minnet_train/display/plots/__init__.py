"""Pictures: learning curves, confusions, mistakes and weights."""

from ...metrics import count_confusions
from .confusion import draw_confusion
from .curves import draw_curves
from .curves_data import Curves, distinct_names
from .errors import PlotError
from .mistakes import draw_mistakes
from .predictions import ClassPredictions, model_file, run_name
from .saving import check_suffix, picture_bytes, write_picture
from .weights import draw_weights, first_weights

__all__ = [
    "ClassPredictions",
    "Curves",
    "PlotError",
    "check_suffix",
    "count_confusions",
    "distinct_names",
    "draw_confusion",
    "draw_curves",
    "draw_mistakes",
    "draw_weights",
    "first_weights",
    "model_file",
    "picture_bytes",
    "run_name",
    "write_picture",
]
