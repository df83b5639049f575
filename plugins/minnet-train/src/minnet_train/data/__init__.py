"""Data sets: sources, tables, columns, splits, and the preparation of a model's inputs and targets."""

from .blocks import Blocks, usual_block
from .calendars import Calendar
from .dataset import Dataset, Origin
from .kept_parts import CACHE
from .memory_map import chunks, count_of_chunks, is_mapped, row_chunks
from .missing import expect_usable
from .parted_rows import PartedRows
from .pixels import Pixels
from .preprocessing import Moments, Preparation, Standardization
from .raw_rows import RawRows
from .sample_weights import expect_weights, weighted_gradient, weighted_loss
from .samples import CHUNK, Samples
from .sources import DIGITS, PICTURES, Source, TableSource, is_csv, is_table, load_digits, written_out
from .split import Split
from .stored_rows import ConvertedRows, StoredRows
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
    "CACHE",
    "CHUNK",
    "DIGITS",
    "MOST_CATEGORIES",
    "OTHERS",
    "PICTURES",
    "UNKNOWN",
    "WILD",
    "Blocks",
    "Calendar",
    "Columns",
    "ConvertedRows",
    "Dataset",
    "Dialect",
    "Moments",
    "Option",
    "Origin",
    "PartedRows",
    "Pixels",
    "Preparation",
    "RawRows",
    "SameValue",
    "Samples",
    "Source",
    "Split",
    "Standardization",
    "StoredRows",
    "TableSource",
    "chunks",
    "count_of_chunks",
    "expect_usable",
    "expect_weights",
    "has_names",
    "is_csv",
    "is_iso",
    "is_mapped",
    "is_table",
    "load_digits",
    "open_table",
    "paths_of",
    "row_chunks",
    "usual_block",
    "watch_reading",
    "weighted_gradient",
    "weighted_loss",
    "work_out",
    "written_out",
]
