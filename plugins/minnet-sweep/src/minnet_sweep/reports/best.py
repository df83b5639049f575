"""`best_text`: the experiment of the best trial, as TOML to train: the base with its comments, and other values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import tomlkit

from minnet_core.support import printable
from minnet_train.experiment import Setting, unstructure_experiment

from ..configuration import label_of, settings_of
from ..errors import SweepError
from ..study import Trial
from ..trials import SweepFolder, shown


def best_text(folder: SweepFolder, trial: Trial, to: Path | None = None) -> str:
    """Write the experiment of a trial.

    Args:
        folder: of the sweep.
        trial: whose values are set.
        to: the folder that it is written for, from which relative paths in it are; the current one if not given.

    Raises:
        SweepError: if the values cannot be written.
    """
    settings = settings_of(folder.sweep.parameters, trial.values)
    document = tomlkit.parse(folder.base.text)
    plain = deepcopy(document.unwrap())
    for setting in settings:
        setting.apply(plain)  # whose error is the one that the trial would have had
        _set(document, setting)
    if tomlkit.parse(tomlkit.dumps(document)).unwrap() != plain:  # as it will be read
        raise SweepError(f"trial {trial.number}: the values could not be written into {folder.base.name}")
    _relocate(document, folder, trial, to or Path())
    values = ", ".join(f"{name} = {label_of(value)}" for name, value in trial.values.items())
    result = f"{folder.sweep.metric} {shown(trial.value)}" if trial.value is not None else "without a result"
    if trial.value is not None and folder.sweep.seeds > 1:
        result += f", the mean of {folder.sweep.seeds} seeds"
    lines = (f"Trial {trial.number} of the sweep {folder.path.name}: {result}.", values)
    head = "".join(f"# {printable(line, 2000)}\n" for line in lines)
    return head + "\n" + tomlkit.dumps(document)


def _set(document: Any, setting: Setting) -> None:
    """Set a value in a document that keeps its comments, as `Setting.apply` does in plain data."""
    place: Any = document
    for step, following in zip(setting.path[:-1], setting.path[1:], strict=True):
        if step not in place and not isinstance(step, int):
            place[step] = tomlkit.inline_table() if not isinstance(following, int) else tomlkit.array()
        place = place[step]
    place[setting.path[-1]] = _inline(setting.value)


def _inline(value: Any) -> Any:
    """Write a table on one line, as components are written, and those of a list within it."""
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(map(_inline, value))
        return array
    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    for key, each in value.items():
        table[key] = _inline(each)
    return table


def _relocate(document: Any, folder: SweepFolder, trial: Trial, to: Path) -> None:
    """Make paths that are relative to the base experiment, as those of the trial are, ones from another folder."""
    if os.path.realpath(to) == os.path.realpath(folder.base.folder):
        return
    here = os.path.abspath(to)
    experiment = folder.experiment_file(trial.values).experiment()  # whose paths are absolute
    plain = unstructure_experiment(experiment)
    for keys in (("data", "source"), ("data", "validation"), ("start", "model")):
        found: Any = plain
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        place: Any = document
        for key in keys[:-1]:
            place = place.get(key, {})
        if found is not None and keys[-1] in place:
            _move(place, keys[-1], found, here)
    if experiment.imports:  # the files of classes that are called homework.py:Conv2d among them
        document["imports"] = [os.path.relpath(path, here) for path in experiment.imports]
        _call_by_name(document)


def _call_by_name(place: Any) -> None:
    """Call classes of files that are imported by the name of their file alone."""
    if isinstance(place, Mapping):
        file, colon, name = str(place.get("class", "")).rpartition(":")
        if colon and file.endswith(".py") and file != os.path.basename(file):
            place["class"] = f"{os.path.basename(file)}:{name}"  # type: ignore[index]  # of tomlkit, which can be changed
    for each in place.values() if isinstance(place, Mapping) else place if isinstance(place, list) else ():
        _call_by_name(each)


def _move(place: Any, key: str, found: Any, here: str) -> None:
    if not isinstance(found, Mapping):
        if (moved := _moved(found, here)) != found:
            place[key] = moved
        return
    for inner, value in found.items():  # of a source that is written out
        if value != place[key].get(inner) and (moved := _moved(value, here)) != value:
            place[key][inner] = moved


def _moved(value: Any, here: str) -> Any:
    """Make an absolute path, or each of a list, one that is seen from a folder."""
    if isinstance(value, list):
        return [_moved(each, here) for each in value]
    return os.path.relpath(value, here) if isinstance(value, str) and os.path.isabs(value) else value
