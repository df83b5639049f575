"""The sources of data sets that experiments name, one to a file."""

from .digits import load_digits
from .npy import mapped_features
from .short_forms import DIGITS, TABLES, is_table, written_out
from .source import Source

__all__ = ["DIGITS", "TABLES", "Source", "is_table", "load_digits", "mapped_features", "written_out"]
