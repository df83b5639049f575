"""A trained model on data: which samples it is evaluated on, and its predictions, in memory and in files."""

from ..metrics import as_probabilities
from .predictions import FORMATS, format_of, predict_rows, streamed
from .predictor import Predictor, load_predictor
from .select_split import load_split, split_rows

__all__ = [
    "FORMATS",
    "Predictor",
    "as_probabilities",
    "format_of",
    "load_predictor",
    "load_split",
    "predict_rows",
    "split_rows",
    "streamed",
]
