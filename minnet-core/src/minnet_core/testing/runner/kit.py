"""All checks, in the order in which they run: those of the core, and those that plugins add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache, partial
from typing import Any, Literal

from ...plugins import plugin_host
from ..cases import KINDS, Case
from ..check import Check
from ..passes import sandboxed
from .report import Report


@cache
def own_checks() -> tuple[Check, ...]:
    """The checks of the core: cheap ones first."""
    from ..checks import (
        accumulation,
        accuracy,
        config,
        copies,
        criterions,
        data,
        extremes,
        fusing,
        gradients,
        memory,
        modes,
        optimizers,
        parameters,
        protocol,
        randomness,
        state,
        traits,
    )

    families = (
        *(protocol, accumulation, parameters, gradients, criterions),
        *(data, memory, accuracy, extremes, state, copies, modes),
        *(randomness, traits, config, fusing, optimizers),
    )
    return tuple(
        value
        for module in families
        for value in vars(module).values()
        if isinstance(value, Check) and value.function.__module__ == module.__name__
    )


def all_checks() -> tuple[Check, ...]:
    """The checks of the core and, after them, those that the hook ``minnet_checks`` of plugins adds."""
    host = plugin_host()
    checks = list(own_checks())
    for plugin in host.loaded:
        checks += host.call(plugin, "minnet_checks", partial(_accept, {check.name for check in checks}), True) or ()
    return tuple(checks)


def checks_by_name() -> dict[str, Check]:
    """All checks by name."""
    return {check.name: check for check in all_checks()}


def checks_for(case: Case) -> Iterator[Check]:
    """Yield the checks of the kind of component that a case makes.

    Of a factory that cannot make one, the first check alone, which says so.
    """
    try:
        with sandboxed(case.seed):
            made = case.build()
    except (Exception, SystemExit):  # told by the check
        yield own_checks()[0]
        return
    kind = next(name for name, base in KINDS.items() if isinstance(made, base))
    yield from (check for check in all_checks() if kind in check.of)


def component_checks(*subjects: Any, **options: Any) -> Iterator[tuple[Case, Check]]:
    """Yield every case with every check that is about it; ``check(case)`` runs one.

    Args:
        subjects: what `cases_of` takes: a class, a registered name, a distribution, a `Case`.
        options: as `cases_of` takes them.

    >>> from minnet_core import Sequential
    >>> for case, check in component_checks(Sequential):
    ...     if check.name == "forward_runs":
    ...         check(case)
    """
    from ..selection import cases_of

    for case in cases_of(*subjects, **options):
        for check in checks_for(case):
            yield case, check


def check_component(
    *subjects: Any,
    checks: Iterable[str] | None = None,
    on_fail: Literal["raise", "warn"] | None = "raise",
    **options: Any,
) -> list[Report]:
    """Run the conformance kit.

    Args:
        subjects: what `cases_of` takes: a class, a registered name, a distribution, a `Case`.
        checks: names of the checks to run (and of what they need); all if not given.
        on_fail: raise an error, warn, or (None) only report.
        options: as `cases_of` takes them.

    Returns:
        A report for every case.

    Raises:
        ConformanceError: if a component fails a check and ``on_fail`` is ``"raise"``.
        ValueError: if there is no check of a name.

    >>> from minnet_core import Sequential
    >>> (report,) = check_component(Sequential)
    >>> report.count("failed")
    0
    """
    from ..selection import cases_of

    reports = []
    for case in cases_of(*subjects, **options):
        report = examine(case, checks)
        report.signal(on_fail)
        reports.append(report)
    return reports


def examine(case: Case, checks: Iterable[str] | None = None) -> Report:
    """Run the checks of one case; see `check_component`."""
    from .examination import Examination

    chosen = list(checks_for(case)) if checks is None else [named_check(name) for name in checks]
    return Examination(case).report(chosen)


def named_check(name: str) -> Check:
    """Find a check.

    Raises:
        ValueError: if there is none of this name; says the nearest.
    """
    try:
        return checks_by_name()[name]
    except KeyError:
        raise ValueError(unknown_check(name)) from None


def unknown_check(name: str) -> str:
    """Say that there is no check of a name, and which are near."""
    close = get_close_matches(name, checks_by_name(), n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "see: minnet check --list"
    return f"there is no check {name!r}; {hint}"


def _accept(taken: set[str], returned: Iterable[Check]) -> list[Check]:
    checks = list(returned)
    for check in checks:
        if not isinstance(check, Check):
            raise TypeError(f"expected checks, made by minnet_core.testing.check, received {check!r}")
        if check.name in taken:
            raise ValueError(f"expected a check of a name of its own, received another {check.name!r}")
        if missing := sorted(set(check.needs) - taken):
            raise ValueError(f"expected {check.name} to need checks that come before it, received {missing}")
        taken.add(check.name)
    return checks
