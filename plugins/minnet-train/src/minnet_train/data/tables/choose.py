"""`chosen_columns`: a table as it is, with what `minnet init` makes of columns that are no plain features."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve

from ...errors import DataError
from ..dataset import Dataset
from .category_limits import MOST_CATEGORIES
from .feature_reader import COUNTED, FeatureReader
from .sniff import Option
from .table import TableFile
from .table_dataset import Column, TableOptions, TableReader
from .target_reader import MOST_INTEGERS

MANY = 20
"""Rows that all have another value say something only if there are more than these."""

COMMON = 10
"""Rows that a text must be in for a network to learn something of it."""

STRANGE = 3
"""So few different texts among many numbers are mistakes, or stand for missing ones."""

_MIXED = 0.05
_COVERED = 0.05

_CODE = re.compile(r"[^\W\d_].*\d|\d.*[^\W\d_]")
"""Letters and digits together."""

_IDENTIFIER = re.compile(
    r"(?:(?i:.*[\W_])?(?i:ids?|uuid|guid|key|index|idx|nr|no|num|number|row|rownames?|rowid|rownum)|.*[a-z](?:Id|ID|Key|Nr|No)"
    r"|(?i:unnamed: ?0|id_.*))"
)
"""Names of columns that number or name their rows."""


def chosen_columns(
    file: TableFile, options: TableOptions, *, in_memory: bool = True
) -> tuple[Dataset, tuple[Option, ...]]:
    """Read a table; columns that name their rows are left out, and those of many texts limited.

    Args:
        file: that is read.
        options: what is said of its columns.
        in_memory: as in `table_dataset`.

    Returns:
        The data set, and what was chosen: further arguments of the source, each with the reason.

    Raises:
        DataError: naming the places of values that are missing or cannot be used.
    """
    mixed: list[int] = []
    while True:
        reader = TableReader.read(file, options, counts_all=True, in_memory=in_memory)
        found = [each.column for each in reader.readers if _may_mix(each)]
        if not found:
            break
        mixed += found
        options = evolve(options, categories=(*options.categories, *(_name(file, column) for column in found)))
    asked = [each for each in reader.readers if not each.is_category or each.column in mixed]
    chosen = {each.column: why for each in asked if (why := _why_ignored(each, reader.places.count))}
    if len(chosen) == len(reader.readers):  # better these than none
        chosen = {each.column: chosen[each.column] for each in reader.readers if each.kind == "text"}
    if len(chosen) == len(reader.readers):
        raise DataError(f"{file.name}: expected a feature; {'; '.join(chosen.values())}")
    if chosen and not in_memory:  # what is missing was counted in all columns, and cannot be told apart any more
        ignored = evolve(options, ignore=(*options.ignore, *(_name(file, column) for column in chosen)))
        reader = TableReader.read(file, ignored, counts_all=True, in_memory=False)
    reader.leave_out(chosen)
    found_options = [Option("ignore", [_name(file, column)], why) for column, why in chosen.items()]
    for column in mixed:
        if column not in chosen:
            why = f"{file.column_title(column)} has numbers and texts"
            found_options.append(Option("categories", [_name(file, column)], why))
    many = [each for each in reader.readers if each.kind == "text" and len(each.counts() or {}) > MOST_CATEGORIES]
    if many and not options.limits:
        told = ", ".join(f"{file.column_title(each.column)} has {len(each.counts() or {}):,}" for each in many[:5])
        why = f"{told} different texts; the commonest are categories, and all others are one together"
        found_options.append(Option("max_categories", MOST_CATEGORIES, why))
        reader.limit(evolve(options, max_categories=MOST_CATEGORIES).limits)
    dataset = reader.dataset()
    if reader.target is not None and reader.target.note is not None:  # written down, it need not be said again
        dataset = evolve(dataset, notes=tuple(note for note in dataset.notes if note != reader.target.note))
        why = f'{file.column_title(reader.target.column)} has many different whole numbers; "classification" takes them'
        found_options.append(Option("task", "regression", f"{why} for names of classes"))
    if file.header is None and found_options:  # columns are named by their places, which says nothing of a header
        found_options.append(Option("header", False, "columns are named by their places"))
    return dataset, tuple(found_options)


def _name(file: TableFile, column: int) -> Column:
    """Name a column as an argument does: by its place, if it has no name of its own."""
    name = file.header[column] if file.header else ""
    return name if name and file.header and file.header.count(name) == 1 else column


def _may_mix(reader: FeatureReader) -> bool:
    """Whether a column of numbers and texts is one of categories; otherwise the texts are mistakes."""
    if not reader.is_mixed or reader.share_of_texts < _MIXED or reader.looks():
        return False
    is_code = any(_CODE.search(text) for text in reader.strangers)
    return is_code or len(reader.strangers) > STRANGE or reader.different_numbers() <= MOST_INTEGERS


def _why_ignored(reader: FeatureReader, rows: int) -> str:
    """Say why a column is no feature; nothing if it is one."""
    if rows <= MANY or reader.is_mixed or reader.looks():
        return ""
    title = reader.file.column_title(reader.column)
    keep = "remove it from ignore to keep it"
    if reader.kind == "number":
        name = reader.file.header[reader.column] if reader.file.header else ""
        if _IDENTIFIER.fullmatch(name.strip()) and reader.are_whole_and_different():
            return f"{title} has another whole number in each row; {keep}"
        return ""
    counts = reader.counts() if reader.kind == "text" else {}
    if counts is None:
        return f"{title} has more than {COUNTED:,} different texts, another one in most rows; {keep}"
    return f"{title} {why}; {keep}" if (why := _why_no_category(counts)) else ""


def _why_no_category(counts: Mapping[str, int]) -> str:
    total, common = sum(counts.values()), sorted(counts.values(), reverse=True)[: MOST_CATEGORIES - 1]
    is_rare = bool(common) and common[0] < COMMON
    if len(counts) > MANY and is_rare and 2 * len(counts) > total:
        return f"has {len(counts):,} different texts in {total:,} rows"
    if len(counts) > MOST_CATEGORIES and (is_rare or sum(common) < _COVERED * total):
        return f"has {len(counts):,} different texts, none of them in more than {common[0]:,} rows"
    return ""
