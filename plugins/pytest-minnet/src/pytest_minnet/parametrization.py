"""`parametrize_with_checks`: the same checks as parameters of a test function, for what a test does around them."""

from __future__ import annotations

from typing import Any

import pytest

from .declaration import Conformance
from .expansion import expand, marks, told_by

MARK = "minnet_checks"


def parametrize_with_checks(*subjects: Any, **options: Any) -> pytest.MarkDecorator:
    """Have pytest call a test function with every case and every check that is about it.

    Several of these decorators on one function, or on its class, add up.
    The function takes ``case`` and ``check``, and ``check(case)`` runs the check. Fixtures and marks are those of any
    test; where they are not needed, `conformance` is shorter, and runs no check twice.

    Args:
        subjects: as `conformance` takes them.
        options: as `conformance` takes them.

    Returns:
        A decorator of the function.

    Raises:
        TypeError: if there is no subject. What is wrong with one is an error when pytest collects the tests.

    >>> @parametrize_with_checks("minnet-core")
    ... def test_conformance(case, check):
    ...     check(case)
    """
    return getattr(pytest.mark, MARK).with_args(Conformance(subjects, options))  # type: ignore[no-any-return]  # of getattr


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a function that `parametrize_with_checks` decorates its parameters."""
    conformances = [mark.args[0] for mark in metafunc.definition.iter_markers(MARK)]
    if not conformances:
        return
    from minnet_core.testing import BoundCheck

    with told_by(metafunc.function.__name__):
        proofs = expand(*conformances)
    pairs = [(proof, check) for proof in proofs for check in proof.checks]
    metafunc.parametrize(
        ("case", "check"),
        [
            pytest.param(
                *(proof.case, BoundCheck.of_case(proof.case, check)),
                id=proof.test_id(check),
                marks=tuple(marks(proof.case, check)),
            )
            for proof, check in pairs
        ],
    )
