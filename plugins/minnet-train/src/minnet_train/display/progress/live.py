"""`RichProgress`: a bar that moves while a network is trained, for terminals."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from minnet_core import hookimpl

from .report_table import ReportTable, loss_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from ...training import EpochReport, FitOptions, Trainer

_EVERY = 0.1
"""Seconds between two pictures of the bar: no eye wants more, and a step should cost nothing."""


class RichProgress:
    """A callback of a `Trainer` that shows a bar with epoch, loss, speed and time left, under a line for each epoch.

    The bar is drawn by the steps themselves, ten times a second at most, with no thread; it goes away at the end.

    Args:
        console: of rich; one on standard output if not given.
        clock: returns the time in seconds.
    """

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = monotonic) -> None:
        from rich.console import Console

        self.console = console or Console()
        self._clock = clock
        self._table = ReportTable()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._plan: FitOptions | None = None
        self._next = 0.0

    @hookimpl
    def minnet_fit_start(self, trainer: Trainer) -> None:
        """Show the bar."""
        self._plan = trainer.plan
        self._bar = _new_bar(self.console, self._clock)
        self._task = self._bar.add_task("", total=None, epoch="", loss="", speed="")
        self._move(trainer.step)
        self._bar.start()

    @hookimpl
    def minnet_step_end(self, trainer: Trainer, loss: float) -> None:
        """Move the bar, if it is time to."""
        if self._clock() >= self._next:
            self._move(trainer.step, loss)

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Write the line of the epoch above the bar."""
        *headings, row = self._table.lines(report.as_dict())
        for line in headings:
            self._print(line, style="bold")
        self._print(row)
        self._move(trainer.step, report.loss)

    @hookimpl
    def minnet_fit_end(self, trainer: Trainer) -> None:
        """Take the bar away, however the training ended."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _print(self, line: str, style: str = "") -> None:
        from rich.text import Text

        self.console.print(Text(line, style), soft_wrap=True)

    def _move(self, step: int, loss: float | None = None) -> None:
        if self._bar is None or self._task is None or self._plan is None:
            return
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            total=self._plan.steps,
            completed=step,
            epoch=f"{min(step // self._plan.batches + 1, self._plan.epochs)}/{self._plan.epochs}",
            loss="" if loss is None else f"loss {loss_text(loss)}",
            speed="" if speed is None else f"{speed:,.0f} steps/s",
            refresh=True,
        )
        self._next = self._clock() + _EVERY

    def __repr__(self) -> str:
        return "RichProgress()"


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
