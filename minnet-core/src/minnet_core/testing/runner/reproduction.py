"""One line that runs a failed check again."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from ..cases import Case


def reproduction(case: Case, check: str) -> str:
    """Return a command for a shell; for a case that no command line can say, a line of Python where the case is known.

    A case that a test made is run again by the test: pytest says which it is.
    """
    if case.command is not None:
        seed = f" --seed {case.seed}" if case.seed else ""
        return f"{case.command} --check {check}{seed}"
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if test:
        return f"pytest {shlex.quote(_from_here(test))}"
    seed = f", seed={case.seed}" if case.seed else ""
    return f"{case.call or 'check_component(case'}, checks=[{check!r}]{seed})"


def _from_here(test: str) -> str:
    """The id of a test with the path of its file from here; pytest's is from the root of the project."""
    file, separator, rest = test.partition("::")
    here = Path.cwd()
    for root in (here, *here.parents):
        if (root / file).is_file():
            return os.path.relpath(root / file, here) + separator + rest
    return test
