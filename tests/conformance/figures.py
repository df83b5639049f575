"""What the tests of this folder prove of the kit, in numbers; the documentation shows them."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
from attrs import frozen
from mutants import MUTANTS
from mutants.mutant import Mutant
from seeds import ALL
from strangers import STRANGERS

from minnet_core import Criterion, Module
from minnet_core.testing import OWN_KINDS, check_criterion_gradients, check_gradients, every_case
from minnet_core.testing.checks import OWN_CHECKS


@frozen
class Figures:
    """The counts.

    Attributes:
        checks: of the core.
        strangers: correct components that are written as strangers would.
        examples: of registered components.
        seeds: under which both pass every check.
        mutants: all of which are killed.
        plain: those of them that are layers or criterions.
        found_by_differences: those of these that a plain gradient check finds.
    """

    checks: int
    strangers: int
    examples: int
    seeds: int
    mutants: int
    plain: int
    found_by_differences: int


def count_figures() -> Figures:
    """Count them."""
    plain = [mutant for mutant in MUTANTS if issubclass(mutant.of, (Module, Criterion))]
    return Figures(
        checks=len(OWN_CHECKS),
        strangers=len(STRANGERS),
        examples=len(every_case(kinds=OWN_KINDS)),
        seeds=ALL,
        mutants=len(MUTANTS),
        plain=len(plain),
        found_by_differences=sum(map(is_found_by_differences, plain)),
    )


def is_found_by_differences(mutant: Mutant) -> bool:
    """Whether the usual homework test finds a mutant: differences, in training mode, on one input of one shape."""
    case = mutant.cases()[0]
    input = case.draw_input(0)
    try:
        with np.errstate(all="ignore"), redirect_stdout(StringIO()):  # one bug is a print
            if case.target is None:
                check_gradients(case.build(), input)
            else:
                check_criterion_gradients(case.build(), input, case.draw_target(1))
    except Exception:  # whatever it raises, it is noticed
        return True
    return False
