"""`RunDirectory`: everything that is known of one run, in one folder.

============================== =======================================================================================
``config.json``                the experiment as resolved, its seed included; where it was started; what its data were
``versions.json``              Python, the system, every distribution: of the first session, and of those that differ
``metrics.jsonl``              a report for each epoch
``checkpoints/``               the last few states, that of the best epoch, and the reports that belong to them
``best.safetensors``           the model of the best epoch
``model.safetensors``          the model at the end
``sources/``                   copies of the Python files that it was begun with; nothing runs them
``start.safetensors``          the model that it goes on from, if it does
``lock``                       who works on it
============================== =======================================================================================
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from attrs import Factory, evolve, field, frozen

from minnet_core.support import expect_file, write_atomically

from ..errors import ExperimentError, RunError
from ..experiment import Experiment, structure_experiment, unstructure_experiment
from ..training import MODULES
from .checkpoints import Checkpoints
from .environment import Environment
from .history_file import HistoryFile
from .journal import Journal
from .lock import run_lock
from .names import (
    BEST,
    CHECKPOINTS,
    CONFIG,
    FORMAT,
    HISTORY,
    LOCK,
    METRICS,
    MODEL,
    RUNS,
    SOURCES as SOURCES,
    START,
    TENSORBOARD,
    VERSIONS,
)
from .own_file import own_file


@frozen(kw_only=True)
class RunConfig:
    """Everything that decides how a run ends.

    Attributes:
        experiment: with the defaults and the options of the command filled in, the seed among them.
        folder: absolute, what relative paths in the experiment are relative to: where the run was started.
        fingerprint: of the data that it learns from.
        sources: the name of each Python file that was imported -> the SHA-256 of its contents. The ``imports`` of the
            experiment are not kept: who goes on with a run says which files to run.
        threads: how many multiply matrices; 0 if that is not known, as in a run of before it was.
        executor: what executes a step, on which its last bits depend.
        run_id: random, and in every checkpoint; None in a run that was begun before runs had one.
        started: when it was begun, as ISO 8601; None in a run that was begun before that was written down.
    """

    experiment: Experiment
    folder: str
    fingerprint: str
    sources: dict[str, str] = field(factory=dict)
    threads: int = 0
    executor: str = MODULES
    run_id: str | None = Factory(lambda: secrets.token_hex(16))
    started: str | None = Factory(lambda: datetime.now().astimezone().isoformat(timespec="seconds"))

    def located(self) -> Experiment:
        """Return the experiment with paths that mean the same from whatever directory it is resumed."""
        folder = "" if self.folder == os.getcwd() else self.folder
        return evolve(self.experiment.relative_to(folder), output=os.path.join(folder, self.experiment.output))

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        experiment = unstructure_experiment(self.experiment)
        del experiment["imports"]
        return {
            "format": FORMAT,
            "experiment": experiment,
            "folder": self.folder,
            "fingerprint": self.fingerprint,
            **({"sources": self.sources} if self.sources else {}),
            **({"threads": self.threads} if self.threads else {}),
            "executor": self.executor,
            **({} if self.run_id is None else {"run_id": self.run_id}),
            **({} if self.started is None else {"started": self.started}),
        }

    @classmethod
    def from_json(cls, data: Any, where: str) -> Self:
        """Read what `to_json` wrote; raise `RunError` if it is something else, or of a later format."""
        version = data.get("format") if isinstance(data, dict) else None
        if not isinstance(version, int):
            raise RunError(f"{where}: expected the config of a run, received {str(data)[:80]!r}")
        if version > FORMAT:
            raise RunError(
                f"{where}: expected format {FORMAT} or older, received format {version}, which a newer minnet wrote; "
                "pip install -U minnet-train"
            )
        try:
            experiment = evolve(structure_experiment(data["experiment"]), imports=())
            run_id, started = data.get("run_id"), data.get("started")
            sources = {str(name): str(digest) for name, digest in dict(data.get("sources", {})).items()}
            threads = data.get("threads", 0)
            if type(threads) is not int or not 0 <= threads <= 1024:
                raise TypeError(f"threads: expected a number of threads, received {threads!r}")
            return cls(
                experiment=experiment,
                folder=str(data["folder"]),
                fingerprint=str(data["fingerprint"]),
                sources=sources,
                threads=threads,
                executor=str(data.get("executor", MODULES)),
                run_id=None if run_id is None else str(run_id),
                started=None if started is None else str(started),
            )
        except (KeyError, TypeError, ValueError, ExperimentError) as error:
            raise RunError(f"{where}: expected the config of a run: {error}") from error


@frozen
class RunDirectory:
    """A folder with a run in it.

    Attributes:
        path: of the folder, as it was given.
        config: what decides how the run ends.
        checkpoints: its states.
        journal: its reports.
    """

    path: Path
    config: RunConfig = field(repr=False)
    checkpoints: Checkpoints = field(repr=False)
    journal: Journal = field(repr=False)

    @classmethod
    @contextmanager
    def begun(
        cls,
        path: str | os.PathLike[str],
        config: RunConfig,
        sources: Mapping[str, bytes] = MappingProxyType({}),
        start: bytes | None = None,
    ) -> Iterator[Self]:
        """Begin a run in a new folder, or in one that is empty; folders above it are made.

        It is locked from before it is a run until the context ends, so that nobody deletes it as it begins. The config
        is written last: a folder without one is no run, whatever a kill left in it.

        Args:
            path: of the folder.
            config: of the run.
            sources: the name and contents of each Python file that was imported.
            start: the file of the model that it goes on from, if it does.

        Raises:
            RunError: if there is something in the folder already, or it cannot be written to.
        """
        path = Path(path)
        with ExitStack() as held:
            try:
                path.mkdir(parents=True, exist_ok=True)
                # A lock file would be in the way of whoever wants an empty folder.
                _expect_empty(path)
                held.enter_context(run_lock(path / LOCK))
                _expect_empty(path)
                _write_json(path / VERSIONS, [{"step": 0, **Environment.here(config.threads).to_json()}])
                (path / CHECKPOINTS).mkdir(exist_ok=True)
                for name, contents in sources.items():
                    (path / SOURCES).mkdir(exist_ok=True)
                    write_atomically(path / SOURCES / name, contents)
                if start is not None:
                    write_atomically(path / START, start)
                _write_json(path / CONFIG, config.to_json())
            except OSError as error:
                reason = f"expected a new or empty folder that can be written to: {error.strerror or error}"
                raise RunError(f"{path}: {reason}") from error
            yield cls._of(path, config)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open the folder of a run; nothing is changed.

        Raises:
            RunError: if it is none.
        """
        path = Path(path)
        if not (path / CONFIG).is_file():
            raise RunError(f"{path}: expected the directory of a run, with a {CONFIG}, received {_kind(path)}")
        return cls._of(path, RunConfig.from_json(_read_json(path / CONFIG), str(path / CONFIG)))

    @classmethod
    def _of(cls, path: Path, config: RunConfig) -> Self:
        journal, folder = Journal(path / METRICS), path / CHECKPOINTS
        history = HistoryFile(folder / HISTORY, copy=journal.path)
        checkpoints = Checkpoints(
            folder,
            keep=config.experiment.keep,
            mode=config.experiment.judged_by[1],
            run_id=config.run_id,
            history=history,
        )
        return cls(path, config, checkpoints, journal)

    def changed(self, experiment: Experiment) -> Self:
        """Write down another experiment: more epochs, say; only while locked."""
        config = evolve(self.config, experiment=experiment)
        self._update(CONFIG, config.to_json())
        return self._of(self.path, config)

    @property
    def best_model(self) -> Path:
        """Where the model of the best epoch is."""
        return self.path / BEST

    @property
    def model(self) -> Path:
        """Where the model is, once the run is over."""
        return self.path / MODEL

    @property
    def start(self) -> Path:
        """Where a copy of the model is that the run goes on from, if it does."""
        return self.path / START

    @property
    def tensorboard(self) -> Path:
        """Where the event files for TensorBoard are."""
        return self.path / TENSORBOARD

    def output(self) -> str:
        """Return where the experiment wants its model, from wherever this process runs.

        Raises:
            RunError: if that is far from the run, which may be a stranger's: neither where its folder or its folder
                ``runs`` is, nor in the current folder.
        """
        output = self.config.located().output
        run = self.path.resolve()
        near = run.parent.parent if run.parent.name == RUNS else run.parent
        if not any(Path(os.path.realpath(output)).is_relative_to(folder) for folder in (near, Path.cwd())):
            raise RunError(
                f"{self.path}: expected a run that writes its model near to itself or into the current folder, "
                f"received one whose {CONFIG} names {output!r}; --output {shlex.quote(output)} if it shall"
            )
        return output

    def lock(self) -> AbstractContextManager[int]:
        """Make a context manager that refuses to enter while another process is in it.

        Raises:
            RunError: if a folder in it is a symbolic link: what is written there would be out of the run.
        """
        for folder in (self.checkpoints.folder, self.tensorboard):
            if folder.is_symlink():
                raise RunError(f"{folder}: expected a folder that is in the run itself, received a symbolic link")
        return run_lock(self.path / LOCK)

    def remove_leftovers(self) -> None:
        """Remove the temporary files of writes that were killed; only while locked."""
        for folder in (self.path, self.checkpoints.folder):
            for temporary in folder.glob(".*.tmp"):
                if temporary.is_symlink() or not temporary.is_dir():
                    temporary.unlink(missing_ok=True)

    def note_environment(self, step: int, threads: int = 0) -> list[str]:
        """Write down what the run goes on with, if that is not what it went on with before.

        Args:
            step: where it goes on.
            threads: how many multiply matrices; 0 if that is not known.

        Returns:
            What differs from the last time.

        Raises:
            RunError: if ``versions.json`` cannot be read, or written.
        """
        sessions = _read_json(self.path / VERSIONS)
        here = Environment.here(threads)
        try:
            differences = Environment.from_json(sessions[-1]).differences(here)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise RunError(f"{self.path / VERSIONS}: expected a list of sessions: {error}") from error
        if differences:
            self._update(VERSIONS, [*sessions, {"step": step, **here.to_json()}])
        return differences

    def _update(self, name: str, data: Any) -> None:
        try:
            _write_json(self.path / name, data)
        except OSError as error:
            raise RunError(f"{self.path}: {name} could not be written: {error.strerror or error}") from error


