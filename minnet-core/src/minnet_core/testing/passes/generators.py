"""The generators that a component holds."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np

from ...nn import find_places
from .passes import parts

GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)


def generators(component: Any) -> list[Any]:
    """The generators that a component, and the modules inside it, hold in attributes."""
    return [place.value for part in parts(component) for place in find_places(part, GENERATORS)]


def generator_states(component: Any) -> list[str]:
    """The states of a component's own generators, which can be compared."""
    return [repr(_state(generator)) for generator in generators(component)]


def align_generators(component: Any, other: Any) -> None:
    """Put the generators of a component into the states of another's."""
    for mine, its in zip(generators(component), generators(other), strict=True):
        _set_state(mine, copy.deepcopy(_state(its)))


def _state(generator: Any) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    return generator.get_state(legacy=False)


def _set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.Generator):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)
