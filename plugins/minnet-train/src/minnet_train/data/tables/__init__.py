"""Tables in files: CSV and Parquet, their columns and the data sets made of them."""

from .cells import class_names
from .columns import Columns
from .csv_file import CsvFile, first_row
from .parquet_file import ParquetFile
from .table import CHUNK
from .table_dataset import Column, TableOptions, table_dataset

__all__ = [
    "CHUNK",
    "Column",
    "Columns",
    "CsvFile",
    "ParquetFile",
    "TableOptions",
    "class_names",
    "first_row",
    "table_dataset",
]
