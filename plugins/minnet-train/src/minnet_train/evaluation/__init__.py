"""A trained model on data: which samples it is evaluated on, and its predictions, in memory and in files."""

from ..metrics import as_probabilities
from .features import grid_of, partial_dependence, permutation_importance, some_rows
from .predictions import CHUNK, FORMATS, format_of, predict_rows, streamed
from .predictor import Predictor, load_predictor
from .saliency import input_saliency, layer_outputs
from .scores import Interval, Scores
from .select_split import in_form_of_model, load_split, split_rows

__all__ = [
    "CHUNK",
    "FORMATS",
    "Interval",
    "Predictor",
    "Scores",
    "as_probabilities",
    "format_of",
    "grid_of",
    "in_form_of_model",
    "input_saliency",
    "layer_outputs",
    "load_predictor",
    "load_split",
    "partial_dependence",
    "permutation_importance",
    "predict_rows",
    "some_rows",
    "split_rows",
    "streamed",
]
