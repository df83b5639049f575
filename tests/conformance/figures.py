"""What the tests of this folder prove of the kit, in numbers; the documentation shows them."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
from mutants import MUTANTS
from mutants.mutant import Mutant
from seeds import SEEDS
from strangers import STRANGERS

from minnet_core import Criterion, Module
from minnet_core.testing import check_criterion_gradients, check_gradients, every_case
from minnet_core.testing.kit import own_checks


def count_figures() -> dict[str, int]:
    """Count the checks, the correct components, the seeds, and the mutants with those that a gradient check finds."""
    gradients = [mutant for mutant in MUTANTS if issubclass(mutant.of, (Module, Criterion))]
    return {
        "checks": len(own_checks()),
        "correct components of strangers, none of which is blamed": len(STRANGERS),
        "examples of registered components, none of which is blamed": len(every_case()),
        "seeds under which they pass every check": len(SEEDS),
        "mutants, all of them killed": len(MUTANTS),
        "mutants that are layers or criterions": len(gradients),
        "of these, found by a plain gradient check (training mode, one shape, one draw)": sum(
            map(is_found_by_differences, gradients)
        ),
    }


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
