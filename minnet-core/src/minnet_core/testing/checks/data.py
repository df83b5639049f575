"""What goes in and comes out: dtypes, samples, and calls that are refused."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ...nn import Array, find_buffers, walk
from ..check import check, fail, skip
from ..numerics import (
    are_equal,
    are_floating,
    as_dtype,
    dtypes_holding,
    expect_equal,
    is_floating,
    named_arrays,
    samples,
)
from ..passes import Batch, buffers, forward, lasting, run
from ..trait_detection import expect_as_calculated, has_rows, one_by_one, rounds_to_float32
from ..trial import Trial
from .protocol import RUNS, SLOPES

DTYPES = (np.float32, np.float64)

MANY = 600
"""Samples of a large batch: more than a byte can count."""

ROWLESS = "its output has no row for each sample"
"""Why nothing is asked about the samples of a layer that flattens the batch, say."""

SHAPED = (*RUNS, "gradInput_has_the_shape_of_input")


@check("data", level="weakness", needs=RUNS)
def dtype_is_kept(trial: Trial) -> None:
    """For float32 in there is float32 out, and for float64 float64: results, gradients and buffers, in both modes.

    Evaluation before any training too. The gradient of integers, and what no pass reads (a mask, say), may be anything.
    """
    for dtype in DTYPES:
        for mode, component, batch in _untrained_and_trained(trial, dtype):
            free = {"loss", *(name for name, array in named_arrays("gradInput", batch.input) if not is_floating(array))}
            for name, array in results_and_buffers(component, batch).items():
                if name in free or not is_floating(array) or array.dtype == dtype:
                    continue
                if not (name.startswith("buffer ") and _is_never_read(component, name.removeprefix("buffer "), batch)):
                    fail(f"{name}, {mode} mode, {batch}: expected {np.dtype(dtype)}, received {array.dtype}")
    for mode in trial.modes:
        if rounds_to_float32(trial, mode):
            fail(f"forward, {mode} mode: expected to calculate in float64, as its input is; it rounds to float32")


@check("data", level="wrong result", needs=[*SHAPED, *SLOPES, "stochastic_is_declared_rightly"])
def samples_are_independent(trial: Trial) -> None:
    """Each sample alone gives its row of the batch's results; gradients of parameters, and the loss, add up.

    A loss may be a mean in which the samples have weights, as PyTorch's NLLLoss gives each that of its class.
    """
    if "batch-coupled" in trial.traits:
        skip("its samples are declared to depend on each other")
    for mode in trial.repeatable_modes:
        for batch in trial.batches(mode):
            if not has_rows(trial, batch):
                skip(ROWLESS)
            together = run(trial.fresh(mode), batch)
            where = f"of the samples one by one, {mode} mode, {batch}"
            if trial.kind == "layer" or not _is_weighted_mean(trial, batch, together):
                expect_as_calculated(trial, mode, one_by_one(trial, mode, batch), together, where)


@check("data", level="wrong result", needs=["samples_are_independent"])
def a_large_batch_is_treated_alike(trial: Trial) -> None:
    """Hundreds of samples give what they give in small batches, class indices of one byte included."""
    if "batch-coupled" in trial.traits:
        skip("its samples are declared to depend on each other")
    for mode in trial.repeatable_modes:
        batch = trial.batch(mode)
        if not has_rows(trial, batch):
            skip(ROWLESS)
        times = -(-MANY // samples(batch.input))
        large = batch.repeated(times)
        expected = _scaled_up(run(trial.fresh(mode), batch), times, trial.kind)
        for dtype in (None, *_integer_dtypes(trial, batch)):
            given = large if dtype is None else Batch(large.input, as_dtype(large.second, dtype), "repeated")
            expect_as_calculated(
                trial, mode, run(trial.fresh(mode), given), expected, f"of {times} times {batch}, {mode} mode"
            )


@check("data", level="weakness", needs=["is_made"])
def rejected_calls_change_nothing(trial: Trial) -> None:
    """The calls that the case says must be refused raise an error, and leave parameters, gradients and state alone."""
    if not trial.case.rejects:
        skip("the case names no calls that must be rejected")
    for call in trial.case.rejects:
        for mode in trial.modes:
            component = trial.fresh(mode)
            before = lasting(component)
            what = f"an input of shape {call}" if isinstance(call, tuple) else getattr(call, "__name__", "a call")
            given = _given(trial, call)
            try:
                given(component)
            except (AttributeError, NameError) as error:
                fail(f"{what}: expected a call that is refused for what it is given, it raised {error!r}")
            except Exception:  # whichever else it likes
                expect_equal(lasting(component), before, f"after {what} was rejected, {mode} mode", rtol=0)
            else:
                fail(f"{what}, {mode} mode: expected an error, it is accepted")


def _is_weighted_mean(trial: Trial, batch: Batch, together: dict[str, Array]) -> bool:
    """Whether a loss is the mean of its samples' own, by weights that have the same ratios among fewer samples."""
    count = samples(batch.input)
    alone = [run(trial.fresh(), batch.rows(index, index + 1)) for index in range(count)]
    slopes = np.array([_slopes(results) for results in alone])

    def shares(results: dict[str, Array]) -> Array:
        """The factors by which the slopes of samples alone become those in a batch, which begins with the same ones."""
        received = _slopes(results).reshape(-1, slopes.shape[1])
        own = slopes[: len(received)]
        found = (received * own).sum(axis=1) / np.maximum((own**2).sum(axis=1), np.finfo(np.float64).tiny)
        return np.where(np.allclose(found[:, np.newaxis] * own, received, rtol=1e-9, atol=1e-12), found, np.nan)

    of_all, of_some = shares(together), shares(run(trial.fresh(), batch.rows(0, count - 1)))
    loss = float(np.dot(of_all, [float(results["loss"]) for results in alone]))
    return bool(
        (of_all >= 0).all()
        and np.isclose(of_all.sum(), 1, rtol=1e-9)
        and np.isclose(loss, float(together["loss"]), rtol=1e-9)
        and np.allclose(of_some * of_all[:-1].sum(), of_all[:-1], rtol=1e-9)
    )


