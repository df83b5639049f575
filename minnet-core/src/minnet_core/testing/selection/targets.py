"""Targets for a criterion whose case names none."""

from __future__ import annotations

from types import MappingProxyType

from attrs import evolve

from ...nn import DOMAINS, fills, read_target
from ...state import sandboxed
from ..cases import Case
from ..trait_detection import NO_NUMBER, problem_of_pass
from ..trial import Trial

TARGETS = MappingProxyType({name: read_target(name) for name in ("one-hot", "classes", "real", "binary", "signs")})
"""What a criterion is tried with whose user names no target: name -> function that draws."""


def guessed_target(case: Case) -> Case:
    """Find a kind of target that the criterion of a case takes: the first of ``TARGETS`` with which it runs.

    Returns:
        The case with that target, and with the domain of its inputs, if it takes only some.

    Raises:
        ValueError: if it runs with none of them.
    """
    problems: dict[str, list[str]] = {}
    runs: Case | None = None
    is_known = case.traits & DOMAINS or all(all(fills(shape)) for shape in case.shapes)
    domains = (None,) if is_known else (None, *sorted(DOMAINS))
    for domain in domains:
        traits = case.traits | {domain} if domain else case.traits
        for name, target in TARGETS.items():
            with sandboxed():
                problem = problem_of_pass(Trial(evolve(case, target=target, traits=traits, infers=False), "target"))
            guess = f"its target is taken to be {name}" + (f", its input {domain}" if domain else "")
            guessed = evolve(case, target=target, traits=traits, guess=guess)
            if problem is None:
                return guessed
            if problem.startswith(NO_NUMBER):
                runs = runs or guessed
            problems.setdefault(problem, []).append(name)
    if runs is not None:  # a check says what is wrong with its loss
        return runs
    told = "; ".join(f"{', '.join(dict.fromkeys(names))}: {problem}" for problem, names in problems.items())
    raise ValueError(
        f"{case.name}: expected a criterion that takes a target of one of the kinds {', '.join(TARGETS)}, it takes "
        f"none ({told}); name the one it takes by --target, and the inputs it takes by --trait, or declare EXAMPLES"
    )
