"""`Beginning`: a sweep file made into a folder, after everything in it was tried that can be without training."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve, frozen

from minnet_core import MinnetError
from minnet_train import EarlyStopping, Experiment, ExperimentFile, Run
from minnet_train.errors import ExperimentError, Problem
from minnet_train.metrics import VALIDATION

from ..configuration import (
    Choice,
    Parameter,
    RegistryChoice,
    Sweep,
    SweepFile,
    Values,
    caution_of,
    path_of,
    settings_of,
)
from .folder import FolderTakenError, SweepFolder, expect_new, new_path


@frozen
class Beginning:
    """A sweep file, and the base experiment that it names.

    Attributes:
        file: of the sweep.
        sweep: as it is written, with what the options of a command change.
        base: the text of the experiment.
    """

    file: SweepFile
    sweep: Sweep
    base: ExperimentFile

    @classmethod
    def read(
        cls, path: str | os.PathLike[str], *, trials: int | None = None, seconds: float | None = None
    ) -> Beginning:
        """Read both files.

        Args:
            path: of the sweep.
            trials: its number of trials, if not what it says.
            seconds: its time, if not what it says.

        Raises:
            ExperimentError: naming the file, the line, the key, and what was expected.
            SweepError: if a limit is none.
        """
        file = SweepFile.read(path)
        sweep = file.sweep().limited(trials, seconds)
        return cls(file, sweep, file.base(sweep))

    def begun(self, path: Path | None, tell: Callable[[str], None] = lambda text: None) -> SweepFolder:
        """Check every value of every parameter in the base experiment, and make the folder.

        A value is tried alone, with what the conditions of its parameter ask for. What somebody has written must work;
        of what a registry has, that is left out which does not, and the reason is kept.

        Args:
            path: of the new folder; None for the next of ``sweeps/NAME-N``, which no other sweep has got meanwhile.
            tell: is given a line for what is left out, and for what may not be compared.

        Raises:
            ExperimentError: if the base experiment cannot be run, or a value cannot be in it.
            SweepError: if the folder cannot be made.
        """
        if path is not None:
            expect_new(path)
        base = self._prepared(self.base)
        return evolve(self, sweep=self._judged(base))._begun(path, base, tell)

    def _begun(self, path: Path | None, base: Run, tell: Callable[[str], None]) -> SweepFolder:
        sweep = self.sweep
        if not str(sweep.metric).startswith(VALIDATION):
            tell(
                f"warning: metric: {sweep.metric} is measured on the samples that are trained on, which may be known "
                f"by heart; {VALIDATION}{sweep.metric} is on others"
            )
        space: list[Parameter] = []
        left_out: dict[str, dict[str, str]] = {}
        for each in sweep.space:
            parameter: Parameter
            if (caution := caution_of(each, str(sweep.metric))) is not None:
                tell(f"warning: {each.name}: {caution}")
            if isinstance(each, RegistryChoice):
                with self.file.file.locating_errors():
                    listed = each.listed()
                working, refused = self._working(listed.choice, space)
                left_out[each.name] = {**listed.left_out, **refused}
                for name, reason in left_out[each.name].items():
                    tell(f"{each.name}: {name} is left out: {reason}")
                with self.file.file.locating_errors():
                    self._expect_options(each, working, left_out[each.name])
                parameter = working
            else:
                with self.file.file.locating_errors():
                    self._expect_working(each, space)
                parameter = each
            space.append(parameter)
        with self.file.file.locating_errors():
            self._expect_conditions(space)
        sweep = evolve(sweep, space=tuple(space))
        most_epochs = self._most_epochs(space, base.experiment) * sweep.seeds
        while True:
            at = new_path(self.file.file.name) if path is None else path
            folder = SweepFolder(at, sweep, self.base, most_epochs, left_out)
            try:
                folder.create(self.file.file.text)
            except FolderTakenError:
                if path is not None:
                    raise
            else:
                return folder

    def _prepared(self, file: ExperimentFile) -> Run:
        with file.locating_errors():
            return prepared(file.experiment())

    def _judged(self, base: Run) -> Sweep:
        """Fill in by what trials are compared, and see that every report of the base has it."""
        metric = self.sweep.metric or base.experiment.judged_by[0]
        usual = base.experiment.judged_by[1] if self.sweep.metric is None else EarlyStopping(metric=metric).mode
        direction = self.sweep.direction or ("max" if usual == "max" else "min")
        with self.file.file.locating_errors():
            if base.validation is None:
                raise ExperimentError(
                    Problem(
                        ("experiment",),
                        "expected an experiment with samples to validate by, received one without: what is held out "
                        "may not tell which point is the best; data.validation_fraction above 0 takes some",
                    )
                )
            _expect_reported(base.experiment, metric)
        return evolve(self.sweep, metric=metric, direction=direction)

    def _working(self, choice: Choice, space: list[Parameter]) -> tuple[Choice, dict[str, str]]:
        """Divide the options of a registry into those that work, and the reasons of the others."""
        refused = {}
        for option in choice.options:
            try:
                self._try(choice, option.label, space)
            except Exception as error:  # a stranger's component may raise anything
                refused[option.label] = _said(error)
        return evolve(choice, options=tuple(each for each in choice.options if each.label not in refused)), refused

    def _expect_options(self, parameter: RegistryChoice, found: Choice, left_out: Mapping[str, str]) -> None:
        if not found.options:
            first = next((f"; {name}: {reason}" for name, reason in left_out.items()), "")
            message = (
                f"expected at least one of {parameter.registry} that works in the experiment, received none{first}"
            )
            raise ExperimentError(Problem(("space", parameter.name), message))

    def _expect_working(self, parameter: Parameter, space: list[Parameter]) -> None:
        problems = []
        for value in parameter.extremes():
            try:
                self._try(parameter, value, space)
            except (MinnetError, ValueError, TypeError) as error:
                problems.append(Problem(("space", parameter.name), f"{value} does not work: {_said(error)}"))
        if problems:
            raise ExperimentError(*problems)

    def _try(self, parameter: Parameter, value: Any, space: list[Parameter]) -> None:
        values: Values = {}
        for name, labels in parameter.when.items():
            condition = next(each for each in space if each.name == name)
            known = [each for each in condition.extremes() if each in labels]
            values[name] = known[0] if known else None
        if None in values.values():  # what a registry has not is never chosen
            return
        values[parameter.name] = value
        settings = settings_of([*space, parameter], values)
        run = prepared(evolve(self.base, settings=settings).experiment())
        if run.validation is None:
            raise ExperimentError(
                Problem((), "expected samples to validate by, as the base experiment has, received none")
            )
        if any(each.path[0] in _OF_REPORTS for each in settings):
            _expect_reported(run.experiment, str(self.sweep.metric))

    def _expect_conditions(self, space: list[Parameter]) -> None:
        """Refuse a condition that no option can meet, now that registries are known."""
        options = {each.name: each.values() for each in space if isinstance(each, Choice)}
        for each in space:
            for other, labels in each.when.items():
                for label in labels:
                    if label not in (options.get(other) or ()):
                        message = f"expected one of {', '.join(map(str, options.get(other) or ()))}, received {label!r}"
                        raise ExperimentError(Problem(("space", each.name, "when", other), message))

    def _most_epochs(self, space: list[Parameter], base: Experiment) -> int:
        found = [base.epochs]
        for parameter in space:
            for value in parameter.extremes():
                found += [of for key, of in parameter.settings(value).items() if path_of(key) == ("epochs",)]
        return max(found)


def prepared(experiment: Experiment) -> Run:
    """Build everything, with one thread to multiply matrices: as many workers as processors leave no more."""
    np.random.seed(experiment.seed % 2**32)  # layers of notebooks draw from the global generator
    return Run.prepare(experiment, threads=1)


_OF_REPORTS = ("metrics", "criterion", "data")
"""Keys of an experiment that decide which numbers its reports have."""


def _expect_reported(experiment: Experiment, metric: str) -> None:
    """Refuse a metric that is no number of every report of an experiment."""
    if metric == "loss":
        return
    try:
        prepared(evolve(experiment, early_stopping=EarlyStopping(metric=metric)))
    except ExperimentError as error:
        problems = [
            Problem(("metric",), each.message) for each in error.problems if each.path == ("early_stopping", "metric")
        ]
        raise ExperimentError(*(problems or error.problems)) from None


def _said(error: Exception) -> str:
    text = str(error).replace("\n", "; ")
    return text if isinstance(error, MinnetError) else f"{type(error).__name__}: {text}"
