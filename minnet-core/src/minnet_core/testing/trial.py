"""`Trial`: one check of one case, with what it is made of: fresh components, and batches for them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from attrs import evolve

from ..nn import DOMAINS, KINDS, Array, Fill, Module, Optimizer, Tensor, fills
from .cases import Case
from .check import skip
from .drawn_inputs import Freedom, freedoms
from .kinds import component_kind
from .numerics import are_floating, copied, is_floating, map_arrays, rows, scaled, structure
from .passes import Batch, distinct, forward, parameters

Mode = str
MODES: tuple[Mode, ...] = ("train", "evaluate")


class Trial:
    """Gives a check what it needs of a case; everything it draws depends on the case's seed and the check alone.

    Attributes:
        case: the case.
        rng: what the check draws from.
        traits: those of the component.

    Trials of one case may share ``originals``, of which components are copied.
    """

    def __init__(
        self,
        case: Case,
        purpose: str,
        traits: frozenset[str] | None = None,
        originals: dict[object, Any] | None = None,
    ) -> None:
        self.case = case
        self.rng = np.random.default_rng([case.seed, crc32(purpose.encode())])
        self.traits = case.traits if traits is None else traits
        self._originals = {} if originals is None else originals

    @property
    def prototype(self) -> Any:
        """A component that no pass has run through; checks get copies of it.

        Its parameters are not those that it began with: of many layers they are zeros and ones, which hide mistakes.
        """
        return self._original("prototype", self._build)

    def _original(self, key: object, make: Callable[[], Any]) -> Any:
        """What is made once, and copied each time."""
        if key not in self._originals:
            self._originals[key] = make()
        return self._originals[key]

    def _build(self) -> Any:
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
        """The name of its kind: ``layer``, ``criterion``, ``optimizer``, or that of a plugin's."""
        kind = component_kind(self.prototype)
        assert kind is not None  # else the case would not have made it
        return kind.name

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that the component has."""
        has_modes = self.case.adapter is None or self.case.adapter.has_modes
        return MODES if self.kind == "layer" and has_modes else ("train",)

    @property
    def repeatable_modes(self) -> tuple[Mode, ...]:
        """The modes in which another component of the same state computes the same."""
        return tuple(mode for mode in self.modes if mode == "evaluate" or not self.is_stochastic)

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
        if self.case.draw is None:
            return any(map(self._is_real, fills(self.case.shapes[0])))
        return self.domain is None and any(each.is_real for each in self.freedoms)

    @cached_property
    def freedoms(self) -> list[Freedom]:
        """Of each array of the input that ``draw`` returns, which numbers it may hold."""
        return freedoms(lambda rng: self.case.draw_input(rng))

    def map_real(self, function: Callable[[Array], Array], input: Tensor) -> Tensor:
        """Apply a function to the arrays of an input that may be any real numbers; masks, lengths and so on stay."""
        if self.case.draw is None:
            chosen = [self._is_real(fill) for fill in self.fills(input)]
        else:
            chosen = [each.is_real for each in self.freedoms]
        is_chosen = iter(chosen)
        return map_arrays(lambda array: function(array) if next(is_chosen) else array, input)

    def constant(self, value: float) -> Tensor:
        """An input of equal numbers, or nearly this one where ``draw`` says that they have bounds."""
        drawn = self.draw_input()
        if self.case.draw is None:
            return self.map_real(lambda array: np.full_like(array, value), drawn)
        each = iter(self.freedoms)

        def filled(array: Array) -> Array:
            freedom = next(each)
            if freedom.is_real:
                return np.full_like(array, value)
            low, high = freedom.low.max(), freedom.high.min()
            inside = np.clip(value, low + (high - low) / 4, high - (high - low) / 4)
            return np.full_like(array, inside) if freedom.is_free and low < high else array

        return map_arrays(filled, drawn)

    def extremes(self, dtype: npt.DTypeLike) -> Iterator[tuple[str, Tensor]]:
        """Draw inputs far from the usual: of large numbers, and of the least and largest that ``draw`` returns."""
        if self.is_real:
            # Where nothing is wider than float64, what overflows in float32 is told by 100: it ends at exp(709).
            has_wider = self.case.adapter is None or np.finfo(self.case.adapter.widest).maxexp > 1024
            for size in (1e3, 1e4, 30.0) if has_wider else (1e3, 1e4, 1e2, 30.0):
                yield f"{size:g} times drawn", self.map_real(partial(scaled, factor=size), self.draw_input(dtype))
        if self.case.draw is not None and any(each.is_free and not each.is_real for each in self.freedoms):
            for kind, share in (("least drawn", 0.0), ("largest drawn", 1.0), ("least and largest drawn", 0.5)):
                yield kind, self._at_the_ends(self.draw_input(dtype), share)

    def _at_the_ends(self, input: Tensor, share: float) -> Tensor:
        """Put the least and, a share of them, the largest drawn numbers in the place of those that have bounds."""
        each = iter(self.freedoms)

        def ends(array: Array) -> Array:
            freedom = next(each)
            if freedom.is_real or not freedom.is_free:
                return array
            chosen = np.where(self.rng.random(array.shape) < share, freedom.high, freedom.low)
            return np.asarray(chosen.astype(array.dtype))

        return map_arrays(ends, input)

    def fills(self, input: Tensor) -> list[Fill | None]:
        """What the case says that fills each array of an input."""
        return list(fills(self.case.filled(structure(input))))

    def _is_real(self, fill: Fill | None) -> bool:
        return fill.kind == "real" if fill else self.domain is None

    def require_real(self, *, or_free: bool = False) -> None:
        """Skip the check unless the kit may choose numbers of the inputs.

        Args:
            or_free: it is enough if they may be chosen among those that ``draw`` returns.
        """
        if self.is_real:
            return
        if self.case.draw is None or self.domain is not None:
            skip("its inputs cannot be chosen freely")
        if not (or_free and any(each.is_free for each in self.freedoms)):
            skip(
                "its inputs are those that draw returns, and others cannot be told from them: their numbers are whole, "
                f"depend on each other{'' if or_free else ', have bounds'}, or are the same each time; "
                "extreme inputs and ties are for its own tests"
            )

    @property
    def takes_integers(self) -> bool:
        """Whether no array of the input is floating."""
        return not any(are_floating(self.draw_input()))

    def fresh(self, mode: Mode = "train", dtype: npt.DTypeLike = np.float64) -> Any:
        """Make a component in a mode and a dtype; for evaluation, two training passes have gone through it."""
        return copy.deepcopy(self._original((mode, np.dtype(dtype)), lambda: self._make(mode, dtype)))

    def _make(self, mode: Mode, dtype: npt.DTypeLike) -> Any:
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
        return self._known_case.draw_input(self.rng if rng is None else rng, dtype, shape)

    @cached_property
    def _known_case(self) -> Case:
        """The case with the traits that were found out."""
        return self.case if self.traits == self.case.traits else evolve(self.case, traits=self.traits)

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
