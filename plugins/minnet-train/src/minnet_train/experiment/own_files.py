"""Python files whose classes an experiment names: found in it, imported, and told from what they were before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from minnet_core.support import printable

from ..errors import ExperimentError, KeyPath, Problem
from ..registries import datasets, metrics
from .experiment import Experiment

if TYPE_CHECKING:
    from minnet_core.source_files import SourceFile


def with_files_named(experiment: Experiment, folder: str, given: Sequence[str] = ()) -> Experiment:
    """Find the files of classes such as ``lib/homework.py:Conv2d``, which is ``homework.py:Conv2d`` from now on.

    Args:
        experiment: as somebody wrote it.
        folder: what the paths are relative to; empty for the current one.
        given: paths, relative to the current folder, of files that take the place of others of the same name.

    Returns:
        The experiment, whose ``imports`` have these files too.

    Raises:
        ExperimentError: if two files have one name.
    """
    own = {os.path.basename(path): path for path in given}
    found = {os.path.basename(path): os.path.normpath(os.path.join(folder, path)) for path in experiment.imports}
    kinds = ("model", "criterion", "optimizer", "schedule", "metrics", "augmentations")
    parts = {name: getattr(experiment, name) for name in kinds}
    problems = []
    for path, name in _named_files({**parts, "data": {"source": experiment.data.source}}, ()):
        place = os.path.normpath(os.path.join(folder, name))
        known = found.setdefault(os.path.basename(name), place)
        if known != place and name != os.path.basename(name):
            message = f"expected files of different names, received {known!r} and {place!r}"
            problems.append(Problem((*path, "class"), message))
    if problems:
        raise ExperimentError(*problems)
    imports = tuple({**found, **own}.values())
    if not imports:
        return experiment
    data = evolve(experiment.data, source=_renamed(experiment.data.source))
    return evolve(experiment, imports=imports, data=data, **{name: _renamed(each) for name, each in parts.items()})


def _named_files(config: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield where a config names a class of a file, and the file."""
    if isinstance(config, Mapping):
        file, colon, _ = str(config.get("class", "")).rpartition(":")
        if colon and file.endswith(".py"):
            yield path, file
    items = config.items() if isinstance(config, Mapping) else enumerate(config) if _is_list(config) else ()
    for key, value in items:
        yield from _named_files(value, (*path, key))


def _renamed(config: Any) -> Any:
    """Copy a config in which classes of files are called by the name of their file alone."""
    if isinstance(config, Mapping):
        renamed = {key: _renamed(value) for key, value in config.items()}
        file, colon, name = str(renamed.get("class", "")).rpartition(":")
        if colon and file.endswith(".py"):
            renamed["class"] = f"{os.path.basename(file)}:{name}"
        return renamed
    return type(config)(map(_renamed, config)) if _is_list(config) else config


def _is_list(config: Any) -> bool:
    return isinstance(config, (list, tuple))


def import_files(paths: Iterable[str]) -> tuple[SourceFile, ...]:
    """Run Python files and register their components, metrics and data sources.

    Raises:
        ExperimentError: if one cannot be run, or two have one name.
    """
    paths = list(paths)
    if not paths:
        return ()
    from minnet_core.source_files import import_components  # here, for most need none

    imported: dict[str, SourceFile] = {}
    for path in dict.fromkeys(paths):
        try:
            file = import_components(path, datasets, metrics)
        except ValueError as error:
            raise ExperimentError(Problem(("imports",), str(error))) from error
        before = imported.setdefault(file.name, file)
        if before.path != file.path:
            message = f"expected files of different names, received {str(before.path)!r} and {str(file.path)!r}"
            raise ExperimentError(Problem(("imports",), message))
    return tuple(imported.values())


def changed_files(before: Mapping[str, str], imported: Iterable[SourceFile]) -> list[str]:
    """Say which files are not what they were.

    Args:
        before: the name of each file and the SHA-256 of what it was.
        imported: what they are now.
    """
    return [
        f"{printable(file.name)} is not what it was: its SHA-256 was {printable(before[file.name])[:12]}, "
        f"is {file.sha256[:12]}"
        for file in imported
        if before.get(file.name, file.sha256) != file.sha256
    ]
