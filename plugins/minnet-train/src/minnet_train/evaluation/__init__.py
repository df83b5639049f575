"""A trained model on data: which samples it is evaluated on, and its predictions, in memory and in files."""

from .predictions import FORMATS, Predictions, as_probabilities, format_of, streamed
from .select_split import load_split, split_rows

__all__ = ["FORMATS", "Predictions", "as_probabilities", "format_of", "load_split", "split_rows", "streamed"]
