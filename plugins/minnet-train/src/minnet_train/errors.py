"""What can be wrong with an experiment, its data or its run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from minnet_core import MinnetError
from minnet_core.errors import StateError as StateError
from minnet_core.support import nearest, printable, printable_lines, spelled

if TYPE_CHECKING:
    from .experiment import ExperimentFile

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and list indices that lead to a value: ``("model", 2, "n_in")``."""


class DataError(MinnetError, ValueError):
    """Data cannot be read, or cannot be used as features and targets."""


class OutputError(MinnetError, OSError):
    """A file cannot be written."""


class TaskError(MinnetError, AttributeError):
    """A model is asked for what only one of another task has; as an attribute that it lacks, for ``hasattr``."""


class DivergenceError(MinnetError, ArithmeticError):
    """The loss, or a weight, is no finite number any more."""


class CallbackError(MinnetError, RuntimeError):
    """A callback or plugin raised an error, which is the cause of this one, and so ended a training."""


class RunError(MinnetError, RuntimeError):
    """A run directory cannot be begun, gone on with or written to."""


class RunHeldError(RunError):
    """Another process works on a run."""


class RanksError(MinnetError, RuntimeError):
    """The ranks of a training do not fit each other, or what is trained."""


class FirstRankError(RanksError):
    """Rank 0 has failed, which says why, and so this one cannot go on.

    Attributes:
        exit_code: of the program.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class MixedSamplesWarning(UserWarning):
    """A layer mixes the samples of a batch in training, and so those of a shard where the batch is divided."""


class CheckpointError(MinnetError, ValueError):
    """A state cannot be a checkpoint, or a checkpoint file is truncated, foreign, altered or of another format."""


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
        return printable_lines(
            "\n".join(f"{printable(file.where(each.path))}: {each}" if file else str(each) for each in self.problems)
        )


@frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        path: the key that it is under; empty if it is the file as a whole.
        message: what was expected and what was received.

    >>> print(Problem(("model", 2, "n_in"), "expected an integer, received 'ten'"))
    model[2].n_in: expected an integer, received 'ten'
    """

    path: KeyPath
    message: str

    def __str__(self) -> str:
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{printable(step, 100)}" for step in self.path)
        return f"{dotted.removeprefix('.')}: {self.message}" if self.path else self.message


def unknown_key(path: KeyPath, key: str, known: Collection[str], what: str) -> Problem:
    """Describe a key that is not among the known ones, with the nearest of them.

    >>> print(unknown_key(("data",), "sorce", ["source", "target"], "key"))
    data.sorce: unknown key; did you mean 'source'? (expected one of source, target)
    """
    expected = f"expected one of {', '.join(sorted(known))}" if known else "expected none"
    hint = nearest(key, sorted(known), most=1)
    told = f"unknown {what}{spelled(key)}"
    message = f"{told}; {hint} ({expected})" if hint else f"{told}; {expected}"
    return Problem((*path, key), message)
