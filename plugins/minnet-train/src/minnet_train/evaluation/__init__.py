"""A trained model on data: evaluation and prediction."""

from .predictions import FORMATS, Predictions, format_of
from .select_split import part_of
from .streamed_file import streamed

__all__ = ["FORMATS", "Predictions", "format_of", "part_of", "streamed"]
