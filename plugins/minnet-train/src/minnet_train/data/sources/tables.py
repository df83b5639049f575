"""`Csv`, `Parquet`, `Feather` and `JsonLines`: files with columns."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from attrs import evolve

from minnet_core.nn import Example

from ...ranks import Conversation
from ..dataset import Dataset
from ..tables import (
    Column,
    Dialect,
    Option,
    TableFile,
    TableOptions,
    chosen_columns,
    divided_dataset,
    open_table,
    table_dataset,
)
from .example_files import write_csv, write_feather, write_json_lines, write_parquet
from .source import Source, expect_path

IN_MEMORY = 2**30
"""So many bytes of features are kept in memory if nobody says whether they are."""


class TableSource(Source):
    """A file with columns.

    Attributes:
        options: what these are for.
    """

    PATHS = ("path",)
    options: TableOptions

    @abstractmethod
    def open(self) -> TableFile:
        """Look at the columns."""

    def load(self) -> Dataset:
        """Read the file.

        Raises:
            DataError: naming the places of values that are missing or cannot be used.
            MissingLibraryError: if pyarrow is not installed.
        """
        return table_dataset(self.open(), self.options)

    def fit(self) -> tuple[Dataset, tuple[Option, ...]]:
        """Read the file as `chosen_columns` does: also return what was chosen."""
        return chosen_columns(self.open(), self.options)


class _Typed(TableSource):
    """A file whose columns have types."""

    FORMAT: ClassVar[str]

    def __init__(
        self,
        path: str | Sequence[str],
        target: Column | Sequence[Column] | None = None,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
        keep_index: bool = False,
        max_categories: int | None = None,
        min_frequency: int | float | None = None,
        drop_missing: bool = False,
        group: Column | None = None,
        order: Column | None = None,
    ) -> None:
        expect_path(path)
        self.path = path
        self.options = TableOptions(
            target,
            task,
            weights,
            categories,
            ignore,
            keep_index,
            max_categories,
            min_frequency,
            drop_missing,
            group,
            order,
        )

    def open(self) -> TableFile:
        """Look at its columns."""
        return open_table(self.path, self.FORMAT, keep_index=self.options.keep_index)


class Csv(TableSource):
    """A CSV file, plain or packed by gzip or zstd: ``pip install 'minnet-train[tables]'``.

    Columns of numbers are numbers, columns of texts are categories, and dates and times in the form of ISO 8601 are
    what a `Calendar` says; a mix of numbers and texts is an error.

    Args:
        path: the file; a pattern such as ``data/*.csv``, or a list, for several files of the same columns.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers make a regression that are not all whole, or
            are more than a hundred different ones.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes, or that mix numbers and texts.
        ignore: columns that are left out.
        header: whether the first row is a header. If not given, it is if a column is named, or if it differs from what
            is below it: texts over numbers, or numbers that count up, are years, or are far from all others.
        delimiter: what is between cells; a backslash and ``s+`` are any number of blanks.
        decimal: what is before the fraction of a number.
        thousands: what is between groups of three digits.
        encoding: of the text.
        quote: what is around a cell that has a delimiter or a line break; empty for nothing.
        null_values: what is written for a missing value, besides an empty cell, NA and the like.
        skip_rows: how many lines there are before the first row.
        date_format: how dates are written besides ISO 8601: ``%d.%m.%Y`` for 31.12.2024, as ``strptime`` has it.
        keep_index: whether a first column without a name, as pandas writes its index, is a feature.
        max_categories: how many categories a column of texts has at most: the commonest, and one of all others.
        min_frequency: in so many rows, or in this fraction of them, a text must be to be a category of its own.
        drop_missing: whether rows with a missing value are left out.
        group: the column of the group of each row, which is no feature: no group is both trained on and held out.
        order: the column of numbers or times by which rows are ordered, which is no feature: the last are held out.
    """

    EXAMPLES = (
        Example(arguments={"path": "flowers.csv"}, rejected_arguments=[{"path": 3}]),
        Example(arguments={"path": "flowers.csv", "target": "length", "weights": "width"}),
    )
    PATHS = ("path",)

    def __init__(
        self,
        path: str | Sequence[str],
        target: Column | Sequence[Column] | None = None,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
        header: bool | None = None,
        delimiter: str = ",",
        decimal: str = ".",
        thousands: str = "",
        encoding: str = "utf-8",
        quote: str = '"',
        null_values: Sequence[str] = (),
        skip_rows: int = 0,
        date_format: str = "",
        keep_index: bool = False,
        max_categories: int | None = None,
        min_frequency: int | float | None = None,
        drop_missing: bool = False,
        group: Column | None = None,
        order: Column | None = None,
    ) -> None:
        expect_path(path)
        self.path = path
        self.options = TableOptions(
            target,
            task,
            weights,
            categories,
            ignore,
            keep_index,
            max_categories,
            min_frequency,
            drop_missing,
            group,
            order,
        )
        self.dialect = Dialect(
            delimiter=delimiter,
            decimal=decimal,
            thousands=thousands,
            encoding=encoding,
            quote=quote,
            null_values=null_values,
            header=header,
            skip_rows=skip_rows,
            date_format=date_format,
        )

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a CSV file."""
        write_csv(folder / "flowers.csv")

    def open(self) -> TableFile:
        """Look at its first rows."""
        names = [column for column in self.options.named if isinstance(column, str)]
        return open_table(self.path, "Csv", self.dialect, names=names, texts=self.options.texts())


class Parquet(_Typed):
    """A Parquet file: ``pip install 'minnet-train[tables]'``.

    Columns of numbers and booleans are numbers, columns of texts are categories; dates and times are what a `Calendar`
    says.
    Of a large one only targets, and what divides or weights rows, are kept in memory; features are read by row groups
    when batches need them, and those that were read last are kept, up to 512 MB.

    Args:
        path: the file; a pattern such as ``data/*.parquet``, or a list, for several files of the same columns.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers make a regression that are not all whole, or
            are more than a hundred different ones.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes.
        ignore: columns that are left out.
        keep_index: whether what the file calls the index of a pandas frame is a column like others.
        max_categories: how many categories a column of texts has at most: the commonest, and one of all others.
        min_frequency: in so many rows, or in this fraction of them, a text must be to be a category of its own.
        drop_missing: whether rows with a missing value are left out.
        group: the column of the group of each row, which is no feature: no group is both trained on and held out.
        order: the column of numbers or times by which rows are ordered, which is no feature: the last are held out.
        in_memory: whether all rows are; if not given, unless their features would take more than 1 GiB.
    """

    EXAMPLES = (
        Example(arguments={"path": "flowers.parquet"}, rejected_arguments=[{"path": 3}]),
        Example(arguments={"path": "flowers.parquet", "in_memory": False}, rejected_arguments=[{"in_memory": 1}]),
    )
    FORMAT = "Parquet"

    def __init__(
        self,
        path: str | Sequence[str],
        target: Column | Sequence[Column] | None = None,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
        keep_index: bool = False,
        max_categories: int | None = None,
        min_frequency: int | float | None = None,
        drop_missing: bool = False,
        group: Column | None = None,
        order: Column | None = None,
        in_memory: bool | None = None,
    ) -> None:
        if not isinstance(in_memory, bool | None):
            raise ValueError(f"expected in_memory to be true or false, received {in_memory!r}")
        super().__init__(
            path,
            target,
            task,
            weights,
            categories,
            ignore,
            keep_index,
            max_categories,
            min_frequency,
            drop_missing,
            group,
            order,
        )
        self.in_memory = in_memory

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a Parquet file."""
        write_parquet(folder / "flowers.parquet")

    def load(self) -> Dataset:
        """Read the file, and keep its rows unless they are too many.

        Raises:
            DataError: naming the places of values that are missing or cannot be used.
            MissingLibraryError: if pyarrow is not installed.
        """
        file = self.open()
        in_memory = self._is_in_memory(file)
        dataset = table_dataset(file, self.options, in_memory=in_memory)
        return dataset if in_memory else self._told(dataset, file)

    def load_together(self, others: Conversation) -> Dataset:
        """Read the file on several ranks: each its part of the row groups, unless all rows are kept in memory.

        Raises:
            DataError: naming the places of values that are missing or cannot be used.
            MissingLibraryError: if pyarrow is not installed.
            RanksError: if another rank fails, or has other files.
        """
        file = self.open()
        if others.size == 1 or self._is_in_memory(file):
            return self.load()
        return self._told(divided_dataset(file, self.options, others), file)

    def fit(self) -> tuple[Dataset, tuple[Option, ...]]:
        """Read the file, and keep its rows unless they are too many: also return what was chosen."""
        file = self.open()
        in_memory = self._is_in_memory(file)
        dataset, options = chosen_columns(file, self.options, in_memory=in_memory)
        return dataset if in_memory else self._told(dataset, file), options

    def _is_in_memory(self, file: TableFile) -> bool:
        features = 8 * file.width * sum(group.rows for group in file.groups)
        return features <= IN_MEMORY if self.in_memory is None else self.in_memory

    def _told(self, dataset: Dataset, file: TableFile) -> Dataset:
        """Say what was guessed."""
        if self.in_memory is not None:
            return dataset
        rows = sum(group.rows for group in file.groups)
        note = (
            f"{file.name}: {rows:,} rows of {file.width:,} columns are more than 1 GiB, and stay in their files; "
            f"batches read {len(file.groups):,} row groups; in_memory = true reads all rows at once"
        )
        return evolve(dataset, notes=(*dataset.notes, note))


class Feather(_Typed):
    """A Feather or Arrow IPC file: ``pip install 'minnet-train[tables]'``.

    Columns of numbers and booleans are numbers, columns of texts are categories; dates and times are what a `Calendar`
    says.

    Args:
        path: the file; a pattern such as ``data/*.feather``, or a list, for several files of the same columns.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers make a regression that are not all whole, or
            are more than a hundred different ones.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes.
        ignore: columns that are left out.
        keep_index: whether what the file calls the index of a pandas frame is a column like others.
        max_categories: how many categories a column of texts has at most: the commonest, and one of all others.
        min_frequency: in so many rows, or in this fraction of them, a text must be to be a category of its own.
        drop_missing: whether rows with a missing value are left out.
        group: the column of the group of each row, which is no feature: no group is both trained on and held out.
        order: the column of numbers or times by which rows are ordered, which is no feature: the last are held out.
    """

    EXAMPLES = (Example(arguments={"path": "flowers.feather"}),)
    FORMAT = "Feather"

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a Feather file."""
        write_feather(folder / "flowers.feather")


class JsonLines(_Typed):
    """A file of JSON lines, plain or packed by gzip or zstd: ``pip install 'minnet-train[tables]'``.

    Each line is an object whose keys are the columns; a key that is absent is a missing value.

    Args:
        path: the file; a pattern such as ``data/*.jsonl``, or a list, for several files of the same columns.
        target: the column to predict, by its name or its index from 0 (-1 is the last). A list of columns makes a
            regression of several numbers, an empty one is for an autoencoder. The last column if not given.
        task: ``classification`` or ``regression``. If not given, numbers make a regression that are not all whole, or
            are more than a hundred different ones.
        weights: the column of weights of samples.
        categories: columns whose numbers are names, such as postcodes.
        ignore: columns that are left out.
        keep_index: nothing here, for such files tell of no index.
        max_categories: how many categories a column of texts has at most: the commonest, and one of all others.
        min_frequency: in so many rows, or in this fraction of them, a text must be to be a category of its own.
        drop_missing: whether rows with a missing value are left out.
        group: the column of the group of each row, which is no feature: no group is both trained on and held out.
        order: the column of numbers or times by which rows are ordered, which is no feature: the last are held out.
    """

    EXAMPLES = (Example(arguments={"path": "flowers.jsonl"}),)
    FORMAT = "JsonLines"

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a file of JSON lines."""
        write_json_lines(folder / "flowers.jsonl")
