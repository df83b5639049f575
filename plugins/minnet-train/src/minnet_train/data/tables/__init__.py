"""Tables in files and frames, read by pyarrow: their columns, and the data sets made of them."""

from .bad_cells import BadCells, BadCellsError
from .category_limits import MOST_CATEGORIES, OTHERS, CategoryLimits
from .cells import class_names
from .choose import chosen_columns
from .columns import UNKNOWN, Columns
from .csv_dialect import Dialect
from .csv_file import CsvFile
from .divided_reading import divided_dataset
from .many_files import WILD, paths_of
from .numerals import FLOAT32_MAX
from .open_table import open_table, table_format
from .progress import note_reading, watch_reading
from .same_value import SameValue
from .sniff import Option, has_names, work_out
from .table import Batch, TableFile
from .table_dataset import Column, TableOptions, table_dataset
from .times import is_iso
from .typed_files import FrameTable, frame_of_columns, frame_of_interchange

__all__ = [
    "FLOAT32_MAX",
    "MOST_CATEGORIES",
    "OTHERS",
    "UNKNOWN",
    "WILD",
    "BadCells",
    "BadCellsError",
    "Batch",
    "CategoryLimits",
    "Column",
    "Columns",
    "CsvFile",
    "Dialect",
    "FrameTable",
    "Option",
    "SameValue",
    "TableFile",
    "TableOptions",
    "chosen_columns",
    "class_names",
    "divided_dataset",
    "frame_of_columns",
    "frame_of_interchange",
    "has_names",
    "is_iso",
    "note_reading",
    "open_table",
    "paths_of",
    "table_dataset",
    "table_format",
    "watch_reading",
    "work_out",
]
