"""`TensorBoard`: the reports of epochs as event files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl

from ..extras import import_extra
from ..plots import VALIDATION, is_number

if TYPE_CHECKING:
    from ..training import EpochReport, Trainer

_POSITIONS = ("epoch", "step", "seconds")


class TensorBoard:
    """A callback of a `Trainer` that writes event files, which ``tensorboard --logdir`` shows.

    The loss and each metric are scalars ``loss/training`` and ``loss/validation``, which TensorBoard draws beside each
    other, at the step that their epoch ended with; ``learning_rate`` and ``samples_per_second`` are scalars too.
    They are in the file a second after their epoch, so a run that is killed loses next to nothing.
    A resumed run writes another file into the same folder; TensorBoard forgets what it has seen of the steps that are
    repeated.

    Args:
        folder: of the event files; made if it does not exist.
        histograms: whether to write a histogram of each parameter, too.

    Raises:
        MissingLibraryError: without tensorboardX.
    """

    def __init__(self, folder: str | os.PathLike[str], *, histograms: bool = False) -> None:
        self.folder = os.fspath(folder)
        self.histograms = histograms
        self._library = import_extra("tensorboardX", "tensorboard", "TensorBoard")
        self._writer: Any = None

    @hookimpl
    def minnet_fit_start(self, trainer: Trainer) -> None:
        """Begin a file; steps after the trainer's are no longer true."""
        later = trainer.step + 1 if trainer.step else None
        # The names of two files that are begun in the same second differ by the step.
        self._writer = self._library.SummaryWriter(
            self.folder, purge_step=later, flush_secs=1, filename_suffix=f".{trainer.step}"
        )

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Write the numbers of the epoch."""
        if self._writer is None:
            return
        for tag, value in scalars(report.as_dict()).items():
            self._writer.add_scalar(tag, value, report.step)
        if self.histograms:
            for name, parameter in trainer.model.namedParameters().items():
                self._writer.add_histogram(name, parameter, report.step)

    @hookimpl
    def minnet_fit_end(self, trainer: Trainer) -> None:
        """Close the file, however the training ended."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __repr__(self) -> str:
        return f"TensorBoard({self.folder!r})"


def scalars(report: Mapping[str, Any]) -> dict[str, float]:
    """Name the numbers of a report as TensorBoard groups them.

    >>> scalars({"epoch": 1, "loss": 0.5, "validation_loss": 0.75, "lr": 0.1})
    {'loss/training': 0.5, 'loss/validation': 0.75, 'learning_rate': 0.1}
    """
    names = {"lr": "learning_rate", "samples_per_second": "samples_per_second"}
    found = {}
    for key, value in report.items():
        if key in _POSITIONS or not is_number(value):
            continue
        part = "validation" if key.startswith(VALIDATION) else "training"
        found[names.get(key, f"{_tag(key.removeprefix(VALIDATION))}/{part}")] = float(value)
    return found


def _tag(key: str) -> str:
    """Make a name one that TensorBoard takes; its library would print any other, as it is, and change it too."""
    return re.sub(r"[^-/\w.]", "_", key, flags=re.ASCII)
