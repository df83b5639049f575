"""What every component does when it is called: cheap, and run before all others."""

from __future__ import annotations

import copy
from contextlib import suppress
from numbers import Real
from typing import Any
from unittest import SkipTest

import numpy as np
from attrs import evolve

from ...nn import definition_depth, describe
from ..cases import Bend
from ..check import check, fail, skip
from ..numerics import are_floating, copied, expect_equal, expect_same, is_floating, named_arrays, structure
from ..passes import Batch, backward, forward, forward_backward, gradients, parts, run, zero
from ..trial import Trial

CALLED = ("forward_runs", "backward_runs")
"""What a component must do before anything can be asked of its results."""

RUNS = (*CALLED, "arguments_are_not_written_to", "parameters_and_gradients_align")
"""What it must do before results of several passes can be compared."""

SLOPES = ("gradInput_is_the_slope", "parameter_gradients_are_the_slopes")
"""One cause, one failure: where a gradient is wrong for usual inputs, what follows from it is skipped."""


@check("protocol", level="wrong result", of=())
def is_made(trial: Trial) -> None:
    """There is something to check: its class can be loaded, says how to try it, and makes a component."""
    trial.case.build()


@check("protocol", level="wrong result", of=(), needs=["is_made"])
def can_be_copied(trial: Trial) -> None:
    """``copy.deepcopy`` takes a new component; the kit works on such copies."""
    copy.deepcopy(trial.case.build())


@check("protocol", level="weakness", of=(), needs=["is_made"])
def has_a_repr(trial: Trial) -> None:
    """A component can be printed before anything has run, and after."""
    component = trial.case.build()
    repr(component)
    if trial.kind in ("layer", "criterion"):
        with suppress(Exception):  # another check tells of what is wrong with a pass
            forward(component, _drawn(trial, trial.case.shapes[0]))
        repr(component)


@check("protocol", level="wrong result", needs=["can_be_copied"])
def forward_runs(trial: Trial) -> None:
    """Forward takes an input of every shape of the case, in float64, and gives arrays, or a number if it is a loss."""
    for shape in trial.case.shapes:
        component = trial.fresh()
        output = forward(component, _drawn(trial, shape))
        if output is None and component.output is not None:
            fail(
                "forward: expected an array, received NoneType: updateOutput stores self.output, but does not return it"
            )
        if trial.kind == "layer":
            _expect_arrays("forward", output)
        elif not isinstance(output, Real) and np.ndim(output):
            fail(
                f"forward: expected a number, received {describe(output)}: the loss is the mean over the batch, "
                "not a number for each sample"
            )


@check("protocol", level="wrong result", needs=["forward_runs"])
def backward_runs(trial: Trial) -> None:
    """Backward runs after forward, for an input of every shape of the case."""
    for batch in trial.batches():
        component = trial.fresh()
        gradInput = forward_backward(component, batch)
        if not trial.takes_integers:
            if gradInput is None and component.updateGradInput(batch.input, batch.second) is not None:
                fail(
                    "backward: expected an array, received NoneType: updateGradInput returns an array, "
                    "but self.gradInput is None; store it there too"
                )
            _expect_arrays("backward", gradInput, optional=not all(are_floating(batch.input)))


@check("protocol", level="wrong result", of=["layer"], needs=["forward_runs"])
def output_is_stored(trial: Trial) -> None:
    """Forward stores as ``output`` what it returns."""
    for mode in trial.modes:
        component = trial.fresh(mode)
        output = forward(component, _drawn(trial, trial.case.shapes[0]))
        _expect_stored("output", component.output, output, f"{mode} mode")


@check("protocol", level="wrong result", of=["criterion"], needs=["forward_runs"])
def loss_is_stored(trial: Trial) -> None:
    """Forward stores as ``output`` the loss that it returns."""
    component = trial.fresh()
    loss = forward(component, _drawn(trial, trial.case.shapes[0]))
    _expect_stored("output", component.output, loss, "forward")


@check("protocol", level="wrong result", needs=CALLED)
def gradInput_is_stored(trial: Trial) -> None:
    """Backward stores as ``gradInput`` what it returns."""
    for mode, component, batch in trial.per_mode():
        gradInput = forward_backward(component, batch)
        if gradInput is not None or not trial.takes_integers:
            _expect_stored("gradInput", component.gradInput, gradInput, f"{mode} mode")


@check("protocol", level="wrong result", needs=CALLED)
def gradInput_has_the_shape_of_input(trial: Trial) -> None:
    """The gradient with respect to the input has its shape, for every shape of the case, in both modes."""
    earlier = structure(trial.draw_input(shape=trial.case.shapes[0]))  # which evaluated components have seen
    for mode in trial.modes:
        for batch in (*trial.batches(mode), *single_samples(trial, mode)):
            gradInput = forward_backward(trial.fresh(mode), batch)
            if gradInput is None and trial.takes_integers:
                continue
            received, expected = structure(gradInput), structure(batch.input)
            if _without_integers(received, batch.input) != _without_integers(expected, batch.input):
                hint = (
                    ""
                    if mode == "train" or received != earlier
                    else (", that of the batch before: something is kept of it, such as a mask")
                )
                fail(f"gradInput, {mode} mode, {batch}: expected shape {expected}, received {received}{hint}")


