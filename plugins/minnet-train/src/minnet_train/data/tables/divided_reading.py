"""`divided_dataset`: a data set from a table of which each of several ranks reads its part.

Each rank reads row groups that follow each other, and tells the others what it has found in them: of a column of
features its kind, its texts and how often each is there, and which cells are missing; of the target, and of what
weights or divides rows, all rows. All put that together in the order of the rows. None of it is a sum of floating-point
numbers, so it has the bits of what one finds that reads all rows.

If anything is not as it should be, in the part of any rank, each reads all rows, as one does that is alone: what the
first cells are that are wrong, and what is told of them, depends on what is in all rows before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

from minnet_core.support import printable

from ...errors import DataError, RanksError
from ...ranks import Conversation, shares
from ..dataset import Dataset
from .table import Group, TableFile
from .table_dataset import TableOptions, TableReader, table_dataset
from .target_reader import NeedsTextsError

AT_ONCE = 2**20
"""Of about so many rows, what was found is told at a time."""


def divided_dataset(file: TableFile, options: TableOptions, others: Conversation) -> Dataset:
    """Read a table with groups of rows, whose features stay where they are, as `table_dataset` does.

    Args:
        file: that is read; it has groups, and columns with types.
        options: what its columns are for.
        others: the other ranks, which read the same table at the same time.

    Raises:
        DataError: as `table_dataset`.
        RanksError: if another rank fails, or has other files.
    """
    expect_same_files(file, others)
    reader = _read_by_all(file, options, others)
    if reader is not None:
        try:
            return reader.dataset()
        except DataError:  # which may be of other rows than the first that is found one after another
            pass
    return table_dataset(file, options, in_memory=False)


def expect_same_files(file: TableFile, others: Conversation) -> None:
    """Refuse ranks of which one has other files than rank 0.

    Raises:
        RanksError: on every rank, naming the first that differs, and its file.
    """
    first, *gathered = others.gather([file.width, *file.seals()])
    for rank, each in enumerate(gathered, 1):
        for expected, received in zip_longest(first, each, fillvalue="none"):
            if expected != received:
                raise RanksError(
                    f"rank {rank} of {others.size}: expected the same files as on rank 0, {printable(str(expected))}, "
                    f"received {printable(str(received))}"
                )


def turns(groups: Sequence[Group], size: int) -> Iterator[list[range]]:
    """Say which groups each of ``size`` ranks reads, and tells of, before they go on to the next ones.

    >>> list(turns([Group("a", 10)] * 5, 2))
    [[range(0, 2), range(2, 5)]]
    """
    rows = sum(group.rows for group in groups)
    count = max(1, min(-(-rows // AT_ONCE), len(groups) // size))
    parts = shares(len(groups), count * size)
    for turn in range(count):
        yield parts[turn * size : (turn + 1) * size]


def _read_by_all(file: TableFile, options: TableOptions, others: Conversation) -> TableReader | None:
    """Return what all have found together; None if it cannot be put together."""
    whole = TableReader(file, options, False, counts_all=False, in_memory=False)
    for turn in turns(file.groups, others.size):
        found = others.gather(_found(file, options, turn[others.rank]))
        for groups, each in zip(turn, found, strict=True):
            if each is None or not _join(whole, each, groups):
                return None
    return whole  # without `conclude`, which has nothing to say of columns with types


def _found(file: TableFile, options: TableOptions, groups: range) -> dict[str, Any] | None:
    """Read some groups, and return what was found as plain data; None if something is not as it should be."""
    reader = TableReader(file, options, False, counts_all=False, in_memory=False)
    try:
        for group in groups:
            for batch in file.group_batches(group, reader.columns, reader.texts):
                reader.add(batch)
    except (DataError, NeedsTextsError):
        return None
    assert reader.missing is not None
    scans = [scan.found() for scan in reader.scans]
    target = None if reader.target is None else reader.target.found()
    if reader.bad or None in scans or (reader.target is not None and target is None):
        return None
    return {
        "rows": reader.places.count,
        "scans": scans,
        "missing": reader.missing.found(),
        "target": target,
        "groups": [each.found() for each in reader.groups],
        "order": [each.found() for each in reader.order],
        "numbers": reader.found_numbers,
    }


def _join(whole: TableReader, found: Mapping[str, Any], groups: range) -> bool:
    """Take in what was found in some groups; returns whether it fits to what was found before them."""
    counts = [whole.file.groups[group].rows for group in groups]
    fits: bool = sum(counts) == found["rows"]
    for group, rows in zip(groups, counts, strict=True):
        whole.places.add(rows, partial(whole.file.group_places, group))
    for scan, each in zip(whole.scans, found["scans"], strict=True):
        fits &= scan.join(each)
    assert whole.missing is not None
    whole.missing.join(found["missing"])
    if whole.target is not None:
        fits &= whole.target.join(found["target"])
    for groups_reader, each in zip(whole.groups, found["groups"], strict=True):
        groups_reader.join(each)
    for order_reader, each in zip(whole.order, found["order"], strict=True):
        order_reader.join(each)
    whole.found_numbers += found["numbers"]
    return fits