def new_path(name: str) -> Path:
    """Make a new folder ``runs/NAME-N``, N being one more than the largest there is.

    Raises:
        OSError: if it cannot be made.
    """
    stem = Path(name).stem or "run"
    runs = Path(RUNS)
    runs.mkdir(exist_ok=True)
    while True:
        numbers = [
            int(found[1]) for each in os.listdir(runs) if (found := re.fullmatch(rf"{re.escape(stem)}-(\d+)", each))
        ]
        path = runs / f"{stem}-{max(numbers, default=0) + 1}"
        try:
            path.mkdir()
        except FileExistsError:  # another process was faster
            continue
        return path


def _expect_empty(path: Path) -> None:
    """Refuse a folder with anything in it but what a killed `create` left, which makes no links."""
    if (path / CONFIG).exists():
        raise RunError(f"{path}: expected a new or empty folder, received a run; resume it with minnet train --resume")
    foreign = sorted(
        name
        for name in os.listdir(path)
        if (path / name).is_symlink()
        or (
            name not in (LOCK, VERSIONS, CHECKPOINTS, SOURCES, START)
            and not (name.startswith(".") and name.endswith(".tmp"))
        )
    )
    if foreign:
        raise RunError(f"{path}: expected a new or empty folder, received one with {foreign[0]} in it")


def _kind(path: Path) -> str:
    if not path.exists():
        return "nothing"
    return "another folder" if path.is_dir() else "a file"


def _write_json(path: Path, data: Any) -> None:
    write_atomically(own_file(path), json.dumps(data, indent=2).encode() + b"\n")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(expect_file(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: expected JSON: {error}") from error
