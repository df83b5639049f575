"""`Curves`: what the epochs of a run reported, and `draw_curves`: loss, metrics and learning rate, epoch by epoch."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from minnet_core.support import expect_file, printable

from ..metrics import VALIDATION, meaning_of
from .figures import COLOURS, LINE_STYLES, MARKERS, PlotError, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METRICS = "metrics.jsonl"
"""The file of a run directory that has a line of JSON for each epoch."""

AXES = ("epoch", "step", "seconds")
"""What curves can be drawn along."""

_NOT_DRAWN = {*AXES, "samples_per_second"}

_AXIS_TITLES = {"epoch": "epoch", "step": "step", "seconds": "time of training (s)"}

_FEW_RUNS = 6
"""Of so many runs, the curves of both parts can be followed, and the legend has room below them."""

_MOST_IN_COLUMN = 24

_MOST_IN_LEGEND = 3 * _MOST_IN_COLUMN
"""So many lines a legend has; of more runs the first ones are named, and the others counted."""

_FEW = 25
"""Curves of so many epochs have a marker at each; longer ones have about ten."""


@frozen
class Curves:
    """What the epochs of a run reported.

    Attributes:
        name: of the run, in a legend.
        reports: a mapping for each epoch, as a line of ``metrics.jsonl`` has it.

    >>> curves = Curves("run", [{"epoch": 1, "loss": 0.7, "validation_loss": 0.8, "lr": 0.1, "seconds": 2.0}])
    >>> curves.quantities()
    ['loss', 'lr']
    """

    name: str
    reports: Sequence[Mapping[str, Any]] = field(repr=lambda reports: f"<{len(reports)} epochs>")

    @reports.validator
    def _at_least_one(self, _: Any, reports: Sequence[Mapping[str, Any]]) -> None:
        if not reports:
            raise PlotError(f"{self.name}: expected the report of at least one epoch, received none")

    @classmethod
    def read(cls, path: str | os.PathLike[str], name: str | None = None) -> Curves:
        """Read the reports of a run.

        An unfinished last line is left out: a run may be drawn while it is training.

        Args:
            path: a run directory, or a file such as its ``metrics.jsonl``.
            name: of the run; that of the directory if not given.

        Raises:
            PlotError: naming the file, and the line that is not a report.
        """
        file = Path(path, METRICS) if Path(path).is_dir() else Path(path)
        try:
            *lines, unfinished = expect_file(file).read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            expected = f"{os.fspath(path)}: expected a run directory with {METRICS}, or such a file"
            if isinstance(error, OSError):
                raise PlotError(f"{expected}: {error}") from None
            hint = "a model file has no curves, only the run that made it has"
            raise PlotError(f"{expected}, received no text; {hint}") from None
        reports = [_report(line, f"{file}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
        if unfinished.strip():
            with suppress(PlotError):
                reports.append(_report(unfinished, ""))
        if not reports:
            raise PlotError(f"{file}: expected a line for each epoch, received none; no epoch has ended yet")
        return cls(name or _run_name(path), reports)

    def quantities(self) -> list[str]:
        """Name what there is to draw: the loss, the metrics in their order, the learning rate.

        A number of the validation samples is drawn with that of the training samples.
        """
        keys = (key.removeprefix(VALIDATION) for report in self.reports for key in report if is_number(report[key]))
        return _ordered(key for key in keys if key not in _NOT_DRAWN)

    def values(self, key: str) -> list[float]:
        """Return a number for each epoch, nan where it is missing."""
        return [float(report[key]) if is_number(report.get(key)) else math.nan for report in self.reports]

    def has(self, key: str) -> bool:
        """Whether any epoch reports a finite number of this name."""
        return any(map(math.isfinite, self.values(key)))

    def along(self, axis: str) -> list[float]:
        """Return where each epoch is on an axis; ``seconds`` are those of the training until its end."""
        values = self.values(axis)
        if not all(map(math.isfinite, values)):
            raise PlotError(f"{self.name}: expected every epoch to report {axis!r}, received one that does not")
        return list(accumulate(values)) if axis == "seconds" else values


def distinct_names(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Name runs by their folders, or by their paths where folders have one name.

    >>> distinct_names(["runs/a", "runs/b"]), distinct_names(["old/a", "new/a"])
    (['a', 'b'], ['old/a', 'new/a'])
    """
    paths = list(paths)
    names = [_run_name(path) for path in paths]
    return names if len(set(names)) == len(names) else [os.fspath(path) for path in paths]


def _run_name(path: str | os.PathLike[str]) -> str:
    resolved = Path(path).resolve()
    return resolved.parent.name if resolved.name == METRICS else resolved.name


def _report(line: str, where: str) -> Mapping[str, Any]:
    try:
        report = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PlotError(f"{where}: expected the report of an epoch as a JSON object: {error}") from None
    if not isinstance(report, dict):
        raise PlotError(f"{where}: expected the report of an epoch as a JSON object, received {line[:40]}")
    return report


def is_number(value: Any) -> bool:
    """Whether a value of a report is a number; an integer that no float is as large as is none: nothing can take it."""
    if isinstance(value, bool) or not isinstance(value, int):
        return isinstance(value, float)
    return abs(value) <= sys.float_info.max


def is_fraction(key: str) -> bool:
    """Whether a number of a report is a fraction, which is shown in percent.

    >>> is_fraction("validation_accuracy"), is_fraction("top5"), is_fraction("loss")
    (True, True, False)
    """
    return meaning_of(key).is_fraction


def draw_curves(runs: Sequence[Curves], *, axis: str = "epoch", log: bool = False) -> Figure:
    """Draw a panel each for the loss, the metrics and the learning rate, unless that is constant in every run.

    Each run has a colour and a marker of its own. Numbers of the training samples are dashed, those of the validation
    samples are solid. Of more than six runs, only those of the validation samples are drawn where there are any; the
    line style changes when all colours have been used, and the legend stands at the side, with 72 lines at most.

    Args:
        runs: at least one.
        axis: ``epoch``, ``step``, or ``seconds`` of training.
        log: whether the scale of the loss is logarithmic.

    Raises:
        PlotError: if there is nothing to draw.
        MissingLibraryError: without matplotlib.
    """
    quantities = _quantities(runs, axis)
    is_validated = any(run.has(VALIDATION + quantity) for run in runs for quantity in quantities)
    are_many = len(runs) > _FEW_RUNS
    columns = 2 if len(quantities) == 4 else min(len(quantities), 3)
    rows = math.ceil(len(quantities) / columns)
    with styled():
        lines, beside = min(len(runs), _MOST_IN_COLUMN), math.ceil(min(len(runs), _MOST_IN_LEGEND) / _MOST_IN_COLUMN)
        wider, higher = (2.0 * beside, max(3.0 * rows, 0.22 * lines) + 0.3) if are_many else (0.0, 3.0 * rows + 0.9)
        figure = new_figure(4.0 * columns + 0.4 + wider, higher)
        for index, quantity in enumerate(quantities, 1):
            axes = figure.add_subplot(rows, columns, index)
            for number, run in enumerate(runs):
                if are_many and run.has(VALIDATION + quantity):
                    _draw_part(axes, run, VALIDATION + quantity, axis, number, _look(number, style=number))
                elif are_many:
                    _draw_part(axes, run, quantity, axis, number, _look(number, style=number))
                else:
                    _draw_run(axes, run, quantity, axis, None if len(runs) == 1 else number, dashed=is_validated)
            _label(axes, quantity, axis, log=log)
        if len(runs) == 1:
            figure.suptitle(printable(runs[0].name))
        if are_many:
            _add_side_legend(figure, runs, is_validated)
        else:
            _add_legend(figure, runs, is_validated)
    return figure


