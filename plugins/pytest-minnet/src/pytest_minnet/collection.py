"""From what a test file says to what pytest runs: cases under ids, their checks, and an item or parameters for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from minnet_core import MinnetError
from minnet_core.testing import BoundCheck, Case, Check, ConformanceError, Examination, cases_of, checks_for

from .declaration import Conformance
from .ids import case_ids
from .item import ConformanceItem
from .strictness import is_strict


@frozen
class Proof:
    """A case with the checks that are about it.

    Attributes:
        id: what stands for the case in the ids of tests; no other case of the same test has it.
        case: the case.
        checks: in the order in which they run.
    """

    id: str
    case: Case
    checks: tuple[Check, ...]

    def test_id(self, check: Check) -> str:
        """What pytest calls the test of a check."""
        return f"{self.id}-{check.name}"


def expand(*conformances: Conformance) -> list[Proof]:
    """Find the cases of subjects, and their checks; this imports the components.

    Raises:
        ValueError: if there is no such subject, nothing to check of it, or a mistake in what it says of itself.
    """
    cases = [case for each in conformances for case in cases_of(*each.subjects, **each.options)]
    for case in cases:
        Examination(case)  # which raises, with an explanation, on an expected failure of a misspelt check
    ids = case_ids(case.name for case in cases)
    return [Proof(id, case, tuple(checks_for(case))) for id, case in zip(ids, cases, strict=True)]


def marks(case: Case, check: Check) -> Iterator[pytest.MarkDecorator]:
    """Yield the marks of a test: ``conformance``, and ``xfail`` where the case says that it fails the check."""
    yield pytest.mark.conformance(family=check.family)
    if check.name in case.expected_failures:
        yield pytest.mark.xfail(reason=case.expected_failures[check.name], strict=True, raises=ConformanceError)


@contextmanager
def told_by(name: str) -> Iterator[None]:
    """Have pytest show the message alone of what is wrong with a subject, and say by which test it is named."""
    try:
        yield
    except (ImportError, MinnetError, TypeError, ValueError) as error:
        raise pytest.Collector.CollectError(f"{name}: {error}") from error


class ConformanceCollector(pytest.Collector):
    """Collects an item for every check of every case.

    Args:
        conformance: what the test file says.
    """

    def __init__(self, *, conformance: Conformance, **known: Any) -> None:
        super().__init__(**known)
        self.conformance = conformance

    def collect(self) -> Iterator[ConformanceItem]:
        """Make the items.

        Raises:
            pytest.Collector.CollectError: if a subject cannot be found, or says too little to be checked.
        """
        with told_by(self.name):
            proofs = expand(self.conformance)
        for proof in proofs:
            yield from self._items(proof)

    def _items(self, proof: Proof) -> Iterator[ConformanceItem]:
        items: dict[str, ConformanceItem] = {}

        def again(_: Case, check: str) -> str:
            return items[check].command()  # which runs wherever the tests do

        examination = Examination(proof.case, again)
        for check in proof.checks:
            items[check.name] = ConformanceItem.from_parent(
                self,
                name=proof.test_id(check),
                examination=examination,
                check=check,
                title=f"{proof.id}: {check.name}",
                line=self._line(),
                marks=marks(proof.case, check),
            )
        yield from items.values()

    def _line(self) -> int | None:
        declared = self.conformance
        return declared.line - 1 if Path(declared.file) == self.path else None


def parametrize(metafunc: pytest.Metafunc, conformances: Iterable[Conformance]) -> None:
    """Give a function that `parametrize_with_checks` decorates its parameters."""
    with told_by(metafunc.function.__name__):
        proofs = expand(*conformances)
    pairs = [(proof, check) for proof in proofs for check in proof.checks]
    metafunc.parametrize(
        ("case", "check"),
        [
            pytest.param(
                *(proof.case, BoundCheck.of_case(proof.case, check, strict=is_strict(metafunc.config))),
                id=proof.test_id(check),
                marks=tuple(marks(proof.case, check)),
            )
            for proof, check in pairs
        ],
    )
