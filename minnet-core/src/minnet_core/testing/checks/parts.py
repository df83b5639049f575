"""Batches that are computed in parts: what layers make of them that gather statistics of all parts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from ...nn import Array, computing_parts, join, walk
from ..check import check, fail, skip
from ..numerics import expect_equal, samples
from ..passes import Batch, forward, run
from ..trait_detection import has_rows
from ..trial import Trial
from .protocol import RUNS, SLOPES

T = TypeVar("T")

DIVISIONS = ((2,), (3, 5))
"""Before which samples a batch of eight is divided: parts of unequal size, and more than two."""

MOST = 100
"""Times that a layer may gather in a step."""


class _Waiting(BaseException):  # which a layer that catches errors lets pass
    """Ends a pass that needs what the other parts have not told yet."""

    def __init__(self, told: tuple[Any, ...]) -> None:
        super().__init__()
        self.told = told


class _Parts:
    """The parts of a batch, as far as it is known what they tell; the first that is not ends the pass."""

    def __init__(self, known: Sequence[Sequence[tuple[Any, ...]]]) -> None:
        self._known: Iterator[Sequence[tuple[Any, ...]]] = iter(known)

    def gather(self, own: tuple[Any, ...], /) -> Sequence[tuple[Any, ...]]:
        """See `minnet_core.nn.BatchParts`."""
        told = next(self._known, None)
        if told is None:
            raise _Waiting(own)
        return told

    def combine(self, own: tuple[Any, ...], how: Callable[[Sequence[tuple[Any, ...]]], T], /) -> T:
        """See `minnet_core.nn.BatchParts`."""
        return how(self.gather(own))


@check("state", level="wrong result", of=["layer"], needs=[*RUNS, *SLOPES, "stochastic_is_declared_rightly"])
def parts_make_the_whole_batch(trial: Trial) -> None:
    """A layer that gathers what the parts of a batch tell computes, of all of them, what it computes of the whole.

    Its output and gradInput have the rows of the parts, gradients are their sums, and each part has the buffers of the
    whole, or all together, weighted by their samples. Each part gathers as often.
    """
    if not _gathers(trial):
        skip("it gathers nothing from other parts of a batch")
    if trial.is_stochastic:
        skip("each part draws numbers of its own")
    for drawn in trial.batches():
        if not has_rows(trial, drawn) or not 0 < samples(drawn.input) <= 8:
            continue
        batch = drawn.repeated(-(-8 // samples(drawn.input))).rows(0, 8)
        for begun in (trial.fresh(), _trained(trial, batch)):
            whole = copy.deepcopy(begun)
            expected = {**run(whole, batch), **_statistics([whole], [1])}
            for stops in DIVISIONS:
                parts = [batch.rows(*each) for each in zip((0, *stops), (*stops, 8), strict=True)]
                expect_equal(_together(begun, parts), expected, f"of {len(parts)} parts of a batch, {batch}")


def _gathers(trial: Trial) -> bool:
    try:
        with computing_parts(_Parts(())):
            forward(trial.fresh(), trial.batch())
    except _Waiting:
        return True
    return False


def _trained(trial: Trial, batch: Batch) -> Any:
    component = trial.fresh()
    run(component, Batch(batch.input, batch.second))
    return component


def _together(begun: Any, parts: Sequence[Batch]) -> dict[str, Array]:
    """Compute the parts in step; whatever one waits for, all are computed once more, when all have told it."""
    known: list[list[tuple[Any, ...]]] = []
    while len(known) < MOST:
        told, computed = [], []
        for part in parts:
            component = copy.deepcopy(begun)
            try:
                with computing_parts(_Parts(known)):
                    computed.append((component, run(component, part)))
            except _Waiting as waiting:
                told.append(waiting.told)
        if not told:
            return _joined(computed, [samples(part.input) for part in parts])
        if computed:
            fail(f"expected each of {len(parts)} parts of a batch to gather as often, {len(told)} gather more often")
        known.append(told)
    fail(f"expected a layer to gather less often than {MOST} times in a step")


def _joined(computed: Sequence[tuple[Any, dict[str, Array]]], counts: Sequence[int]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for name in computed[0][1]:
        arrays = [result[name] for _, result in computed]
        found[name] = np.sum(arrays, axis=0) if name.startswith("gradient of ") else np.concatenate(arrays)
    return {**found, **_statistics([component for component, _ in computed], counts)}


def _statistics(components: Sequence[Any], counts: Sequence[int]) -> dict[str, Array]:
    """The buffers of floats, of all parts as a training puts them together; those that are declared.

    Arrays of a class that declares none may be anything: what a pass leaves for the next, say.
    """
    found: dict[str, Array] = {}
    for component, count in zip(components, counts, strict=True):
        for prefix, module in walk(component):
            for name in module.BUFFERS:
                value = getattr(module, name)
                if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                    called = f"buffer {join(prefix, name)}"
                    found[called] = found.get(called, np.zeros(())) + value * (count / sum(counts))
    return found
