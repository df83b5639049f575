"""`open_table`: a file, or several, by what their names end in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePath

from .csv_dialect import Dialect
from .csv_file import CsvFile
from .json_file import JsonLinesFile
from .many_files import ManyFiles, paths_of
from .table import TableFile
from .typed_files import FeatherFile, ParquetFile

FORMATS = {
    ".csv": "Csv",
    ".tsv": "Csv",
    ".txt": "Csv",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".feather": "Feather",
    ".arrow": "Feather",
    ".ipc": "Feather",
    ".jsonl": "JsonLines",
    ".ndjson": "JsonLines",
}
"""Suffix of a file with columns -> the name of its format."""

_PACKED = (".gz", ".zst")


def table_format(path: str) -> str | None:
    """Return the name of the format of a file; None if its suffix is of no table.

    >>> table_format("a.csv.gz"), table_format("b.npy")
    ('Csv', None)
    """
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    while suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return FORMATS.get(suffixes[-1]) if suffixes else None


def open_table(
    path: str | Sequence[str],
    form: str | None = None,
    dialect: Dialect | None = None,
    *,
    names: Collection[str] = (),
    texts: Collection[int] = (),
    known: Sequence[Collection[str]] = (),
    keep_index: bool = False,
) -> TableFile:
    """Open a table.

    Args:
        path: of a file; a pattern such as ``data/*.csv``, or a list, are several.
        form: the name of its format; None goes by its suffix, and takes any other for CSV.
        dialect: of CSV files, with the other arguments of `CsvFile.open`.
        names: of columns that it should have.
        texts: indices of columns that may hold texts.
        known: the categories of each column that it should have.
        keep_index: whether what pandas calls the index is a column like others.

    Raises:
        DataError: if it cannot be read, is empty, or files have different columns.
    """
    paths = paths_of(path)

    def open_one(name: str) -> TableFile:
        kind = form or table_format(name) or "Csv"
        if kind == "Csv":
            return CsvFile.open(name, dialect, names=names, texts=texts, known=known)
        if kind == "JsonLines":
            return JsonLinesFile.open(name)
        if kind == "Parquet":
            return ParquetFile.open(name, keep_index=keep_index, may_be_empty=len(paths) > 1)
        return FeatherFile.open(name, keep_index=keep_index)

    name = path if isinstance(path, str) else ", ".join(paths)
    return ManyFiles.of(name, [open_one(each) for each in paths])
