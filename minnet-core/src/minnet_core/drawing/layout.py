"""`arrange`: where boxes stand, in rows of which every arrow goes down, and which way the arrows go between them.

The layered drawing of K. Sugiyama, S. Tagawa and M. Toda, 1981: rows by the longest path, places in a row by the mean
place of the neighbours, and a place in each row for an arrow that passes through it, so that it goes round the boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from attrs import frozen

from .diagram import Diagram

Point: TypeAlias = tuple[float, float]

ROW_GAP, COLUMN_GAP, MARGIN = 34.0, 22.0, 12.0
"""Pixels between rows, between boxes of a row, and around all."""

ARROW_WIDTH = 8.0
"""What an arrow that passes through a row takes of it."""

SWEEPS = 8
"""How often the places are looked at again, once downwards and once upwards."""


@frozen
class Layout:
    """Where everything is.

    Attributes:
        centres: of the boxes.
        ways: of each arrow, the points at which it is straight down; between two of them it may bend.
        width: of the picture.
        height: of the picture.
    """

    centres: tuple[Point, ...]
    ways: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def arrange(diagram: Diagram) -> Layout:
    """Lay out a diagram, in time that is linear in the number of its boxes and arrows, but for sorting each row.

    Arrows through very many rows, of which there is room for few, are drawn straight, past what is between.
    """
    rows, chains = _in_rows(diagram)
    widths = [float(box.width) for box in diagram.boxes] + [ARROW_WIDTH] * (
        max(map(max, rows)) + 1 - len(diagram.boxes)
    )
    above: list[list[int]] = [[] for _ in widths]
    below: list[list[int]] = [[] for _ in widths]
    for chain in chains:
        for upper, lower in pairwise(chain):
            above[lower].append(upper)
            below[upper].append(lower)
    _sort(rows, above, below)
    xs = _columns(rows, widths, above, below)
    left = min(x - width / 2 for x, width in zip(xs, widths, strict=True)) - MARGIN
    right = max(x + width / 2 for x, width in zip(xs, widths, strict=True)) + MARGIN
    xs = [x - left for x in xs]
    tops, bottoms, height = _bands(diagram, rows)
    row_of = {item: index for index, row in enumerate(rows) for item in row}
    centres = [(xs[item], (tops[row_of[item]] + bottoms[row_of[item]]) / 2) for item in range(len(diagram.boxes))]
    ways = tuple(_ways(diagram, chains, centres, xs, row_of, tops, bottoms))
    return Layout(tuple(centres), ways, right - left, height)


def _in_rows(diagram: Diagram) -> tuple[list[list[int]], list[list[int]]]:
    """Divide boxes into rows, and arrows into steps from row to row, for which places are added to the rows."""
    count = len(diagram.boxes)
    row_of = [0] * count
    for arrow in sorted(diagram.arrows, key=lambda arrow: arrow.target):
        row_of[arrow.target] = max(row_of[arrow.target], row_of[arrow.source] + 1)
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=0) + 1)]
    for item in range(count):
        rows[row_of[item]].append(item)
    lengths = [row_of[arrow.target] - row_of[arrow.source] - 1 for arrow in diagram.arrows]
    room = 500 + 4 * count  # so that the work stays linear
    chains: list[list[int]] = [[] for _ in lengths]
    added = count
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        arrow = diagram.arrows[index]
        passed = range(row_of[arrow.source] + 1, row_of[arrow.target])
        places: list[int] = []
        if len(passed) <= room:
            room -= len(passed)
            places = list(range(added, added + len(passed)))
            added += len(passed)
            for row, place in zip(passed, places, strict=True):
                rows[row].append(place)
        chains[index] = [arrow.source, *places, arrow.target]
    return rows, chains


def _sort(rows: list[list[int]], above: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> None:
    """Sort each row by the mean place of what an item is joined to in the row before."""
    place: dict[int, float] = {}
    for row in rows:
        place.update((item, float(index)) for index, item in enumerate(row))
    for sweep in range(SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            means = {item: _mean([place[other] for other in neighbours[item]], place[item]) for item in row}
            row.sort(key=means.__getitem__)
            place.update((item, float(index)) for index, item in enumerate(row))


def _columns(
    rows: Sequence[Sequence[int]],
    widths: Sequence[float],
    above: Sequence[Sequence[int]],
    below: Sequence[Sequence[int]],
) -> list[float]:
    """Place the items of each row under, or over, the mean of their neighbours, as far as their order lets them."""
    xs = [0.0] * len(widths)
    for row in rows:
        for index, x in zip(row, _apart([0.0] * len(row), [widths[item] for item in row]), strict=True):
            xs[index] = x
    for sweep in range(2 * SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([xs[other] for other in neighbours[item]], xs[item]) for item in row]
            for item, x in zip(row, _apart(wanted, [widths[item] for item in row]), strict=True):
                xs[item] = x
    return xs


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Move items apart that would overlap, half of them to the left and half to the right."""
    gaps = [(one + other) / 2 + COLUMN_GAP for one, other in pairwise(widths)]
    to_right, to_left = list(wanted), list(wanted)
    for index, gap in enumerate(gaps):
        to_right[index + 1] = max(to_right[index + 1], to_right[index] + gap)
    for index in range(len(gaps) - 1, -1, -1):
        to_left[index] = min(to_left[index], to_left[index + 1] - gaps[index])
    return [(one + other) / 2 for one, other in zip(to_right, to_left, strict=True)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _bands(diagram: Diagram, rows: Sequence[Sequence[int]]) -> tuple[list[float], list[float], float]:
    """Where each row begins and ends, and the height of all."""
    tops, bottoms, y = [], [], MARGIN
    for row in rows:
        height = max((diagram.boxes[item].height for item in row if item < len(diagram.boxes)), default=0)
        tops.append(y)
        bottoms.append(y + height)
        y += height + ROW_GAP
    return tops, bottoms, y - ROW_GAP + MARGIN


def _ways(
    diagram: Diagram,
    chains: Sequence[Sequence[int]],
    centres: Sequence[Point],
    xs: Sequence[float],
    row_of: dict[int, int],
    tops: Sequence[float],
    bottoms: Sequence[float],
) -> Iterator[tuple[Point, ...]]:
    """Yield the points of each arrow, which leaves and enters a box beside the others, in the order of these."""
    leaving, entering = ({item: list[tuple[float, int]]() for item in range(len(centres))} for _ in range(2))
    for index, chain in enumerate(chains):
        leaving[chain[0]].append((xs[chain[1]], index))
        entering[chain[-1]].append((xs[chain[-2]], index))
    starts, ends = (
        {
            index: centres[item][0] + diagram.boxes[item].width * 0.6 * ((place + 1) / (len(arrows) + 1) - 0.5)
            for item, arrows in ports.items()
            for place, (_, index) in enumerate(sorted(arrows))
        }
        for ports in (leaving, entering)
    )
    for index, (source, *passed, target) in enumerate(chains):
        through = [(xs[item], y) for item in passed for y in (tops[row_of[item]], bottoms[row_of[item]])]
        start = starts[index], centres[source][1] + diagram.boxes[source].height / 2
        yield (start, *through, (ends[index], centres[target][1] - diagram.boxes[target].height / 2))
