"""What differs: in each of many runs from what is usual among them, and between two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import field, frozen

from minnet_core import MinnetError

from ..errors import KeyPath
from .keys import flattened, key_text
from .summary import RunSummary, sessions

_ELSEWHERE = frozenset({"seed", "epochs", "output"})
"""Keys of which a listing has columns, and the name of a file."""

FINGERPRINT = "fingerprint"


@frozen(slots=False)
class Usual:
    """The commonest value of each key among runs.

    Where several values are as common as each other, none is usual, and each run shows its own.

    Attributes:
        values: of the keys that not all runs have the same of; a key that a run lacks is None in it.
        varying: all keys that not all runs have the same of.
    """

    values: Mapping[KeyPath, Any]
    varying: Sequence[KeyPath]
    _by_run: Mapping[int, Mapping[KeyPath, Any]] = field(repr=False)

    @classmethod
    def of(cls, runs: Iterable[RunSummary]) -> Usual:
        """Count the values of runs; those whose config is damaged have none."""
        by_run = {id(run): _decisive(run) for run in runs if run.config}
        found: dict[KeyPath, dict[str, tuple[int, Any]]] = {}
        for each in by_run.values():  # and not for each key all runs: a stranger's may have any number of keys
            for key, value in each.items():
                values = found.setdefault(key, {})
                written = _comparable(value)
                count, first = values.get(written, (0, value))
                values[written] = count + 1, first
        usual: dict[KeyPath, Any] = {}
        varying: list[KeyPath] = []
        for key, values in found.items():
            counts = list(values.values())
            lacking = len(by_run) - sum(count for count, _ in counts)
            if lacking:
                counts.append((lacking, None))
            if len(counts) == 1:
                continue
            varying.append(key)
            most, *others = sorted(counts, key=lambda count: count[0], reverse=True)
            if most[0] > others[0][0]:
                usual[key] = most[1]
        return cls(usual, varying, by_run)

    def differing(self, run: RunSummary) -> dict[KeyPath, Any]:
        """Return what a run has that is not usual; None for a key that it lacks."""
        own = self._by_run.get(id(run))
        if own is None:
            return {}
        places = self._places
        shown = sorted({*self._expected, *(key for key in own if key in places)}, key=places.__getitem__)
        return {
            key: own.get(key)
            for key in shown
            if key not in self.values or _comparable(own.get(key)) != _comparable(self.values[key])
        }

    @cached_property
    def _places(self) -> Mapping[KeyPath, int]:
        return {key: place for place, key in enumerate(self.varying)}

    @cached_property
    def _expected(self) -> Sequence[KeyPath]:
        """The keys that it is worth telling of a run that it lacks them."""
        return [key for key in self.varying if key not in self.values or self.values[key] is not None]


def _decisive(run: RunSummary) -> dict[KeyPath, Any]:
    """Flatten what decides how a run ends, without what is listed elsewhere, and without what is None."""
    found = {key: value for key, value in flattened(run.experiment) if value is not None and key[0] not in _ELSEWHERE}
    return {**found, (FINGERPRINT,): str(run.config.get(FINGERPRINT))[:12]}


def _comparable(value: Any) -> str:
    """Write a value so that it can be counted, and 1 and true differ, but 1 and 1.0 do not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


@frozen
class Difference:
    """Something that two runs do not have in common.

    Attributes:
        part: ``configuration``, ``data``, ``environment``, ``result`` or ``problem``.
        name: of the key, the distribution or the number.
        one: what the first has; None if it has nothing.
        other: what the second has.
        is_decisive: whether it may change numbers, or is one.
    """

    part: str
    name: str
    one: Any
    other: Any
    is_decisive: bool = True


def compare_runs(one: RunSummary, other: RunSummary) -> list[Difference]:
    """Find what differs between two runs: configurations, data, environments and results, times left out."""
    is_last_best = one.best == one.last and other.best == other.last
    ours, theirs = (_described(run, ("best",) if is_last_best else ("best", "last")) for run in (one, other))
    return [
        Difference(part, name, ours.get((part, name)), theirs.get((part, name)), not part.endswith("others"))
        for part, name in sorted({**ours, **theirs}, key=lambda key: _PARTS.index(key[0]))
        if _comparable(ours.get((part, name))) != _comparable(theirs.get((part, name)))
    ]


_PARTS = ("configuration", "data", "environment", "environment, others", "result", "problem")

_LEFT_OUT = ("step", "seconds", "samples_per_second")


def _described(run: RunSummary, heads: Sequence[str]) -> dict[tuple[str, str], Any]:
    """Name everything that there is to compare of a run."""
    found: dict[tuple[str, str], Any] = {}
    for key, value in flattened(run.experiment):
        if value is not None:
            found["configuration", key_text(key)] = value
    if run.config:
        found["configuration", "executor"] = run.config.get("executor")
        sources = run.config.get("sources")
        for name, digest in sources.items() if isinstance(sources, Mapping) else ():
            found["configuration", f"SHA-256 of {name}"] = str(digest)[:12]
        found["data", FINGERPRINT] = str(run.config.get(FINGERPRINT))
    try:
        found |= dict(_environment(sessions(run.path)[-1]))
    except (MinnetError, OSError) as error:
        found["problem", "versions.json"] = str(error)
    if run.problem:
        found["problem", "damaged"] = run.problem
    found["result", "state"] = run.state
    for head in heads:
        report: Mapping[str, Any] = run.best if head == "best" else run.last
        for name, value in report.items():
            if name not in _LEFT_OUT:
                found["result", f"{head}.{name}"] = value
    return found


def _environment(session: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Name what a session was computed with; the system decides no number, and so do most distributions."""
    yield ("environment", "Python"), session.get("python")
    yield ("environment", "processor"), session.get("processor")
    yield ("environment", "BLAS threads"), session.get("blas_threads")
    for name, value in _mapping(session.get("threads")).items():
        yield ("environment", name), value
    deciding = session.get("deciding")
    deciding = deciding if isinstance(deciding, list) else []
    yield ("environment, others", "system"), session.get("system")
    for name, version in _mapping(session.get("distributions")).items():
        yield ("environment" if name in deciding else "environment, others", name), version


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
