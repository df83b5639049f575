"""`SweepFile`: a sweep as somebody wrote it, in TOML, with errors that say on which line they are."""

from __future__ import annotations

import math
import os
import tomllib
from pathlib import Path
from typing import Any

from attrs import fields, frozen

from minnet_train import ExperimentFile
from minnet_train.errors import ExperimentError, Problem

from .parameters import Parameter
from .reading import Reader, read_parameter
from .registry_choice import RegistryChoice, paths_of
from .sweep import PRUNERS, SAMPLERS, Pruning, Sweep

_PRUNING = 'a text such as "median" or a table such as { kind = "halving", factor = 3 }'


@frozen
class SweepFile:
    """The text of a sweep, and where it was read.

    Attributes:
        file: its name and text, as one of an experiment.
    """

    file: ExperimentFile

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SweepFile:
        """Read the file.

        Raises:
            ExperimentError: if there is none, or it is no text.
        """
        return cls(ExperimentFile.read(path))

    def sweep(self) -> Sweep:
        """Check the text; what its registries have, and whether its values work, is not looked at here.

        Raises:
            ExperimentError: naming the file, the line, the key, and what was expected, of every mistake.
        """
        with self.file.locating_errors():
            try:
                data = _parsed(self.file.text)
            except ValueError as error:
                raise ExperimentError(Problem((), f"expected TOML: {error}")) from None
            return _structured(data)

    def base(self, sweep: Sweep) -> ExperimentFile:
        """Read the text of the base experiment, whose relative paths are those from its own folder, now absolute.

        Raises:
            ExperimentError: if there is none.
        """
        path = Path(self.file.folder, sweep.experiment)
        with self.file.locating_errors():
            if "\0" in sweep.experiment:  # as TOML can write it, and no system takes it
                raise ExperimentError(Problem(("experiment",), f"expected a path, received {sweep.experiment!r}"))
            try:
                found = ExperimentFile.read(path)
            except ExperimentError as error:
                raise ExperimentError(*(Problem(("experiment",), each.message) for each in error.problems)) from None
        return ExperimentFile(found.name, found.text, os.path.abspath(path.parent))


def _parsed(text: str) -> dict[str, Any]:
    """Parse TOML; raise `ValueError` if it is none, or nested by the hundred."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists or tables are nested too deeply") from None


def _structured(data: dict[str, Any]) -> Sweep:
    reader = Reader()
    known = [each.name for each in fields(Sweep)]
    reader.unknown_keys((), data, known)
    arguments: dict[str, Any] = {}
    for name, kind, expected in (
        ("experiment", str, "the path of an experiment"),
        ("metric", str, "a text"),
        ("direction", str, "'min' or 'max'"),
        ("trials", int, "an integer"),
        ("seconds", (int, float), "a number"),
        ("seeds", int, "an integer"),
        ("sampler", str, f"one of {', '.join(SAMPLERS)}"),
        ("workers", int, "an integer"),
        ("seed", int, "an integer"),
    ):
        if name in data:
            reader.take(arguments, name, data[name], kind, expected)
    for name in ("experiment", "space"):
        if name not in data:
            reader.problem((name,), "expected this key, which is missing")
    if "pruning" in data:
        arguments["pruning"] = _pruning(reader, data["pruning"])
    space = data.get("space", {})
    if isinstance(space, dict):
        arguments["space"] = tuple(
            found for name, value in space.items() if (found := read_parameter(reader, name, value)) is not None
        )
    else:
        reader.problem(("space",), f"expected a table, received {space!r:.80}")
    reader.finish()
    sweep: Sweep = reader.built(Sweep, arguments, ())
    reader.finish()
    _expect_consistent(reader, sweep)
    reader.finish()
    return sweep


def _pruning(reader: Reader, data: Any) -> Pruning:
    if isinstance(data, str):
        data = {"kind": data}
    if not isinstance(data, dict):
        reader.problem(("pruning",), f"expected {_PRUNING}, received {data!r:.80}")
        return Pruning()
    reader.unknown_keys(("pruning",), data, [each.name for each in fields(Pruning)])
    if "kind" not in data:
        reader.problem(("pruning", "kind"), "expected this key, which is missing: nothing would be pruned")
    arguments: dict[str, Any] = {}
    for name in ("warmup", "startup", "factor"):
        if name in data:
            reader.take(arguments, name, data[name], int, "an integer", ("pruning",))
    if "kind" in data:
        reader.take(arguments, "kind", data["kind"], str, f"one of {', '.join(PRUNERS)}", ("pruning",))
    found: Pruning | None = reader.built(Pruning, arguments, ("pruning",))
    return found or Pruning()


def _expect_consistent(reader: Reader, sweep: Sweep) -> None:
    """Refuse what each key may say, and all together may not."""
    if sweep.trials is None and sweep.seconds is None and sweep.sampler != "grid":
        reader.problem((), "expected trials, how many points are tried, or seconds, received neither")
    if sweep.sampler == "qmc" and sweep.trials is None:
        reader.problem(("sampler",), "expected trials beside 'qmc', whose points are spread by their number")
    if sweep.sampler == "grid":
        for parameter in sweep.parameters:
            if math.isinf(parameter.count()):
                expected = "points, how many values a grid has of a range that has no step"
                reader.problem(("space", parameter.name), f"expected {expected}, received none")
    before: list[Parameter | RegistryChoice] = []
    names: dict[str, Any] = {}
    for each in sweep.space:
        for other, labels in each.when.items():
            options = getattr(names.get(other), "options", None)
            path = ("space", each.name, "when", other)
            if other not in names or (options is None and not hasattr(names[other], "registry")):
                expected = f"the name of a choice that stands before it, one of {', '.join(names) or 'none'}"
                reader.problem(path, f"expected {expected}, received {other!r}")
            elif options is not None:
                known = [option.label for option in options]
                for label in labels:
                    if label not in known:
                        reader.problem(path, f"expected one of {', '.join(known)}, received {label!r}")
        _expect_settable(reader, each, sweep)
        _expect_free(reader, each, before)
        before.append(each)
        names[each.name] = each


def _expect_settable(reader: Reader, parameter: Parameter | RegistryChoice, sweep: Sweep) -> None:
    """Refuse keys that mean nothing in a trial."""
    for key, path in paths_of(parameter).items():
        if path[0] == "output":
            message = "expected a key that changes what is trained, received output: each trial has a folder of its own"
            reader.problem(("space", parameter.name), message)
        if path[0] == "seed" and sweep.seeds > 1:
            message = (
                f"expected no parameter that sets {key} beside seeds, {sweep.seeds}, which are the seeds of a point"
            )
            reader.problem(("space", parameter.name), message)


def _expect_free(
    reader: Reader, parameter: Parameter | RegistryChoice, before: list[Parameter | RegistryChoice]
) -> None:
    """Refuse a key that an earlier parameter sets, or a part of which one sets, unless they are never in one trial."""
    for key, path in paths_of(parameter).items():
        for other in before:
            set_before = next((each for each in paths_of(other).values() if each[: len(path)] == path), None)
            if set_before is not None and not _are_apart(parameter, other, before):
                part = "all" if set_before == path else "a part"
                message = f"expected a key that no parameter before it sets, received {key}, of which "
                reader.problem(("space", parameter.name), f"{message}{other.name} sets {part}")
                break


def _are_apart(
    first: Parameter | RegistryChoice, second: Parameter | RegistryChoice, before: list[Parameter | RegistryChoice]
) -> bool:
    """Whether the conditions of two parameters exclude each other, with those of the choices that they depend on."""
    one, other = _all_conditions(first, before), _all_conditions(second, before)
    return any(one[name].isdisjoint(other[name]) for name in one.keys() & other.keys())


def _all_conditions(
    parameter: Parameter | RegistryChoice, before: list[Parameter | RegistryChoice]
) -> dict[str, frozenset[str]]:
    """Return the name of each choice that decides whether there is a parameter -> the values that it may have then."""
    found: dict[str, frozenset[str]] = {}
    for name, labels in parameter.when.items():
        known = next((each for each in before if each.name == name), None)
        inherited = {} if known is None or known is parameter else _all_conditions(known, before)
        for key, of in {**inherited, name: frozenset(labels)}.items():
            found[key] = found.get(key, of) & of
    return found
