"""The sources of data sets that experiments name, one to a file."""

from .digits import load_digits
from .image_folder import pictures_of, read_pictures
from .npy import stored_features
from .source import DIGITS, PICTURES, Source, is_csv, is_table, written_out
from .tables import TableSource

__all__ = [
    "DIGITS",
    "PICTURES",
    "Source",
    "TableSource",
    "is_csv",
    "is_table",
    "load_digits",
    "pictures_of",
    "read_pictures",
    "stored_features",
    "written_out",
]
