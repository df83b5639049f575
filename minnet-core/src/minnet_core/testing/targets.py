"""Targets for a criterion whose case names none."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import evolve

from ..arrays import Array
from ..example import Draw

if TYPE_CHECKING:
    from .case import Case


def one_hot(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """One class for each sample, as a row with a single 1."""
    rows: Array = np.eye(shape[-1], dtype=dtype)[rng.integers(0, shape[-1], shape[:-1])]
    return rows


def classes(rng: np.random.Generator, shape: Any, _: npt.DTypeLike) -> Array:
    """The index of one class for each sample."""
    indices: Array = rng.integers(0, shape[-1], shape[:-1])
    return indices


def real(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Numbers of a standard normal distribution, in the shape of the input."""
    numbers: Array = rng.standard_normal(shape).astype(dtype)
    return numbers


def binary(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Zeros and ones, in the shape of the input."""
    bits: Array = rng.integers(0, 2, shape).astype(dtype)
    return bits


def signs(rng: np.random.Generator, shape: Any, dtype: npt.DTypeLike) -> Array:
    """Ones and minus ones, in the shape of the input."""
    drawn: Array = rng.choice([-1, 1], shape).astype(dtype)
    return drawn


TARGETS = MappingProxyType({"one-hot": one_hot, "classes": classes, "real": real, "binary": binary, "signs": signs})
"""What ``--target`` takes: name -> function that draws."""


def guessed_target(case: Case) -> Draw:
    """Find a kind of target that the criterion of a case takes: the first of ``TARGETS`` with which it runs.

    Raises:
        ValueError: if it runs with none of them.
    """
    from .trial import Trial

    problems = []
    for name, target in TARGETS.items():
        trial = Trial(evolve(case, target=target, infers=False), "target")
        try:
            batch, component = trial.batch(), trial.fresh()
            loss = component.forward(batch.input, batch.second)
            component.backward(batch.input, batch.second)
            if np.ndim(loss) == 0 and np.isfinite(loss):
                return target
        except Exception as error:  # of a criterion that takes something else
            problems.append(f"{name}: {type(error).__name__}: {error}")
    raise ValueError(
        f"{case.name}: expected a criterion that takes a target of one of the kinds {', '.join(TARGETS)}, it takes "
        f"none ({'; '.join(problems)}); name the one it takes by --target, or declare EXAMPLES"
    )
