"""`Result` and `Report`: what came of the checks of a case."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from attrs import asdict, field, filters, frozen, validators

from .check import ConformanceError

Status = Literal["passed", "failed", "skipped"]


@frozen
class Result:
    """What came of one check of one case.

    Attributes:
        case: name of the case.
        check: name of the check.
        family: that of the check.
        status: ``passed``, ``failed`` or ``skipped``.
        message: of a failure, what was found and how to see it again; of a skip, why.
        expected_to_fail: whether the case declares that it fails this check.
        reason: the reason that it gives.
        blocked_by: the check whose failure is why this one is skipped.
        is_weakness: whether failing the check is a weakness rather than a fault.
    """

    case: str
    check: str
    family: str
    status: Status = field(validator=validators.in_(("passed", "failed", "skipped")))
    message: str = ""
    expected_to_fail: bool = False
    reason: str = ""
    blocked_by: str = ""
    is_weakness: bool = False

    @property
    def outcome(self) -> str:
        """The status, or ``expected failure``, ``unexpected pass`` or, of a failure that is one, ``weakness``."""
        if self.expected_to_fail and self.status != "skipped":
            return "expected failure" if self.status == "failed" else "unexpected pass"
        return "weakness" if self.status == "failed" and self.is_weakness else self.status

    @property
    def is_bad(self) -> bool:
        """Whether something must be done: a failure that nobody expects, or an expected one that is no more."""
        return self.outcome in ("failed", "unexpected pass")

    @property
    def explanation(self) -> str:
        """What to tell of a result that is bad."""
        if self.outcome == "unexpected pass":
            return (
                f"{self.case}: {self.check} passes, and is declared to fail ({self.reason}); "
                "take it out of expected_failures"
            )
        return self.message


OUTCOMES = ("passed", "failed", "unexpected pass", "weakness", "skipped", "expected failure")


@frozen(repr=False)
class Report:
    """What came of all checks of one case.

    Attributes:
        case: its name.
        results: in the order in which the checks ran.
        traits: those that hold, declared or, for a case that infers them, found.
    """

    case: str
    results: tuple[Result, ...]
    traits: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        counts = ", ".join(f"{self.count(outcome)} {outcome}" for outcome in OUTCOMES if self.count(outcome))
        return f"<{self.case}: {counts}>"

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        """The results that something must be done about."""
        return tuple(result for result in self.results if result.is_bad)

    @property
    def weaknesses(self) -> tuple[Result, ...]:
        """The results that tell of a weakness."""
        return tuple(result for result in self.results if result.outcome == "weakness")

    def failed(self, check: str) -> bool:
        """Whether a check ran and failed."""
        return any(result.check == check and result.status == "failed" for result in self.results)

    def count(self, outcome: str) -> int:
        """How many results have an outcome."""
        return Counter(result.outcome for result in self.results)[outcome]

    def signal(self, on_fail: Literal["raise", "warn"] | None) -> None:
        """Raise, warn of, or only keep what is bad.

        Raises:
            ConformanceError: with every failure's message, if ``on_fail`` is ``"raise"``.
            ValueError: if ``on_fail`` is something else than ``"raise"``, ``"warn"`` or None.
        """
        if on_fail not in ("raise", "warn", None):
            raise ValueError(f"expected on_fail to be 'raise', 'warn' or None, received {on_fail!r}")
        if not self.failures or on_fail is None:
            return
        text = "\n\n".join(result.explanation for result in self.failures)
        message = f"{self.case} fails {len(self.failures)} of {len(self.results)} checks\n\n{text}"
        if on_fail == "raise":
            raise ConformanceError(message)
        warnings.warn(message, stacklevel=3)

    def to_dict(self) -> dict[str, Any]:
        """What ``minnet check --json`` prints of a case."""
        results = [asdict(result, filter=filters.exclude("case", "blocked_by")) for result in self.results]
        return {"case": self.case, "traits": sorted(self.traits), "results": results}
