"""`Result` and `Report`: what came of the checks of a case."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from attrs import asdict, field, filters, frozen, validators

from .check import LEVELS, ConformanceError, Level, WeaknessWarning

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
        level: what a failure means, ``wrong result`` or ``weakness``: that of the check, or a lesser one of what was
            found.
    """

    case: str
    check: str
    family: str
    status: Status = field(validator=validators.in_(("passed", "failed", "skipped")))
    message: str = ""
    expected_to_fail: bool = False
    reason: str = ""
    blocked_by: str = ""
    level: Level = field(default="wrong result", validator=validators.in_(LEVELS))

    @property
    def outcome(self) -> str:
        """The status, or ``expected failure``, ``unexpected pass`` or, of a failure that is one, ``weakness``."""
        if self.expected_to_fail and self.status != "skipped":
            return "expected failure" if self.status == "failed" else "unexpected pass"
        return "weakness" if self.status == "failed" and self.level == "weakness" else self.status

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
        reference: name of the counterpart in another framework that the case declares; without one, the checks prove
            that backward belongs to forward, and not that forward is the formula that its author means.
        is_formula: whether it computes a formula, of which there could be a reference.
    """

    case: str
    results: tuple[Result, ...]
    traits: frozenset[str] = frozenset()
    reference: str | None = None
    is_formula: bool = True

    def __repr__(self) -> str:
        counts = [_counted(self.count(outcome), outcome) for outcome in OUTCOMES if self.count(outcome)]
        head = f"<{self.case}: {', '.join([*counts, *(['no reference'] if self.lacks_reference else [])])}>"
        told = [result.explanation for result in self.failures]
        if self.results and all(result.status == "skipped" and not result.blocked_by for result in self.results):
            told.append(f"{self.case} is not checked: {self.results[0].message}")
        return "\n\n".join([head, *told])

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def lacks_reference(self) -> bool:
        """Whether nothing proves which formula it computes."""
        return self.is_formula and self.reference is None

    @property
    def failures(self) -> tuple[Result, ...]:
        """The results that something must be done about."""
        return tuple(result for result in self.results if result.is_bad)

    @property
    def weaknesses(self) -> tuple[Result, ...]:
        """The results that tell of a weakness."""
        return tuple(result for result in self.results if result.outcome == "weakness")

    @property
    def findings(self) -> tuple[Result, ...]:
        """The failures and, after them, the weaknesses."""
        return (*self.failures, *self.weaknesses)

    @property
    def verdict(self) -> str:
        """How many checks the case fails and, apart from these, its weaknesses; empty if there are neither."""
        said = [f"fails {len(self.failures)} of {len(self.results)} checks"] if self.failures else []
        if self.weaknesses:
            names = ", ".join(result.check for result in self.weaknesses)
            said.append(f"has {_counted(len(self.weaknesses), 'weakness')}: {names}")
        return f"{self.case} {' and '.join(said)}" if said else ""

    def failed(self, check: str) -> bool:
        """Whether a check ran and failed."""
        return any(result.check == check and result.status == "failed" for result in self.results)

    def count(self, outcome: str) -> int:
        """How many results have an outcome."""
        return Counter(result.outcome for result in self.results)[outcome]

    def signal(self, on_fail: Literal["raise", "warn"] | None, strict: bool = False) -> None:
        """Raise, warn of, or only keep what is bad; of weaknesses alone, warn at most.

        Args:
            on_fail: what to do.
            strict: whether weaknesses are bad too.

        Raises:
            ConformanceError: with every failure's message, if ``on_fail`` is ``"raise"``.
            ValueError: if ``on_fail`` is something else than ``"raise"``, ``"warn"`` or None.
        """
        if on_fail not in ("raise", "warn", None):
            raise ValueError(f"expected on_fail to be 'raise', 'warn' or None, received {on_fail!r}")
        told = self.findings if strict else self.failures or self.weaknesses
        if not told or on_fail is None:
            return
        message = "\n\n".join([self.verdict, *(result.explanation for result in told)])
        is_bad = bool(strict or self.failures)
        if is_bad and on_fail == "raise":
            raise ConformanceError(message)
        warnings.warn(message, UserWarning if is_bad else WeaknessWarning, stacklevel=3)

    def to_dict(self) -> dict[str, Any]:
        """What ``minnet check --json`` prints of a case."""
        return {
            "case": self.case,
            "failures": [result.check for result in self.failures],
            "weaknesses": [result.check for result in self.weaknesses],
            "reference": self.reference,
            "traits": sorted(self.traits),
            "results": [asdict(result, filter=filters.exclude("case", "blocked_by")) for result in self.results],
        }


def without_reference(reports: Iterable[Report], most: int = 5) -> str:
    """Say in one line of which components no formula is proven; nothing if each has a reference.

    >>> without_reference([Report("Swish", ())])
    'no reference: nothing here proves which formula Swish computes; a reference= in EXAMPLES or a test of its own does'
    """
    names = list(dict.fromkeys(report.case for report in reports if report.lacks_reference))
    if not names:
        return ""
    listed = names[:most] if len(names) > most + 1 else names[:]
    if len(names) > len(listed):
        listed.append(f"{len(names) - len(listed)} more")
    said = " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    what = f"which formula {said} computes" if len(names) == 1 else f"which formulas {said} compute"
    return f"no reference: nothing here proves {what}; a reference= in EXAMPLES or a test of its own does"


def _counted(count: int, outcome: str) -> str:
    return f"{count} {'weaknesses' if outcome == 'weakness' and count > 1 else outcome}"
