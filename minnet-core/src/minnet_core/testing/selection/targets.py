"""Targets for a criterion whose case names none."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve

from ...nn import DOMAINS, Array, Draw
from ..cases import Case
from ..passes import sandboxed
from ..trait_detection import NO_NUMBER, problem_of_pass
from ..trial import Trial


def one_hot(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """One class for each sample, as a row with a single 1."""
    return np.asarray(np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])])


def classes(rng: np.random.Generator, shape: Any, _: npt.DTypeLike) -> Array:
    """The index of one class for each sample."""
    return np.asarray(rng.integers(0, shape[-1], shape[:-1]))


def real(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Numbers of a standard normal distribution, in the shape of the input."""
    return np.asarray(rng.standard_normal(shape), dtype)


def binary(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Zeros and ones, in the shape of the input."""
    return np.asarray(rng.integers(0, 2, shape), dtype)


def signs(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Ones and minus ones, in the shape of the input."""
    return np.asarray(rng.choice([-1, 1], shape), dtype)


TARGETS = MappingProxyType({"one-hot": one_hot, "classes": classes, "real": real, "binary": binary, "signs": signs})
"""What ``--target`` takes: name -> function that draws."""


def named_target(name: str) -> Draw:
    """Look up one of ``TARGETS``.

    Raises:
        ValueError: if there is none of this name.
    """
    if name not in TARGETS:
        raise ValueError(f"expected a target among {', '.join(TARGETS)}, received {name!r}")
    return TARGETS[name]


def guessed_target(case: Case) -> Case:
    """Find a kind of target that the criterion of a case takes: the first of ``TARGETS`` with which it runs.

    Returns:
        The case with that target, and with the domain of its inputs, if it takes only some.

    Raises:
        ValueError: if it runs with none of them.
    """
    problems: dict[str, list[str]] = {}
    runs: Case | None = None
    domains = (None,) if case.traits & DOMAINS else (None, *sorted(DOMAINS))
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
