"""Callbacks that show the progress of a training: a bar on a terminal, one line in a notebook, or plain lines.

Rich is imported by what draws the bar alone: it takes long to import, and most commands have no bar.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from minnet_core import hookimpl

from .report_table import ReportTable, loss_text, report_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ..training import EpochReport, Trainer

_EVERY = 0.1
"""Seconds between two pictures of the bar: no eye wants more, and a step should cost nothing."""


def progress_display(stream: TextIO | None = None) -> RichProgress | PlainLines | OneLine:
    """Make the callback that fits a stream.

    That is a bar for a terminal, one line for a notebook, and plain lines for a file, a pipe, or a terminal that cannot
    move its cursor.

    Args:
        stream: to write to; standard output, as it is now, if not given.
    """
    return live_display(stream) or PlainLines(stream)


def live_display(stream: TextIO | None = None) -> RichProgress | OneLine | None:
    """Make the callback for a terminal or a notebook, which somebody looks at; None for anything else."""
    stream = sys.stdout if stream is None else stream
    if is_notebook_output(stream):
        return OneLine(stream)
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return None
    return RichProgress(_new_console(stream))


def is_notebook_output(stream: TextIO) -> bool:
    """Whether a stream is shown below a cell of a notebook: that of its kernel, or of a command begun with ``!``.

    Such a command has a terminal to write to, of which a notebook understands the carriage return alone.
    """
    if type(stream).__module__.startswith("ipykernel."):
        return True
    is_below_kernel = "JPY_PARENT_PID" in os.environ or "inline" in os.environ.get("MPLBACKEND", "")
    return is_below_kernel and stream.isatty()


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


class OneLine:
    """A callback of a `Trainer` that rewrites one line, as a notebook can show it; the last epoch stays there.

    It is written ten times a second at most, and when an epoch ends. If nobody reads it any more, the rest is silence.

    Args:
        stream: to write to; standard output, as it is now, if not given.
        clock: returns the time in seconds.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.stream = sys.stdout if stream is None else stream
        self._clock = clock
        self._next = 0.0
        self._report = ""
        self._width = 0
        self._is_broken = False

    @hookimpl
    def minnet_fit_start(self, trainer: Trainer) -> None:
        """Begin a line."""
        self._next, self._report, self._width = 0.0, "", 0

    @hookimpl
    def minnet_step_end(self, trainer: Trainer, loss: float) -> None:
        """Say how far the epoch is, if it is time to."""
        if self._clock() < self._next or (plan := trainer.plan) is None:
            return
        epoch, step = divmod(trainer.step - 1, plan.batches)
        now = f"epoch {epoch + 1}/{plan.epochs}  {(step + 1) / plan.batches:4.0%}  loss {loss_text(loss)}"
        self._write("  |  ".join(filter(None, [now, self._report])))

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Write the numbers of the epoch."""
        self._report = report_line(report.as_dict(), report.epoch if trainer.plan is None else trainer.plan.epochs)
        self._write(self._report)

    @hookimpl
    def minnet_fit_end(self, trainer: Trainer) -> None:
        """End the line with the numbers of the last epoch, however the training ended."""
        if self._width:
            self._write(self._report, "\n")
        self._width = 0

    def _write(self, text: str, end: str = "") -> None:
        if self._is_broken:
            return
        try:
            # What is shorter than before is filled up: a notebook only overwrites.
            print(f"\r{text.ljust(self._width)}" if text else "", end=end, file=self.stream, flush=True)
        except OSError:
            self._is_broken = True
        self._width, self._next = len(text), self._clock() + _EVERY

    def __repr__(self) -> str:
        return f"OneLine({getattr(self.stream, 'name', self.stream)!r})"


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