def _slopes(results: dict[str, Array]) -> Array:
    """The gradients of a criterion, all of a sample's numbers in a row if it has one sample."""
    parts = [np.reshape(array, (len(array), -1)) for name, array in results.items() if name.startswith("gradInput")]
    return np.concatenate(parts, axis=1).ravel()


def results_and_buffers(component: Any, batch: Batch) -> dict[str, Array]:
    """What a pass computes, and what it leaves in buffers."""
    results = run(component, batch)
    return {**results, **{f"buffer {name}": np.array(array) for name, array in buffers(component).items()}}


def _untrained_and_trained(trial: Trial, dtype: Any) -> Iterator[tuple[str, Any, Batch]]:
    """Every mode with a component and a batch; evaluation also with a component that was never trained."""
    if trial.kind == "layer":
        component = trial.fresh(dtype=dtype)
        component.evaluate()
        yield "untrained evaluate", component, trial.batch("evaluate", dtype)
    yield from trial.per_batch(dtype)


def _is_never_read(component: Any, name: str, batch: Batch) -> bool:
    """Whether an array that no class declares is but left behind by a pass: other numbers in it change no result."""
    owner, _, attribute = name.rpartition(".")
    if attribute in dict(walk(component))[owner].BUFFERS:
        return False
    for mode in ("train", "evaluate"):
        original = copy.deepcopy(component)
        getattr(original, mode)()
        other = copy.deepcopy(original)
        place = next(place for place in find_buffers(other) if place.name == name)
        place.put(place.value + 1)
        if not are_equal(run(other, batch), run(original, batch)):
            return False
    return True


def _scaled_up(results: dict[str, Array], times: int, kind: str) -> dict[str, Array]:
    """The results of a batch repeated, from those of the batch."""

    def scaled(name: str, array: Array) -> Array:
        if name == "loss":
            return array
        if name.startswith("gradient of "):
            return array * times
        return np.concatenate([array] * times) / (times if kind == "criterion" else 1)

    return {name: scaled(name, array) for name, array in results.items()}


def _integer_dtypes(trial: Trial, batch: Batch) -> tuple[Any, ...]:
    """Narrow dtypes that hold the targets of a criterion."""
    if trial.kind != "criterion" or any(are_floating(batch.second)):
        return ()
    holds_classes = all(array.min() >= 0 for _, array in named_arrays("", batch.second))
    return tuple(dtypes_holding(batch.second, (np.int8, np.uint8))) if holds_classes else ()


def _given(trial: Trial, call: Any) -> Callable[[Any], object]:
    """A function of a component that makes a call of ``rejects``."""
    if not isinstance(call, tuple):
        return call  # type: ignore[no-any-return]  # the validator of Example has seen to it
    target = trial.case.draw_target(trial.rng) if trial.kind == "criterion" else None
    return partial(forward, batch=Batch(trial.draw_input(shape=call), target))
