"""What holds for losses alone: the mean over the batch, targets of any dtype, probabilities of zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import evolve

from ...nn import Array, describe
from ..check import check, fail, skip
from ..numerics import (
    are_equal,
    are_floating,
    as_dtype,
    copied,
    dtypes_holding,
    expect_equal,
    is_floating,
    map_arrays,
    named_arrays,
    samples,
    structure,
)
from ..passes import Batch, run
from ..trait_detection import expect_as_calculated
from ..trial import Trial
from .protocol import RUNS

INTEGERS = (np.int8, np.uint8, np.int16, np.int32, np.int64)

BOUNDARY_DTYPES = (np.float64, np.float32)
"""What 0 and 1 are tried in: 1 - 1e-12 is 1 in float32, and no bound there."""


@check("criterions", level="wrong result", of=["criterion"], needs=[*RUNS, "gradInput_is_the_slope"])
def loss_is_a_mean_over_the_batch(trial: Trial) -> None:
    """A batch given twice over has the same loss, and half the gradient for each sample."""
    for batch in trial.batches():
        once = run(trial.fresh(), batch)
        doubled = batch.repeated()
        expected = {
            name: array if name == "loss" else np.concatenate([array, array]) / 2 for name, array in once.items()
        }
        received = run(trial.fresh(), doubled)
        expect_as_calculated(trial, "train", received, expected, f"of a batch given twice over, {batch}")


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def loss_is_one_finite_number(trial: Trial) -> None:
    """The loss is one finite number, for drawn inputs and targets."""
    for batch in trial.batches():
        loss = np.asarray(trial.fresh().forward(batch.input, batch.second))
        if loss.ndim or loss.dtype.kind != "f" or not np.isfinite(loss):
            fail(f"loss, {batch}: expected one finite float, received {loss!r}")


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def integer_targets_count_as_numbers(trial: Trial) -> None:
    """A target of integers, unsigned or boolean, gives the loss and gradient of the same numbers in floating point."""
    batch = trial.batch()
    if not all(are_floating(batch.second)):
        skip("its targets are integers")
    if _is_constrained(batch.second):
        skip("its targets must sum to 1")
    _expect_alike(trial, evolve(batch, second=map_arrays(_whole, batch.second)), (*INTEGERS, np.bool_))


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def class_indices_of_any_integer_dtype_are_taken(trial: Trial) -> None:
    """Class indices of every integer dtype, unsigned ones too, give the same loss and gradient."""
    batch = trial.batch()
    if batch.second is None or any(are_floating(batch.second)):
        skip("its targets are no integers")
    if any(array.size and array.min() < 0 for _, array in named_arrays("target", batch.second)):
        skip("its targets may be negative")
    _expect_alike(trial, batch, INTEGERS)


@check("criterions", level="weakness", of=["criterion"], needs=RUNS)
def classes_out_of_range_are_refused(trial: Trial) -> None:
    """A class of -1, and one more than there are, is refused or ignored: -1 is not the last class.

    It is a weakness and no fault, as no right target has such a class.
    """
    batch = trial.batch()
    if not (isinstance(batch.input, np.ndarray) and isinstance(batch.second, np.ndarray)):
        skip("its input is a table")
    if batch.second.dtype.kind not in "iu" or batch.second.shape != batch.input.shape[:1] or batch.input.ndim != 2:
        skip("its targets are no class indices")
    for value in (-1, batch.input.shape[1]):
        target = copied(batch.second)
        target[-1] = value
        try:
            results = run(trial.fresh(), evolve(batch, second=target))
        except Exception:  # whichever it likes
            continue
        if np.any(results["gradInput"][-1] != 0):
            fail(
                f"class {value} of {batch.input.shape[1]}, {batch}: expected an error, or no gradient for its sample, "
                "it counts as another class"
            )


@check("criterions", level="weakness", of=["criterion"], needs=RUNS)
def the_dtype_of_the_target_does_not_matter(trial: Trial) -> None:
    """The gradient has the dtype of the input, whatever that of the target."""
    for dtype in (np.float32, np.float64):
        batch = trial.batch(dtype=dtype)
        floats = all(are_floating(batch.second))
        whole = map_arrays(_whole, batch.second)
        others = () if _is_constrained(batch.second) else dtypes_holding(whole, (np.int64, np.bool_))
        dtypes = (np.float32, np.float64, *others) if floats else dtypes_holding(batch.second, INTEGERS)
        for target_dtype in dtypes:
            target = as_dtype(whole if np.dtype(target_dtype).kind in "ib" and floats else batch.second, target_dtype)
            for name, array in run(trial.fresh(), Batch(batch.input, target)).items():
                if name != "loss" and is_floating(array) and array.dtype != dtype:
                    fail(
                        f"{name}, {batch}, target {describe(target)}: expected {np.dtype(dtype)}, "
                        f"received {array.dtype}; convert the target: target.astype(input.dtype)"
                    )


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def a_probability_of_zero_counts_nothing_elsewhere(trial: Trial) -> None:
    """A class of probability zero that is not the target leaves loss and gradient finite.

    A zero becomes minus infinity where the input is log-probabilities, and 0 times that is nan.
    """
    if trial.domain not in ("probability-input", "log-probability-input"):
        skip("its inputs are no probabilities")
    zero = 0.0 if trial.domain == "probability-input" else -np.inf
    for dtype in BOUNDARY_DTYPES:
        batch = trial.batch(dtype=dtype)
        changed = batch.copy()
        weights = _class_weights(changed.input, changed.second)
        if weights is None:
            skip("its targets do not name classes")
        changed.input[weights == 0] = zero
        _expect_finite(trial, changed, f"{batch} with {zero:g} for classes of weight 0")


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def a_certain_and_right_answer_is_finite(trial: Trial) -> None:
    """Inputs of exactly 0 and 1 that equal their targets leave loss and gradient finite."""
    if trial.domain != "unit-interval-input":
        skip("its inputs are not from 0 to 1")
    for dtype in BOUNDARY_DTYPES:
        batch = trial.batch(dtype=dtype)
        if structure(batch.input) != structure(batch.second):
            skip("its targets are not shaped as its inputs")
        certain = map_arrays(lambda array, to=dtype: (array > 0.5).astype(to), batch.second)
        _expect_finite(trial, Batch(copied(certain), certain), f"{batch} of zeros and ones as the target has them")


@check("criterions", level="wrong result", of=["criterion"], needs=RUNS)
def ignored_targets_add_nothing(trial: Trial) -> None:
    """A sample that the target ignores adds nothing to the loss, and has a gradient of zero.

    It is ignored if its weights are all zero, or its class is the criterion's ``ignore_index``.
    The mean may be over all samples, or over those that are not ignored, as PyTorch's.
    """
    batch = trial.batch()
    if samples(batch.input) < 2:
        skip("its batches have one sample")
    if not isinstance(batch.input, np.ndarray):
        skip("its targets cannot ignore a sample")
    criterion = trial.fresh()
    input, target = copied(batch.input), copied(batch.second)
    ignored, doubled = getattr(criterion, "ignore_index", None), None
    if isinstance(target, np.ndarray) and target.dtype.kind in "iu" and ignored is not None:
        target[0] = ignored
    elif trial.domain in ("probability-input", "log-probability-input") and _class_weights(input, target) is not None:
        if target.ndim < 2 or _is_constrained(target):
            skip("it has no ignore_index")
        target[0] *= 2
        doubled = run(trial.fresh(), Batch(input, target))
        target[0] = 0
    else:
        skip("its targets cannot ignore a sample")
    received = run(trial.fresh(), Batch(input, target))
    is_finite = all(np.isfinite(array).all() for array in received.values())
    if doubled is not None and is_finite and are_equal(doubled, run(trial.fresh(), batch)):
        skip("its targets are classes, each a row of zeros and a one, rather than weights")
    if np.any(received["gradInput"][0] != 0):
        fail(f"gradInput[0], {batch}: expected zeros for a sample that the target ignores")
    others = run(trial.fresh(), Batch(input[1:], target[1:]))
    share = (len(input) - 1) / len(input)
    expected = {"loss": others["loss"] * share, "gradInput": others["gradInput"] * share}
    rest = {"loss": received["loss"], "gradInput": received["gradInput"][1:]}
    if not are_equal(rest, others):
        expect_equal(rest, expected, f"where the target ignores the first sample, {batch}")


@check("criterions", level="weakness", of=["criterion"], needs=RUNS)
def a_batch_that_is_ignored_is_finite(trial: Trial) -> None:
    """Where the target ignores every sample the loss is finite, and the gradient zero: nothing is divided by none.

    Which class is ignored is found out from the integers among the attributes, whatever they are called.
    It is a weakness and no fault: the mean over no sample is nan in PyTorch too.
    """
    batch = trial.batch()
    if not isinstance(batch.second, np.ndarray) or batch.second.dtype.kind not in "iu" or samples(batch.input) < 2:
        skip("its targets cannot ignore a sample")
    for attribute, value in vars(trial.fresh()).items():
        if type(value) is int and _is_ignored(trial, batch, value):
            for name, array in run(trial.fresh(), evolve(batch, second=np.full_like(batch.second, value))).items():
                if not np.isfinite(array).all() or (name != "loss" and array.any()):
                    fail(f"{name}, {batch}, every target {attribute} = {value}: expected a finite loss and no gradient")
            return
    skip("its targets cannot ignore a sample")


def _expect_finite(trial: Trial, batch: Batch, where: str) -> None:
    for name, array in run(trial.fresh(), batch).items():
        if not np.isfinite(array).all():
            fail(f"{name}, {where}: expected finite numbers, received {array!r}")


def _is_ignored(trial: Trial, batch: Batch, value: int) -> bool:
    """Whether no sample of this class has a gradient, while others have; one alone may lie beyond a margin."""
    for index in range(len(batch.second)):
        target = copied(batch.second)
        try:
            target[index] = value
            gradInput = run(trial.fresh(), evolve(batch, second=target))["gradInput"]
        except Exception:  # it is no class
            return False
        if np.any(gradInput[index]) or not np.any(np.delete(gradInput, index, axis=0)):
            return False
    return True


def _expect_alike(trial: Trial, batch: Batch, dtypes: Iterable[Any]) -> None:
    """Expect the same results for a target in each of the dtypes that can hold it."""
    expected = run(trial.fresh(), batch)
    for dtype in dtypes_holding(batch.second, dtypes):
        converted = evolve(batch, second=as_dtype(batch.second, dtype))
        expect_equal(run(trial.fresh(), converted), expected, f"for a target of {np.dtype(dtype)}, {batch}")


def _is_constrained(target: Any) -> bool:
    """Whether targets are probabilities that are not all 0 or 1: numbers put in their places might be refused."""
    return any(
        is_floating(array) and array.ndim > 1 and np.allclose(array.sum(axis=-1), 1) and (array % 1 != 0).any()
        for _, array in named_arrays("", target)
    )


def _whole(array: Array) -> Array:
    """The target itself if its numbers are whole, as classes and signs are; else zeros and ones."""
    numbers = np.asarray(array, np.float64)
    return numbers if (numbers == np.round(numbers)).all() else (np.abs(numbers) > 0.5).astype(np.float64)


def _class_weights(input: Any, target: Any) -> Array | None:
    """The weight of each class for each sample, where the target is such weights or class indices; None elsewhere.

    What is negative is no weight: logarithms of probabilities, of which 0 is the largest.
    """
    if not (isinstance(input, np.ndarray) and isinstance(target, np.ndarray) and input.ndim == 2):
        return None
    if target.shape == input.shape:
        return None if (target < 0).any() else target
    if target.shape == input.shape[:1] and target.dtype.kind in "iu":
        weights = np.zeros(input.shape)
        weights[np.arange(len(input)), target] = 1
        return weights
    return None
