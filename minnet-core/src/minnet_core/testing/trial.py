"""`Trial`: one check of one case, with what it is made of: fresh components, batches, and passes over them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from ..arrays import Array, Tensor, describe
from ..criterion import Criterion
from ..module import Module
from ..optimizer import Optimizer
from ..traits import DOMAINS
from ..tree import find_places, walk
from .case import KINDS, Case
from .global_state import GlobalState
from .tensors import copied, map_arrays, named_arrays, rows

Mode = str
MODES: tuple[Mode, ...] = ("train", "evaluate")

GENERATORS = (np.random.Generator, np.random.RandomState)

GLOBAL_STATE = GlobalState.of_seed(20061115)
"""What the global generators are put into before every forward pass."""


@frozen(eq=False)
class Batch:
    """What a pass is given.

    Attributes:
        input: of both methods.
        second: what ``backward`` gets besides it: the gradOutput of a layer, the target of a criterion.
        kind: where the input comes from, for messages.
    """

    input: Tensor
    second: Tensor
    kind: str = "drawn"

    def __str__(self) -> str:
        return f"{self.kind} input {describe(self.input)}"

    def rows(self, start: int, stop: int, kind: str | None = None) -> Batch:
        """Some of the samples."""
        index = slice(start, stop)
        return Batch(rows(self.input, index), rows(self.second, index), kind or self.kind)

    def copy(self) -> Batch:
        return evolve(self, input=copied(self.input), second=copied(self.second))


class Trial:
    """Gives a check what it needs of a case; everything it draws depends on the case's seed and the check alone.

    Attributes:
        case: the case.
        rng: what the check draws from.
        traits: those of the component.
    """

    def __init__(self, case: Case, purpose: str, traits: frozenset[str] | None = None) -> None:
        self.case = case
        self.purpose = purpose
        self.rng = np.random.default_rng([case.seed, crc32(purpose.encode())])
        self.traits = case.traits if traits is None else traits

    @cached_property
    def prototype(self) -> Any:
        """A component that no pass has run through; checks get copies of it.

        Its parameters are not those that it began with: of many layers they are zeros and ones, which hide mistakes.
        """
        made = self.case.build()
        if isinstance(made, Module):
            rng = np.random.default_rng(self.case.seed)
            for array in {id(array): array for array in parameters(made).values()}.values():
                if array.dtype.kind == "f":  # signs stay, as a parameter may have to be positive
                    moved = np.where(array == 0, rng.uniform(-0.5, 0.5, array.shape), array)
                    array[...] = moved * rng.uniform(0.6, 1.4, array.shape)
        return made

    @property
    def kind(self) -> str:
        """``layer``, ``criterion`` or ``optimizer``."""
        return next(name for name, base in KINDS.items() if isinstance(self.prototype, base))

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that the component has."""
        return MODES if self.kind == "layer" else ("train",)

    @property
    def is_stochastic(self) -> bool:
        """Whether training draws random numbers."""
        return bool(self.traits & {"stochastic", "global-generator"})

    @property
    def domain(self) -> str | None:
        """The trait that names the domain of the input; None if that is all real numbers."""
        return next(iter(self.traits & DOMAINS), None)

    @property
    def is_real(self) -> bool:
        """Whether the component takes any real numbers, so that the kit may choose them."""
        return self.domain is None and self.case.draw is None

    @property
    def takes_integers(self) -> bool:
        """Whether no array of the input is floating."""
        return not any(array.dtype.kind == "f" for _, array in named_arrays("input", self.draw_input()))

    def fresh(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Any:
        """Make a component in a mode and a dtype; for evaluation, two training passes have gone through it."""
        component = copy.deepcopy(self.prototype)
        if isinstance(component, Module):
            component.astype(dtype)
            if mode == "evaluate":
                for seed in (1, 2):
                    forward(component, self._input(seed, dtype))
                component.evaluate()
        elif isinstance(component, Optimizer):
            component.module.astype(dtype)
        return component

    def _input(self, seed: int, dtype: npt.DTypeLike) -> Batch:
        shape = self.case.shapes[0]
        return Batch(evolve(self.case, traits=self.traits).draw_input([self.case.seed, seed], dtype, shape), None)

    def draw_input(self, dtype: npt.DTypeLike = np.float64, shape: Any = None) -> Tensor:
        """Draw an input from the domain of the component."""
        return evolve(self.case, traits=self.traits).draw_input(self.rng, dtype, shape)

    def batch(
        self,
        mode: Mode = "train",
        dtype: npt.DTypeLike = np.float64,
        *,
        shape: Any = None,
        input: Tensor = None,
        kind: str = "drawn",
    ) -> Batch:
        """Draw a batch: an input, unless one is given, with a gradOutput or a target that fits it."""
        if input is None:
            input = self.draw_input(dtype, shape)
        if self.kind == "criterion":
            return Batch(input, self.case.draw_target(self.rng, dtype, shape), kind)
        output = forward(self.fresh(mode, dtype), Batch(copied(input), None))
        return Batch(input, self.gradOutput(output), kind)

    def gradOutput(self, output: Tensor) -> Tensor:
        """Draw a signed gradOutput of the shapes and dtypes of an output."""
        return map_arrays(lambda array: self.rng.standard_normal(array.shape).astype(array.dtype), output)

    def batches(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Iterator[Batch]:
        """Draw a batch of every shape of the case."""
        for shape in self.case.shapes:
            yield self.batch(mode, dtype, shape=shape)

    def single(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Batch:
        """Draw a batch of one sample.

        Raises:
            NotApplicable: if a batch-coupled component refuses one.
        """
        from .check import skip

        input = rows(self.draw_input(dtype), slice(0, 1))
        if self.kind == "criterion":
            target = rows(self.case.draw_target(self.rng, dtype), slice(0, 1))
            return Batch(input, target, "single")
        try:
            return self.batch(mode, dtype, input=input, kind="single")
        except ValueError as error:
            if "batch-coupled" in self.traits:
                skip(f"it refuses a single sample: {error}")
            raise


def forward(component: Any, batch: Batch) -> Any:
    """Run ``forward``; the global generators are in the same state before every one, so draws can be repeated."""
    GLOBAL_STATE.restore()
    if isinstance(component, Criterion):
        return component.forward(batch.input, batch.second)
    return component.forward(batch.input)


def backward(component: Any, batch: Batch) -> Any:
    """Run ``backward``."""
    return component.backward(batch.input, batch.second)


def zero(component: Any) -> None:
    """Fill the gradients with zeros, whatever the component's own method does."""
    for gradient in gradients(component).values():
        gradient.fill(0)


def run(component: Any, batch: Batch) -> dict[str, Array]:
    """Run both passes from zero gradients; return copies of all that they compute, by name."""
    zero(component)
    output = copied(forward(component, batch))
    gradInput = copied(backward(component, batch))
    found = dict(named_arrays("output" if isinstance(component, Module) else "loss", output))
    found.update(named_arrays("gradInput", gradInput))
    found.update({name: array.copy() for name, array in gradients(component).items()})
    return found


def parameters(component: Any) -> dict[str, Array]:
    """The parameters by name; a criterion has none."""
    return component.namedParameters() if isinstance(component, Module) else {}


def gradients(component: Any) -> dict[str, Array]:
    """The gradients of the parameters, ``gradient of W`` and so on."""
    if not isinstance(component, Module):
        return {}
    return {f"gradient of {name}": array for name, array in component.namedGradParameters().items()}


def generators(component: Any) -> list[Any]:
    """The generators that a component, and the modules inside it, hold in attributes."""
    modules = [module for _, module in walk(component)] if isinstance(component, Module) else [component]
    return [place.value for module in modules for place in find_places(module, GENERATORS)]


def generator_states(component: Any) -> list[Any]:
    """The states of a component's own generators, which can be compared."""
    return [repr(_bit_generator(generator).state) for generator in generators(component)]


def align_generators(component: Any, other: Any) -> None:
    """Put the generators of a component into the states of another's."""
    for mine, theirs in zip(generators(component), generators(other), strict=True):
        _bit_generator(mine).state = copy.deepcopy(_bit_generator(theirs).state)


def _bit_generator(generator: Any) -> Any:
    return generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator
