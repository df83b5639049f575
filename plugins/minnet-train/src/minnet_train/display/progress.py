"""Progress of a training, shown by callbacks: a bar on a terminal, or plain lines.

Rich is imported by what draws the bar alone: it takes long to import, and most commands have no bar.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from minnet_core import hookimpl
from minnet_core.support import printable

from ..plots import is_fraction, is_number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ..training import EpochReport, Trainer

_LEFT_OUT = ("step", "seconds", "lr")
_TITLES = {"samples_per_second": "samples/s"}
_LEAST_WIDTH = 8
_WIDEST = 60

_EVERY = 0.1
"""Seconds between two pictures of the bar: no eye wants more, and a step should cost nothing."""


def progress_display(stream: TextIO | None = None) -> RichProgress | PlainLines:
    """Make the callback that fits a stream.

    That is a bar for a terminal, and plain lines for a file, a pipe, or a terminal that cannot move its cursor.

    Args:
        stream: to write to; standard output, as it is now, if not given.
    """
    stream = sys.stdout if stream is None else stream
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return PlainLines(stream)
    return RichProgress(_new_console(stream))


class PlainLines:
    """A callback of a `Trainer` that writes a line when an epoch ends, and headings before the first.

    Every line is there as soon as its epoch has ended. If the stream cannot be written to, because nobody reads it any
    more or the disk is full, the rest is silence: a training does not end for that.

    Args:
        stream: to write to; standard output, as it is now, if not given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        self._table = ReportTable()
        self._is_broken = False

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Write the line of the epoch."""
        if self._is_broken:
            return
        try:
            for line in self._table.lines(report.as_dict()):
                print(line, file=self.stream, flush=True)
        except OSError:
            self._is_broken = True

    def __repr__(self) -> str:
        return f"PlainLines({getattr(self.stream, 'name', self.stream)!r})"


class RichProgress:
    """A callback of a `Trainer` that shows a bar with epoch, loss, speed and time left, under a line for each epoch.

    The bar is drawn by the steps themselves, ten times a second at most, with no thread; it goes away at the end.

    Args:
        console: of rich; one on standard output if not given.
        clock: returns the time in seconds.
    """

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.console = console or _new_console()
        self._clock = clock
        self._table = ReportTable()
        self._bar: Progress | None = None
        self._next = 0.0

    @hookimpl
    def minnet_fit_start(self, trainer: Trainer) -> None:
        """Show the bar."""
        self._bar = _new_bar(self.console, self._clock)
        self._bar.add_task("", total=None, epoch="", loss="", speed="")
        self._move(trainer)
        self._bar.start()

    @hookimpl
    def minnet_step_end(self, trainer: Trainer, loss: float) -> None:
        """Move the bar, if it is time to."""
        if self._clock() >= self._next:
            self._move(trainer, loss)

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Write the line of the epoch above the bar."""
        *headings, row = self._table.lines(report.as_dict())
        for line in headings:
            self._print(line, style="bold")
        self._print(row)
        self._move(trainer, report.loss)

    @hookimpl
    def minnet_fit_end(self, trainer: Trainer) -> None:
        """Take the bar away, however the training ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _print(self, line: str, style: str = "") -> None:
        from rich.text import Text

        self.console.print(Text(line, style), soft_wrap=True)

    def _move(self, trainer: Trainer, loss: float | None = None) -> None:
        if self._bar is None or (plan := trainer.plan) is None:
            return
        (task,) = self._bar.tasks
        self._bar.update(
            task.id,
            total=plan.steps,
            completed=trainer.step,
            epoch=f"{min(trainer.step // plan.batches + 1, plan.epochs)}/{plan.epochs}",
            loss="" if loss is None else f"loss {loss_text(loss)}",
            speed="" if task.speed is None else f"{task.speed:,.0f} steps/s",
            refresh=True,
        )
        self._next = self._clock() + _EVERY

    def __repr__(self) -> str:
        return "RichProgress()"


class ReportTable:
    r"""Lines that are given out one after another: headings before the first, a row for each report.

    The columns are the numbers of the first report. Its step, time and learning rate are left out: they are in
    ``metrics.jsonl``, and a line should fit into a window.

    >>> table = ReportTable()
    >>> print(*table.lines({"epoch": 1, "loss": 0.5, "accuracy": 0.75, "samples_per_second": 12345.6}), sep="\n")
       epoch      loss  accuracy  samples/s
           1    0.5000    75.00%     12,346
    """

    def __init__(self) -> None:
        self._keys: list[str] = []

    def lines(self, report: Mapping[str, Any]) -> Iterator[str]:
        """Yield the headings, if this report is the first, and its row."""
        if not self._keys:
            self._keys = [key for key, value in report.items() if key not in _LEFT_OUT and is_number(value)]
            yield "  ".join(_title(key).rjust(_LEAST_WIDTH) for key in self._keys)
        cells = (metric_text(key, report.get(key)) for key in self._keys)
        widths = (max(len(_title(key)), _LEAST_WIDTH) for key in self._keys)
        yield "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _new_console(stream: TextIO | None = None) -> Console:
    from rich.console import Console

    return Console(file=stream)


def _new_bar(console: Console, clock: Callable[[], float]) -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(bar_width=20, complete_style="cyan", finished_style="cyan"),
        TaskProgressColumn(),
        TextColumn("{task.fields[loss]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        auto_refresh=False,
        transient=True,
        get_time=clock,
    )


def loss_text(value: float) -> str:
    """Write a loss so that it has four digits that mean something, whatever its size.

    >>> loss_text(0.25), loss_text(0.0000123), loss_text(123456.0)
    ('0.2500', '1.23e-05', '1.23e+05')
    """
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"


def _title(key: str) -> str:
    return printable(_TITLES.get(key, key.replace("_", " ")), _WIDEST)


def metric_text(key: str, value: Any) -> str:
    """Write a number of a report: fractions in percent, others as `loss_text` does.

    >>> metric_text("validation_accuracy", 0.75), metric_text("mae", 2.5)
    ('75.00%', '2.5000')
    """
    if not is_number(value):
        return "-"
    if is_fraction(key):
        return f"{value:.2%}"
    formats: dict[str, Callable[[Any], str]] = {"epoch": str, "samples_per_second": "{:,.0f}".format}
    return formats.get(key, loss_text)(value)