def _quantities(runs: Sequence[Curves], axis: str) -> list[str]:
    if axis not in AXES:
        raise PlotError(f"expected to draw along one of {', '.join(AXES)}, received {axis!r}")
    quantities = _ordered(quantity for run in runs for quantity in run.quantities())
    if all(_is_constant(run.values("lr")) for run in runs):
        quantities = [quantity for quantity in quantities if quantity != "lr"] or quantities
    if not quantities:
        raise PlotError(f"expected runs that report a loss or a metric, received {[run.name for run in runs]}")
    return quantities


def _is_constant(values: Sequence[float]) -> bool:
    return len({value for value in values if math.isfinite(value)}) <= 1


def _ordered(quantities: Iterable[str]) -> list[str]:
    """Drop duplicates, and put the loss first and the learning rate last."""
    return sorted(dict.fromkeys(quantities), key=lambda quantity: {"loss": 0, "lr": 2}.get(quantity, 1))


def _draw_run(axes: Axes, run: Curves, quantity: str, axis: str, number: int | None, *, dashed: bool) -> None:
    for part, key in enumerate((quantity, VALIDATION + quantity)):
        if run.has(key):
            look = _look(part if number is None else number, dashed=dashed and not part and quantity != "lr")
            _draw_part(axes, run, key, axis, number or 0, look)


def _draw_part(axes: Axes, run: Curves, key: str, axis: str, number: int, look: dict[str, Any]) -> None:
    places = run.along(axis)
    every: Any = 1 if len(places) <= _FEW else (0.02 * (number % 5), 0.1)
    if run.has(key):
        axes.plot(places, run.values(key), markevery=every, **look)


def _look(number: int, *, dashed: bool = False, style: int = 0) -> dict[str, Any]:
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": "--" if dashed else LINE_STYLES[style // len(COLOURS) % len(LINE_STYLES)],
        "linewidth": 1.2 if dashed else 1.8,
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4,
    }


def _label(axes: Axes, quantity: str, axis: str, *, log: bool) -> None:
    title = shortened(meaning_of(quantity).title, 60)
    axes.set_xlabel(_AXIS_TITLES[axis])
    axes.set_ylabel(title)
    if axis != "seconds":
        axes.locator_params(axis="x", integer=True)
    if is_fraction(quantity):
        axes.set_ylabel(f"{title} (%)")
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}")
    elif quantity == "lr":
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.4g}")
        axes.set_ylim(bottom=0)
    elif quantity == "loss" and log:
        from matplotlib.ticker import LogFormatter

        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False))


def _add_legend(figure: Figure, runs: Sequence[Curves], is_validated: bool) -> None:
    from matplotlib.lines import Line2D

    handles = []
    if len(runs) > 1:
        handles = [
            Line2D([], [], label=printable(run.name), **_look(index, dashed=False)) for index, run in enumerate(runs)
        ]
    for part, label in enumerate(("training", "validation") if is_validated else ()):
        look = _look(part, dashed=not part)
        if len(runs) > 1:
            look |= {"color": "gray", "marker": ""}
        handles.append(Line2D([], [], label=label, **look))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))


def _add_side_legend(figure: Figure, runs: Sequence[Curves], is_validated: bool) -> None:
    from matplotlib.lines import Line2D

    few = runs if len(runs) <= _MOST_IN_LEGEND else runs[: _MOST_IN_LEGEND - 1]
    handles = [Line2D([], [], label=shortened(run.name), **_look(n, style=n)) for n, run in enumerate(few)]
    if len(few) < len(runs):
        handles.append(Line2D([], [], label=f"and {len(runs) - len(few):,} more", linestyle=""))
    title = "validation samples" if is_validated else None
    columns = math.ceil(len(handles) / _MOST_IN_COLUMN)
    figure.legend(handles=handles, loc="outside right upper", ncols=columns, handlelength=3.5, title=title)
