"""The sources of data sets that experiments name, one to a file."""

from .csv_source import Csv
from .npy import mapped_features
from .short_forms import DIGITS, TABLES, is_table, written_out
from .source import Source

__all__ = ["DIGITS", "TABLES", "Csv", "Source", "is_table", "mapped_features", "written_out"]