@check("protocol", level="wrong result", of=["layer"], needs=RUNS)
def separate_calls_equal_backward(trial: Trial) -> None:
    """``updateGradInput`` and ``accGradParameters``, called one after the other, do what backward does."""
    _expect_as_backward(trial, ("updateGradInput", "accGradParameters"), "of separate calls")


@check("protocol", level="wrong result", of=["layer"], needs=[*RUNS, "separate_calls_equal_backward"])
def accGradParameters_leaves_updateGradInput_as_it_was(trial: Trial) -> None:
    """``updateGradInput`` gives the same before and after ``accGradParameters``: neither uses the other's things up."""
    methods = ("updateGradInput", "accGradParameters", "updateGradInput")
    _expect_as_backward(trial, methods, "of updateGradInput, accGradParameters and updateGradInput once more")


@check("protocol", level="wrong result", needs=RUNS)
def backward_twice_gives_the_same(trial: Trial) -> None:
    """A second backward after one forward gives the same ``gradInput``: the first has used nothing up."""
    for mode, component, batch in trial.per_mode():
        forward(component, batch)
        first = copied(backward(component, batch))
        second = backward(component, batch)
        expect_same("gradInput", second, first, f"of a second backward, {mode} mode, {batch}", rtol=1e-9)


@check("protocol", level="wrong result", of=["layer"], needs=RUNS)
def backward_reads_every_gradOutput(trial: Trial) -> None:
    """Another gradOutput after one forward gives its own gradients: nothing is kept from the backward before."""
    for mode, component, batch in trial.per_mode():
        other = evolve(batch, second=trial.gradOutput(batch.second))
        expected = run(copy.deepcopy(component), other)
        forward_backward(component, batch)
        zero(component)
        received = _backward_results(component, backward(component, other))
        expect_equal(received, only_gradients(expected), f"of a second gradOutput, {mode} mode")


def _expect_as_backward(trial: Trial, methods: tuple[str, ...], where: str) -> None:
    """Expect methods, called one after the other, to do what backward does."""
    component = trial.fresh()
    if defines_backward_itself(component):
        skip("it defines backward itself")
    if methods.count("updateGradInput") > 1 and not gradients(component):
        skip("it has no parameters")
    batch = trial.batch()
    expected = run(copy.deepcopy(component), batch)
    zero(component)
    forward(component, batch)
    gradInput = None
    for method in methods:
        returned = getattr(component, method)(batch.input, batch.second)
        if method == "updateGradInput":
            gradInput = copied(returned)
        elif gradInput is not None and component.gradInput is not None:
            where = f"after {method}, which must leave it as updateGradInput computed it"
            expect_same("self.gradInput", component.gradInput, gradInput, where)
    expect_equal(_backward_results(component, gradInput), only_gradients(expected), where)


def single_samples(trial: Trial, mode: str) -> list[Batch]:
    """A batch of one sample; none if the component, which couples samples, refuses it."""
    try:
        return [trial.single(mode)]
    except SkipTest:
        return []


def _drawn(trial: Trial, shape: Any) -> Batch:
    """A batch for a forward pass alone."""
    target = trial.case.draw_target(trial.rng, np.float64, shape) if trial.kind == "criterion" else None
    return Batch(trial.draw_input(shape=shape), target)


def _expect_arrays(what: str, tensor: Any, *, optional: bool = False) -> None:
    if isinstance(tensor, tuple) and tensor:
        for part in tensor:
            _expect_arrays(what, part, optional=optional)
    elif not isinstance(tensor, np.ndarray) and not (optional and tensor is None):
        fail(f"{what}: expected an array, or a tuple of arrays, received {describe(tensor)}")
    elif tensor is not None and not np.ndim(tensor):
        fail(f"{what}: expected an array whose first axis is the batch, received one number")


def _expect_stored(name: str, stored: Any, returned: Any, where: str) -> None:
    if stored is None:
        fail(f"{name}, {where}: expected what is returned to be stored, received None in the attribute")
    if structure(stored) != structure(returned):
        fail(f"{name}, {where}: expected {describe(returned)} as returned, received {describe(stored)}")
    expect_same(name, stored, returned, f"in the attribute, {where}")


def _without_integers(shapes: Any, tensor: Any) -> Any:
    """The shapes of the floating arrays; those of integers do not matter, as nothing can be differentiated there."""
    if isinstance(tensor, tuple):
        if not isinstance(shapes, tuple) or len(shapes) != len(tensor):
            return shapes
        return tuple(map(_without_integers, shapes, tensor))
    return shapes if is_floating(np.asarray(tensor)) else None


def defines_backward_itself(component: Any) -> bool:
    """Whether a class defines ``backward`` without the two methods that it usually calls, as notebooks do."""
    cls = type(component)
    return definition_depth(cls, "backward") < definition_depth(cls, "updateGradInput")


def _backward_results(component: Any, gradInput: Any) -> dict[str, Any]:
    return {**dict(named_arrays("gradInput", gradInput)), **gradients(component)}


def skip_unlisted(trial: Trial) -> None:
    """Skip where the kit has put modules into a list of another name than a config knows."""
    if not hasattr(trial.prototype, "modules") and any(type(part) is Bend for part in parts(trial.prototype)):
        skip("it was made without modules, and a config holds only those that were added to a list called modules")


def only_gradients(results: dict[str, Any]) -> dict[str, Any]:
    """Of the results of `run` those of backward."""
    return {name: array for name, array in results.items() if name.startswith("grad")}
