"""`SweepFolder`: everything that is known of one sweep, in one folder.

=============================== ======================================================================================
``sweep.json``                  the sweep as it was resolved, and the text of the base experiment
``sweep.toml``                  the sweep as it was written
``journal.log``                 Optuna's journal: points, intermediate values, results
``trials/0000/seed-0/``         a run, as ``minnet train`` keeps one, for each seed of each trial
``trials/0000/lock``            held by who works on it
``workers/``                    what each worker has printed
=============================== ======================================================================================
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Any, Self

from attrs import evolve, field, frozen

from minnet_core.support import expect_file, write_atomically
from minnet_train import Experiment, ExperimentFile

from ..configuration import Sweep, Values, settings_of
from ..errors import SweepError
from ..study import Study

CONFIG = "sweep.json"
JOURNAL = "journal.log"
FORMAT = 1


class FolderTakenError(SweepError):
    """There is something in the folder in which a sweep was to begin."""


@frozen
class SweepFolder:
    """A folder with a sweep in it.

    Attributes:
        path: of the folder.
        sweep: with its registries resolved, its metric and its direction.
        base: the experiment that is changed.
        most_epochs: of a trial, over all its seeds.
        left_out: parameter -> what its registry has besides -> why it is not tried.
    """

    path: Path
    sweep: Sweep
    base: ExperimentFile = field(repr=False)
    most_epochs: int = 1
    left_out: dict[str, dict[str, str]] = field(factory=dict)

    def create(self, text: str) -> None:
        """Begin it, in a new or empty folder: whole, or as none that can be opened.

        Args:
            text: of the sweep file.

        Raises:
            FolderTakenError: if there is something in it.
            SweepError: if it cannot be written to.
        """
        path = Path(os.path.realpath(self.path))
        is_there = path.is_dir()  # and stays the same folder: it may be where somebody is, or where a disk is mounted
        partial = (path if is_there else path.parent) / f".{path.name}.{secrets.token_hex(4)}"
        try:
            partial.mkdir(parents=True)
            for folder in ("trials", "workers"):
                (partial / folder).mkdir()
            write_atomically(partial / "sweep.toml", text.encode())
            Study.create(partial / JOURNAL, self.sweep)
            write_atomically(partial / CONFIG, json.dumps(self._to_json(), indent=2).encode() + b"\n")
            if not is_there:
                os.rename(partial, path)
            elif os.listdir(path) != [partial.name]:
                raise FolderTakenError(f"{self.path}: expected a new or empty folder, received one with files in it")
            else:
                for name in sorted(os.listdir(partial), key=lambda name: name == CONFIG):
                    os.rename(partial / name, path / name)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # since it was looked at
                raise FolderTakenError(f"{self.path}: expected a new or empty folder: {error.strerror}") from error
            reason = error.strerror or str(error)
            raise SweepError(f"{self.path}: expected a new or empty folder that can be written to: {reason}") from error
        finally:
            _remove(partial)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open the folder of a sweep; nothing is changed.

        Raises:
            SweepError: if it is none.
        """
        path = Path(path)
        if not (path / CONFIG).is_file():
            kind = "another folder" if path.is_dir() else "a file" if path.exists() else "nothing"
            raise SweepError(f"{path}: expected the folder of a sweep, with a {CONFIG}, received {kind}")
        try:
            data = json.loads(expect_file(path / CONFIG).read_bytes())
            if data["format"] > FORMAT:
                raise SweepError(
                    f"{path / CONFIG}: expected format {FORMAT} or older, received format {data['format']}, which a "
                    "newer minnet wrote; pip install -U minnet-sweep"
                )
            name, text = (str(data["experiment"][key]) for key in ("name", "text"))
            base = ExperimentFile(name, text, _place(path, data["experiment"]))
            return cls(path, Sweep.from_json(data["sweep"]), base, int(data["most_epochs"]), data["left_out"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise SweepError(f"{path / CONFIG}: expected a sweep: {type(error).__name__}: {error}") from error

    def study(self) -> Study:
        """Open its trials."""
        return Study.open(self.path / JOURNAL, self.sweep, self.most_epochs)

    def experiment_file(self, values: Values) -> ExperimentFile:
        """Return the base experiment with the values of a point set in it."""
        return evolve(self.base, settings=settings_of(self.sweep.parameters, values))

    def experiment(self, values: Values, seed: int = 0) -> Experiment:
        """Return the experiment of a point, for one of its seeds.

        Raises:
            ExperimentError: if the values do not fit into it.
        """
        experiment = self.experiment_file(values).experiment()
        return evolve(experiment, seed=experiment.seed + seed)

    @property
    def base_path(self) -> Path:
        """Where the base experiment was read."""
        return Path(self.base.folder, os.path.basename(self.base.name))

    def trial(self, number: int) -> Path:
        """Where a trial is."""
        return self.path / "trials" / f"{number:04d}"

    def run(self, number: int, seed: int) -> Path:
        """Where the run of a trial with one of its seeds is."""
        return self.trial(number) / f"seed-{seed}"

    def limited(self, trials: int | None = None, seconds: float | None = None) -> Self:
        """Write down other limits than it was begun with, and add the points that this makes more.

        Raises:
            SweepError: if its points are drawn beforehand, or there are more already.
        """
        sweep = self.sweep.limited(trials, seconds)
        if trials is not None:
            study = self.study()
            known = len(study.trials())
            if sweep.sampler in ("grid", "qmc"):
                raise SweepError(f"{self.path}: expected no other number of trials of sampler {sweep.sampler!r}")
            if trials < known:
                raise SweepError(f"{self.path}: expected at least {known} trials, which there are, received {trials}")
            # Each is drawn by its own number; those of a random sampler were drawn together, and are others.
            for _ in range(trials - known):
                study.add()
        changed = evolve(self, sweep=sweep)
        write_atomically(self.path / CONFIG, json.dumps(changed._to_json(), indent=2).encode() + b"\n")
        return changed

    def _to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "sweep": self.sweep.to_json(),
            "experiment": {
                "name": self.base.name,
                "text": self.base.text,
                "folder": self.base.folder,
                "relative": _relative(self.base.folder, self.path),
            },
            "most_epochs": self.most_epochs,
            "left_out": self.left_out,
        }


def _relative(folder: str, path: Path) -> str | None:
    """Return the way from one folder to another, if there is one: not between drives of Windows."""
    try:
        return os.path.relpath(folder, path)
    except ValueError:
        return None


def _place(path: Path, base: dict[str, Any]) -> str:
    """Find the folder of the base experiment: where it was, or from the sweep the same way if both have been moved."""
    place, way = str(base["folder"]), base.get("relative")
    if way is None:  # written before it was, or from another drive
        return place
    name, moved = os.path.basename(str(base["name"])), os.path.abspath(path / str(way))
    is_moved = os.path.isfile(os.path.join(moved, name)) and not os.path.isfile(os.path.join(place, name))
    return moved if is_moved else place


def expect_new(path: Path) -> None:
    """Refuse, before anything is tried, a folder with something in it; raises `SweepError`."""
    if (path / CONFIG).is_file():
        raise SweepError(
            f"{path}: expected a new or empty folder, received a sweep; minnet sweep run DIR goes on with it"
        )
    if path.exists() and not (path.is_dir() and not os.listdir(path)):
        raise SweepError(f"{path}: expected a new or empty folder, received {'a file' * path.is_file() or 'another'}")


def new_path(name: str) -> Path:
    """Return the path of a new folder ``sweeps/NAME-N``, N being one more than the largest there is."""
    stem, folder = Path(name).stem or "sweep", Path("sweeps")
    names = os.listdir(folder) if folder.is_dir() else []
    numbers = [int(found[1]) for each in names if (found := re.fullmatch(rf"{re.escape(stem)}-(\d+)", each))]
    return folder / f"{stem}-{max(numbers, default=0) + 1}"


def _remove(folder: Path) -> None:
    """Remove what a creation that failed has left."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
