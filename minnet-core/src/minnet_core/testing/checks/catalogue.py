"""All checks, in the order in which they run: those of the core, and those that plugins add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from ...plugins import plugin_host
from ...support import nearest
from ..cases import Case
from ..check import Check
from . import (
    config,
    copies,
    criterions,
    data,
    dtypes,
    extents,
    floating_point,
    fusing,
    gradients,
    memory,
    modes,
    optimizers,
    parameters,
    parts,
    protocol,
    randomness,
    state,
    threads,
    traits,
)

_FAMILIES = (
    *(protocol, parameters, gradients, criterions),
    *(data, dtypes, extents, memory, floating_point, state, copies, modes, threads),
    *(randomness, traits, parts, config, fusing, optimizers),
)

OWN_CHECKS = tuple(
    value
    for module in _FAMILIES
    for value in vars(module).values()
    if isinstance(value, Check) and value.function.__module__ == module.__name__
)
"""The checks of the core: cheap ones first."""


def all_checks() -> tuple[Check, ...]:
    """The checks of the core and, after them, those that the hook ``minnet_checks`` of plugins adds."""
    host = plugin_host()
    checks = list(OWN_CHECKS)
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
    kind = case.kind
    yield from (check for check in all_checks() if case.is_subject_of(check, kind)) if kind else OWN_CHECKS[:1]


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
    hint = nearest(name, checks_by_name().keys(), cutoff=0.5, most=2) or "see: minnet check --list"
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
