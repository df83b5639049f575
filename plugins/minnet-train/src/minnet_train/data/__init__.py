"""Data sets: sources, tables, columns, splits, and the preparation of a model's inputs and targets."""

from .dataset import Dataset, Origin
from .memory_map import row_chunks
from .missing import expect_usable
from .preprocessing import Moments, Preparation, Standardization
from .raw_rows import raw_rows
from .sample_weights import expect_weights, weighted_gradient, weighted_loss
from .samples import Samples
from .sources import DIGITS, Source, is_table, load_digits, written_out
from .split import Split
from .tables import Columns

__all__ = [
    "DIGITS",
    "Columns",
    "Dataset",
    "Moments",
    "Origin",
    "Preparation",
    "Samples",
    "Source",
    "Split",
    "Standardization",
    "expect_usable",
    "expect_weights",
    "is_table",
    "load_digits",
    "raw_rows",
    "row_chunks",
    "weighted_gradient",
    "weighted_loss",
    "written_out",
]
