"""`PlainLines`: a line of text for each epoch, for files and pipes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from minnet_core import hookimpl

from .report_table import ReportTable

if TYPE_CHECKING:
    from ...training import EpochReport, Trainer


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
