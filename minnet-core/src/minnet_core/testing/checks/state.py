"""What a component remembers of earlier passes: nothing but its parameters, buffers and plain attributes."""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from typing import Any

import numpy as np

from ...state import align_generators
from ..check import check, fail
from ..numerics import are_equal, expect_equal, map_arrays, named_arrays, samples
from ..passes import Batch, backward, copy_state, forward, forward_backward, gradients, held_arrays, run, zero
from ..trial import Trial
from .protocol import RUNS


@check("state", level="wrong result", needs=RUNS)
def other_batches_leave_no_trace(trial: Trial) -> None:
    """Results after other batches are those of a component that has the same state and has seen none."""
    for mode, used, batch in trial.per_mode():
        for other in trial.batches(mode):
            forward_backward(used, other)
        _expect_as_unused(trial, mode, used, batch, "after other batches")


@check("state", level="wrong result", needs=[*RUNS, "gradInput_has_the_shape_of_input"])
def a_smaller_batch_is_not_mixed_with_a_larger_one(trial: Trial) -> None:
    """Results of a batch do not depend on a larger one before it, or on a smaller one."""
    for mode, used, batch in trial.per_mode():
        larger = batch.repeated(2, "doubled")
        forward_backward(used, larger)
        _expect_as_unused(trial, mode, used, batch, "after a larger batch")
        _expect_as_unused(trial, mode, used, larger, "after a smaller batch")


@check("state", level="wrong result", needs=RUNS)
def a_refilled_input_is_read_again(trial: Trial) -> None:
    """New numbers in the array of the last pass are seen: nothing recognizes an array by its identity."""
    for mode, used, first in trial.per_mode():
        reused, second = first.copy(), trial.batch(mode)
        forward_backward(used, reused)
        map_arrays(np.copyto, reused.input, second.input)
        map_arrays(np.copyto, reused.second, second.second)
        _expect_as_unused(trial, mode, used, reused, "in the array of the batch before")


@check("state", level="wrong result", needs=RUNS)
def two_components_share_nothing(trial: Trial) -> None:
    """Two components made by the same call have no array in common, and do not disturb each other."""
    one, other = trial.case.build(), trial.case.build()
    for name, array in held_arrays(one).items():
        for other_name, another in held_arrays(other).items():
            writeable = array.flags.writeable or another.flags.writeable  # else it is a constant
            if writeable and np.shares_memory(array, another):
                fail(f"{name}: shares memory with {other_name} of another component made by the same call")
    if trial.kind == "layer":
        for made in (one, other):
            made.astype(np.float64)
    batches = trial.batch(), trial.batch()
    alone = [run(copy.deepcopy(made), batch) for made, batch in zip((one, other), batches, strict=True)]
    for made in (one, other):
        zero(made)
    outputs = [map_arrays(np.array, forward(made, batch)) for made, batch in zip((one, other), batches, strict=True)]
    for index, (made, batch) in enumerate(zip((one, other), batches, strict=True)):
        received = dict(named_arrays("output" if trial.kind == "layer" else "loss", outputs[index]))
        received.update(named_arrays("gradInput", backward(made, batch)))
        received.update(gradients(made))
        expect_equal(received, alone[index], "of a component used by turns with another", rtol=1e-6)


@check("state", level="weakness", needs=RUNS)
def the_program_is_left_alone(trial: Trial) -> None:
    """Making a component and running it print nothing, and change no setting of NumPy or of warnings."""
    batch, printed = trial.batch(), io.StringIO()
    with (
        warnings.catch_warnings(record=True),  # a component may warn; it may not silence others
        np.errstate(over="warn", divide="warn", invalid="warn"),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("default")
        before = _settings()
        component = trial.case.build()
        if trial.kind == "layer":
            component.astype(np.float64)
        forward_backward(component, batch)
        for name, setting in _settings().items():
            if setting != before[name]:
                fail(f"{name}: expected {before[name]} after a pass, received {setting}")
    if printed.getvalue():
        fail(f"a pass: expected nothing to be printed, received {printed.getvalue()[:80]!r}")


def _expect_as_unused(trial: Trial, mode: str, used: Any, batch: Batch, when: str) -> None:
    """Expect the results of a component that has seen no batch; one that has the same state, if that matters."""
    unused = trial.fresh(mode)
    align_generators(used, unused)
    try:
        received, expected = run(used, batch), run(unused, batch)
    except ValueError as error:
        error.add_note(f"{when}, {mode} mode: something is kept of that batch, such as a mask")
        raise
    if mode == "train" and not are_equal(received, expected):
        unused = trial.fresh(mode)
        copy_state(used, unused)
        received, expected = run(copy.deepcopy(used), batch), run(unused, batch)
    expect_equal(received, expected, f"{when}, {mode} mode, {batch} of {samples(batch.input)} samples")


def _settings() -> dict[str, Any]:
    return {
        "np.geterr()": np.geterr(),
        "np.get_printoptions()": repr(np.get_printoptions()),
        "warnings.filters": list(warnings.filters),
    }
