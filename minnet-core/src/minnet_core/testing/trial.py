"""`Trial`: one check of one case, with what it is made of: fresh components, and batches for them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from attrs import evolve

from ..nn import DOMAINS, KINDS, Array, Fill, Module, Optimizer, Tensor, fills
from .cases import Case, kind_of
from .check import skip
from .numerics import are_floating, copied, is_floating, map_arrays, rows, structure
from .passes import Batch, distinct, forward, parameters

Mode = str
MODES: tuple[Mode, ...] = ("train", "evaluate")


class Trial:
    """Gives a check what it needs of a case; everything it draws depends on the case's seed and the check alone.

    Attributes:
        case: the case.
        rng: what the check draws from.
        traits: those of the component.
    """

    def __init__(self, case: Case, purpose: str, traits: frozenset[str] | None = None) -> None:
        self.case = case
        self.rng = np.random.default_rng([case.seed, crc32(purpose.encode())])
        self.traits = case.traits if traits is None else traits

    @cached_property
    def prototype(self) -> Any:
        """A component that no pass has run through; checks get copies of it.

        Its parameters are not those that it began with: of many layers they are zeros and ones, which hide mistakes.
        """
        made = self.case.build()
        try:
            arrays = distinct(parameters(made))
        except (TypeError, ValueError):  # a check tells that they cannot be asked for
            return made
        rng = np.random.default_rng(self.case.seed)
        for array in filter(is_floating, arrays):  # signs stay, as a parameter may have to be positive
            moved = np.where(array == 0, rng.uniform(-0.5, 0.5, array.shape), array)
            array[...] = moved * rng.uniform(0.6, 1.4, array.shape)
        return made

    @property
    def kind(self) -> str:
        """``layer``, ``criterion`` or ``optimizer``."""
        return kind_of(self.prototype)

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that the component has."""
        return MODES if self.kind == "layer" else ("train",)

    @property
    def repeatable_modes(self) -> tuple[Mode, ...]:
        """The modes in which another component of the same state computes the same."""
        return ("evaluate",) if self.is_stochastic else self.modes

    @property
    def is_stochastic(self) -> bool:
        """Whether training passes draw random numbers, rather than the constructor alone."""
        return "stochastic" in self.traits

    @property
    def domain(self) -> str | None:
        """The trait that names the domain of the input; None if that is all real numbers, or there is a table."""
        declared = next(iter(self.traits & DOMAINS), None)
        first, *others = fills(self.case.shapes[0])
        return declared or (KINDS[first.kind].domain if first and not others else None)

    @property
    def is_real(self) -> bool:
        """Whether the component takes any real numbers, in an array at least, so that the kit may choose them."""
        return self.case.draw is None and any(map(self._is_real, fills(self.case.shapes[0])))

    def map_real(self, function: Callable[[Array], Array], input: Tensor) -> Tensor:
        """Apply a function to the arrays of an input that may be any real numbers; masks, lengths and so on stay."""
        known = iter(self.fills(input))
        return map_arrays(lambda array: function(array) if self._is_real(next(known)) else array, input)

    def fills(self, input: Tensor) -> list[Fill | None]:
        """What the case says that fills each array of an input."""
        return list(fills(self.case.filled(structure(input))))

    def _is_real(self, fill: Fill | None) -> bool:
        return fill.kind == "real" if fill else self.domain is None

    def require_real(self) -> None:
        """Skip the check unless the kit may choose the inputs."""
        if not self.is_real:
            skip("its inputs cannot be chosen freely")

    @property
    def takes_integers(self) -> bool:
        """Whether no array of the input is floating."""
        return not any(are_floating(self.draw_input()))

    def fresh(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Any:
        """Make a component in a mode and a dtype; for evaluation, two training passes have gone through it."""
        component = copy.deepcopy(self.prototype)
        if isinstance(component, Module):
            component.astype(dtype)
            if mode == "evaluate":
                for seed in (1, 2):
                    input = self.draw_input(dtype, self.case.shapes[0], rng=[self.case.seed, seed])
                    forward(component, Batch(input, None))
                component.evaluate()
        elif isinstance(component, Optimizer):
            component.module.astype(dtype)
        return component

    def draw_input(self, dtype: npt.DTypeLike = np.float64, shape: Any = None, rng: Any = None) -> Tensor:
        """Draw an input from the domain of the component."""
        return evolve(self.case, traits=self.traits).draw_input(self.rng if rng is None else rng, dtype, shape)

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

    def per_mode(self) -> Iterator[tuple[Mode, Any, Batch]]:
        """Yield every mode with a component in it and a batch for it."""
        for mode in self.modes:
            yield mode, self.fresh(mode), self.batch(mode)

    def per_batch(self, dtype: npt.DTypeLike = np.float64) -> Iterator[tuple[Mode, Any, Batch]]:
        """Yield every mode with a component in it and a batch for it, for every shape of the case."""
        for mode in self.modes:
            for batch in self.batches(mode, dtype):
                yield mode, self.fresh(mode, dtype), batch

    def single(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Batch:
        """Draw a batch of one sample.

        Raises:
            NotApplicable: if a batch-coupled component refuses one.
        """
        if self.kind == "criterion":
            return self.batch(mode, dtype).rows(0, 1, "single")
        try:
            return self.batch(mode, dtype, input=rows(self.draw_input(dtype), slice(0, 1)), kind="single")
        except ValueError as error:
            if "batch-coupled" in self.traits:
                skip(f"it refuses a single sample: {error}")
            raise
