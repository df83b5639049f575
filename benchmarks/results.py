"""What a measurement found: frozen values, and the JSON that they are kept in."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any, Self

import attrs
from attrs import frozen

SCHEMA = 2
"""Raised when a reader of older files would misread a newer one."""


class ResultsError(ValueError):
    """JSON that is no results of this schema."""


@frozen
class Ratio:
    """The median of the ratios within rounds, and the quartiles."""

    median: float
    low: float
    high: float


@frozen
class Outcome:
    """One workload under one number of threads.

    Attributes:
        workload: its name.
        group: its kind.
        rounds: peer -> seconds of a step, for each round.
        proofs: peer -> ``equal``, or why it had nothing to prove.
        left_out: peer -> why it was not timed.
        notes: peer -> what is to be known of it.
        steps: peer -> steps in a round.
        cpus: peer -> CPUs that were busy, the median of the rounds.
        memory: peer -> bytes; see `measure_memory`.
    """

    workload: str
    group: str
    rounds: tuple[Mapping[str, float], ...]
    proofs: Mapping[str, str]
    left_out: Mapping[str, str]
    notes: Mapping[str, str]
    steps: Mapping[str, int]
    cpus: Mapping[str, float]
    memory: Mapping[str, Mapping[str, int]]

    def seconds(self, peer: str) -> float | None:
        """The median of a peer's steps, None if it was not timed."""
        taken = [its[peer] for its in self.rounds if peer in its]
        return statistics.median(taken) if taken else None

    def ratio(self, peer: str, base: str = "minnet") -> Ratio | None:
        """How long ``base`` takes in a ``peer``: below 1 it is faster; None if one of them was not timed.

        Ratios are taken within rounds: whatever slows the machine for a while slows both.
        """
        ratios = [its[base] / its[peer] for its in self.rounds if peer in its and base in its]
        if not ratios:
            return None
        if len(ratios) == 1:
            return Ratio(ratios[0], ratios[0], ratios[0])
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return Ratio(median, low, high)

    def added(self, peer: str, base: str = "minnet") -> float | None:
        """The median of the seconds that a step of ``peer`` takes longer than one of ``base`` in the same round."""
        differences = [its[peer] - its[base] for its in self.rounds if peer in its and base in its]
        return statistics.median(differences) if differences else None


@frozen
class Run:
    """All workloads under one number of threads."""

    threads: int
    versions: Mapping[str, Mapping[str, str]]
    absent: Mapping[str, str]
    outcomes: tuple[Outcome, ...]


@frozen
class Results:
    """All runs of one command.

    Attributes:
        schema: `SCHEMA` of the program that wrote them.
        started: when, in UTC.
        machine: see `describe_machine`.
        clock: ``wall`` or ``cpu``.
        processes: what had a process of its own: each ``cell``, or, as before schema 2, each ``peer``.
        runs: one for each number of threads.
    """

    schema: int
    started: str
    machine: Mapping[str, Any]
    clock: str
    processes: str
    runs: tuple[Run, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `json` can write, and `from_json` reads."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Read what `as_json` returned.

        Raises:
            ResultsError: if it is something else; says where.
        """
        if isinstance(document, dict) and document.get("schema") != SCHEMA:
            raise ResultsError(f"expected schema {SCHEMA}, received {document.get('schema')!r}")
        top = _fields(cls, document, "results")
        runs = []
        for index, each in enumerate(top["runs"]):
            its = _fields(Run, each, f"runs[{index}]")
            outcomes = [
                Outcome(**_fields(Outcome, outcome, f"runs[{index}].outcomes[{place}]"))
                for place, outcome in enumerate(its["outcomes"])
            ]
            runs.append(Run(**{**its, "outcomes": tuple(outcomes)}))
        return cls(**{**top, "runs": tuple(runs)})


_TYPES = {"int": int, "str": str, "Mapping": dict, "tuple": (list, tuple)}


def _fields(cls: type, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ResultsError(f"{where}: expected an object, received {type(value).__name__}")
    names = [field.name for field in attrs.fields(cls)]
    if sorted(value) != sorted(names):
        raise ResultsError(f"{where}: expected {sorted(names)}, received {sorted(value)}")
    for field in attrs.fields(cls):
        kind = str(field.type).partition("[")[0]
        if not isinstance(value[field.name], _TYPES[kind]):  # type: ignore[arg-type]
            raise ResultsError(f"{where}.{field.name}: expected {kind}, received {value[field.name]!r}")
    return {name: tuple(its) if isinstance(its, list) else its for name, its in value.items()}
