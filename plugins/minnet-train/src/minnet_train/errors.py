"""What can be wrong with an experiment, its data or its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import MinnetError
from minnet_core.errors import StateError as StateError

if TYPE_CHECKING:
    from .experiment import ExperimentFile, Problem


class DataError(MinnetError, ValueError):
    """Data cannot be read, or cannot be used as features and targets."""


class OutputError(MinnetError, OSError):
    """A file cannot be written."""


class DivergenceError(MinnetError, ArithmeticError):
    """The loss, or a weight, is no finite number any more."""


class CallbackError(MinnetError, RuntimeError):
    """A callback or plugin raised an error, which is the cause of this one, and so ended a training."""


class ExperimentError(MinnetError, ValueError):
    """An experiment cannot be run as it is written.

    Attributes:
        problems: what is wrong, and under which key.
        file: where the experiment was read from, if it was; it tells the lines of the keys.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.file: ExperimentFile | None = None

    def __str__(self) -> str:
        file = self.file
        return "\n".join(f"{file.where(each.path)}: {each}" if file else str(each) for each in self.problems)
