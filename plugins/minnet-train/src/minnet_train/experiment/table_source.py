"""`fitted_source`: a table with the options that were worked out for it; `dialect_of`: those of one to predict for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, fields, frozen

from minnet_core.support import nearest

from ..data import Dataset, Dialect, Option, has_names, is_iso, is_table, open_table, paths_of, work_out, written_out
from ..errors import DataError, ExperimentError, Problem
from .experiment import DataConfig
from .loading import fit_table, load_source

DIALECT = tuple(attribute.name for attribute in fields(Dialect))
"""Arguments of `Csv` that say how it is written."""


@frozen
class FittedSource:
    """What was found out about data.

    Attributes:
        data: names them with their options and target.
        dataset: the data.
        options: those that were worked out, each with the reason.
        notes: what else was decided.
    """

    data: DataConfig
    dataset: Dataset
    options: tuple[Option, ...] = ()
    notes: tuple[str, ...] = ()


def fitted_source(
    data: DataConfig, target: str | None = None, wishes: Mapping[str, Any] = MappingProxyType({})
) -> FittedSource:
    """Load data, and work out how a table is written, what its target is, and which columns are features.

    Args:
        data: names the source.
        target: the name of a column, or its index; None for what the source says, or the last.
        wishes: further arguments of a table.

    Raises:
        ExperimentError: if there is no such file, or it is no table.
        DataError: if it cannot be read, or has no such column.
    """
    try:
        config = written_out(data.source) if isinstance(data.source, str) else dict(data.source)
    except FileNotFoundError as error:
        raise ExperimentError(Problem(("data", "source"), str(error))) from None
    name = str(config["class"]).rpartition(":")[2]
    if not is_table(f"minnet-train:{name}") or "path" not in config:
        if wishes:
            told = ", ".join(wishes)
            raise ExperimentError(Problem((), f"expected {told} only for a table, received {name}"))
        data = data if target is None else evolve(data, target=_index_or_name(target))
        return FittedSource(data, load_source(data))
    options: tuple[Option, ...] = ()
    if name == "Csv":
        named = [target] if target is not None and not _is_index(target) else []
        options = tuple(work_out(paths_of(config["path"])[0], config, named))
    column, notes = _target(config, name, options, target)
    if "ignore" in wishes:
        found = [_target(config, name, options, column) for column in wishes["ignore"]]
        wishes = {**wishes, "ignore": [index for index, _ in found]}
        notes += tuple(note.replace("--target", "--ignore") for _, told in found for note in told)
    is_short = isinstance(data.source, str)
    source = {"class": name, "path": data.source} if is_short else config
    source |= {} if column is None else {"target": column}
    source = _with(_with(source, wishes.items()), [(option.name, option.value) for option in options])
    dataset, chosen = fit_table(evolve(data, source=source))
    if is_short and not (options or wishes or chosen):
        data = data if column is None else evolve(data, target=column)
        return FittedSource(data, dataset, (), (*notes, *_of_target(dataset, source)))
    source = _with(source, [(option.name, option.value) for option in chosen])
    return FittedSource(
        evolve(data, source=source), dataset, (*options, *chosen), (*notes, *_of_target(dataset, source))
    )


def _with(source: Mapping[str, Any], arguments: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Add arguments to those of a source; lists become longer."""
    both = dict(source)
    for name, value in arguments:
        plain = list(value) if isinstance(value, (tuple, list)) else value
        both[name] = [*both.get(name, ()), *plain] if name in ("ignore", "categories") else plain
    return both


def _of_target(dataset: Dataset, source: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what was taken for classes that may be meant otherwise, and which texts may be meant to be one."""
    notes = [f"{dataset.name}: {where} {told}" for where, told in _twins(dataset)]
    if not dataset.classes or source.get("task") is not None:
        return tuple(notes)
    count = f"{dataset.name}: the target has {len(dataset.classes)} different"
    if isinstance(dataset.classes[0], int):
        taken = "whole numbers, which are taken for classes; --task regression, or task in the source, learns numbers"
        notes.append(f"{count} {taken}")
    elif all(isinstance(name, str) and is_iso(name) for name in dataset.classes):
        notes.append(f"{count} dates or times, which are taken for names of classes; --target names another column")
    return tuple(notes)


def _twins(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Find texts of a column that are the same but for capitals."""
    names = dataset.columns or tuple(str(index) for index in range(len(dataset.categories)))
    columns = [(f"column {name!r}", of) for name, of in zip(names, dataset.categories, strict=False)]
    for where, texts in [*columns, ("the target", dataset.classes)]:
        first: dict[str, str] = {}
        for text in texts:
            other = first.setdefault(text.casefold(), text) if isinstance(text, str) else text
            if other != text:
                yield where, f"has {other!r} and {text!r}, which are different texts here"
                break


def dialect_of(data: DataConfig, path: str, names: Collection[str] = ()) -> tuple[Dialect | None, tuple[str, ...]]:
    """How a CSV file to predict for is written: as the one that was trained on, or, if that was none, as it seems.

    A file that has the names of the columns only when it is read as it seems is written so.

    Args:
        data: what was learned from.
        path: of the file to predict for.
        names: of the columns that it should have.

    Returns:
        The dialect, whose header is not decided, and what is said of it.
    """
    config: Mapping[str, Any] = data.source if isinstance(data.source, dict) else {}
    is_plain = isinstance(data.source, str) and data.source.lower().endswith((".csv", ".txt"))
    is_csv = is_plain or str(config.get("class", "")).rpartition(":")[2] == "Csv"
    known = {name: config[name] for name in DIALECT if name in config and name != "header"} if is_csv else {}
    first = paths_of(path)[0]
    if is_csv and (not names or has_names(first, Dialect(**known), names)):
        return Dialect(**known), ()
    kept: dict[str, Any] = {name: known[name] for name in ("null_values", "date_format") if name in known}
    given = {"header": True, **kept} if is_csv else {"header": True, "skip_rows": 0}
    found = {option.name: option for option in work_out(first, given)}
    dialect = Dialect(**kept, **{name: option.value for name, option in found.items()})
    if is_csv and not has_names(first, dialect, names):
        return Dialect(**known), ()
    return dialect, tuple(f"{path}: {option}" for option in found.values())


def _target(
    config: Mapping[str, Any], name: str, options: tuple[Option, ...], target: str | None
) -> tuple[str | int | None, tuple[str, ...]]:
    """Find the column that ``--target`` means: the one of that name, or of that index."""
    if target is None or not _is_index(target):
        return target, ()
    known = {key: config[key] for key in DIALECT if key in config} | {each.name: each.value for each in options}
    dialect = Dialect(**known) if name == "Csv" else None
    file = open_table(config["path"], name, dialect, texts=[int(target)])
    names, index = file.names or (), int(target)
    is_there = -file.width <= index < file.width
    if target in (file.header or ()):
        if not is_there:
            return target, ()
        other = file.column_title(index % file.width)
        return target, (f"--target {target} is the column called {target!r}; target = {index} is {other}",)
    if not is_there:
        hint = nearest(target, names, most=1)
        raise DataError(
            f"{file.name}: expected the name of a column, or target from {-file.width} to {file.width - 1}, received "
            f"{target}, which no column is called{hint and f'; {hint}'}"
        )
    return index, ()


def _is_index(target: str) -> bool:
    digits = target.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and len(digits) < 10


def _index_or_name(target: str) -> str | int:
    return int(target) if _is_index(target) else target
