"""Tables in files: CSV and Parquet, their columns and the data sets made of them."""

from .class_names import class_names
from .columns import Columns
from .csv_file import CsvFile
from .parquet_file import ParquetFile
from .table import Table
from .table_dataset import table_dataset
from .table_options import Column, TableOptions

__all__ = ["Column", "Columns", "CsvFile", "ParquetFile", "Table", "TableOptions", "class_names", "table_dataset"]
