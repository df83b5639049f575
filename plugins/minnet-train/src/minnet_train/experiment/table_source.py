"""`fitted_source`: a table with the options that were worked out for it; `dialect_of`: those of one to predict for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, fields, frozen

from minnet_core.support import nearest

from ..data import Dialect, Option, is_table, open_table, paths_of, work_out, written_out
from ..errors import DataError, ExperimentError, Problem
from .experiment import DataConfig

DIALECT = tuple(attribute.name for attribute in fields(Dialect))
"""Arguments of `Csv` that say how it is written."""


@frozen
class FittedSource:
    """What was found out about a table.

    Attributes:
        data: names it with its options and target.
        options: those that were worked out, each with the line that tells.
        notes: what else was decided.
    """

    data: DataConfig
    options: tuple[Option, ...] = ()
    notes: tuple[str, ...] = ()


def fitted_source(data: DataConfig, target: str | None = None) -> FittedSource:
    """Work out how a table is written, and which column is its target.

    Args:
        data: names the source.
        target: the name of a column, or its index; None for what the source says, or the last.

    Raises:
        ExperimentError: if there is no such file.
        DataError: if it cannot be read, or has no such column.
    """
    try:
        config = written_out(data.source) if isinstance(data.source, str) else dict(data.source)
    except FileNotFoundError as error:
        raise ExperimentError(Problem(("data", "source"), str(error))) from None
    name = str(config["class"]).rpartition(":")[2]
    if not is_table(f"minnet-train:{name}") or "path" not in config:
        column = None if target is None else _index_or_name(target)
        return FittedSource(data if column is None else evolve(data, target=column))
    options: tuple[Option, ...] = ()
    if name == "Csv":
        named = [target] if target is not None and not _is_index(target) else []
        options = tuple(work_out(paths_of(config["path"])[0], config, named))
    column, notes = _target(config, name, options, target)
    if options and isinstance(data.source, str):
        source = {"class": name, "path": data.source, **({} if column is None else {"target": column})}
        column = None
    elif isinstance(data.source, str):
        return FittedSource(data if column is None else evolve(data, target=column), (), notes)
    else:
        source = dict(data.source) | ({} if column is None else {"target": column})
    source |= {option.name: _plain(option.value) for option in options}
    return FittedSource(evolve(data, source=source), options, notes)


def dialect_of(data: DataConfig, path: str) -> tuple[Dialect | None, tuple[str, ...]]:
    """How a CSV file to predict for is written: as the one that was trained on, or, if that was none, as it seems.

    Args:
        data: what was learned from.
        path: of the file to predict for.

    Returns:
        The dialect, whose header is not decided, and what is said of it.
    """
    config: Mapping[str, Any] = data.source if isinstance(data.source, dict) else {}
    if isinstance(data.source, str) and data.source.lower().endswith((".csv", ".txt")):
        return None, ()
    if str(config.get("class", "")).rpartition(":")[2] == "Csv":
        known = {name: config[name] for name in DIALECT if name in config and name != "header"}
        return Dialect(**known), ()
    found = {option.name: option for option in work_out(path, {"header": True, "skip_rows": 0})}
    told = tuple(f"{path}: {option}" for option in found.values())
    return Dialect(**{name: option.value for name, option in found.items()}), told


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


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
