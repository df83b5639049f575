"""`Csv` and `Parquet`: files with columns."""

from __future__ import annotations

from collections.abc import Sequence

from ..dataset import Dataset
from ..tables import Column, CsvFile, ParquetFile, TableOptions, table_dataset
from .source import Source


class Csv(Source):
    """A CSV file in UTF-8.

    Columns of numbers are numbers, columns of texts are categories; a mix of both is an error.

    Args:
        path: the file.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers that are not all integers make a regression.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes, or that mix numbers and texts.
        ignore: columns that are left out.
        header: whether the first row is a header. If not given, it is if a column is named, or if none of its cells
            is a number, that of the target not counted.
        delimiter: what is between cells.
    """

    PATHS = ("path",)

    def __init__(
        self,
        path: str,
        target: Column | Sequence[Column] | None = None,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
        header: bool | None = None,
        delimiter: str = ",",
    ) -> None:
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise ValueError(f"expected a delimiter of one character, received {delimiter!r}")
        self.path = path
        self.options = TableOptions(target, task, weights, categories, ignore)
        self.header = header
        self.delimiter = delimiter

    def load(self) -> Dataset:
        """Read the file.

        Raises:
            DataError: naming the line and column of a value that is missing or cannot be used.
        """
        named = any(isinstance(column, str) for column in self.options.named)
        header = True if self.header is None and named else self.header
        file = CsvFile.open(self.path, header=header, texts=self.options.texts(), delimiter=self.delimiter)
        return table_dataset(file, self.options)


class Parquet(Source):
    """A Parquet file: ``pip install 'minnet-train[parquet]'``.

    Columns of numbers and booleans are numbers, columns of texts are categories.

    Args:
        path: the file.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers that are not all integers make a regression.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes.
        ignore: columns that are left out.
    """

    PATHS = ("path",)

    def __init__(
        self,
        path: str,
        target: Column | Sequence[Column] | None = None,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
    ) -> None:
        self.path = path
        self.options = TableOptions(target, task, weights, categories, ignore)

    def load(self) -> Dataset:
        """Read the file.

        Raises:
            DataError: naming the row and column of a value that is missing or cannot be used.
            MissingLibraryError: if pyarrow is not installed.
        """
        return table_dataset(ParquetFile.open(self.path), self.options)
