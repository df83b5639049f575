"""Data sets: sources, tables, columns, splits, and the preparation of a model's inputs and targets."""

from .calendars import Calendar
from .dataset import Dataset, Origin
from .memory_map import chunks, row_chunks
from .missing import expect_usable
from .pixels import Pixels
from .preprocessing import Moments, Preparation, Standardization
from .raw_rows import RawRows
from .sample_weights import expect_weights, weighted_gradient, weighted_loss
from .samples import CHUNK, Samples
from .sources import DIGITS, PICTURES, Source, TableSource, is_csv, is_table, load_digits, written_out
from .split import Split
from .tables import (
    MOST_CATEGORIES,
    OTHERS,
    UNKNOWN,
    WILD,
    Columns,
    Dialect,
    Option,
    SameValue,
    has_names,
    is_iso,
    open_table,
    paths_of,
    watch_reading,
    work_out,
)

__all__ = [
    "CHUNK",
    "DIGITS",
    "MOST_CATEGORIES",
    "OTHERS",
    "PICTURES",
    "UNKNOWN",
    "WILD",
    "Calendar",
    "Columns",
    "Dataset",
    "Dialect",
    "Moments",
    "Option",
    "Origin",
    "Pixels",
    "Preparation",
    "RawRows",
    "SameValue",
    "Samples",
    "Source",
    "Split",
    "Standardization",
    "TableSource",
    "chunks",
    "expect_usable",
    "expect_weights",
    "has_names",
    "is_csv",
    "is_iso",
    "is_table",
    "load_digits",
    "open_table",
    "paths_of",
    "row_chunks",
    "watch_reading",
    "weighted_gradient",
    "weighted_loss",
    "work_out",
    "written_out",
]
