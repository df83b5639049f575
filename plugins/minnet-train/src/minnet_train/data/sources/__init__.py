"""The sources of data sets that experiments name, one to a file."""

from .digits import load_digits
from .npy import mapped_features
from .source import DIGITS, Source, is_csv, is_table, written_out
from .tables import TableSource

__all__ = ["DIGITS", "Source", "TableSource", "is_csv", "is_table", "load_digits", "mapped_features", "written_out"]
