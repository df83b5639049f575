"""`Parquet`: a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence

from ..dataset import Dataset
from ..tables import Column, ParquetFile, TableOptions, table_dataset
from .source import Source


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
