"""Training and evaluation: what sets the mode, and what evaluation leaves alone."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...nn import Array, children, walk
from ...state import align_generators
from ..check import check, fail, skip
from ..numerics import copied, expect_equal, expect_same, map_arrays, named_arrays, rows
from ..passes import Batch, backward, forward, forward_backward, held_arrays, lasting, run
from ..trial import Trial
from .protocol import RUNS, single_samples

NEAR = 0.02
"""How near evaluation must come to training, relative to the largest output."""


@check("state", level="wrong result", of=["layer"], needs=["is_made"])
def modes_reach_every_module(trial: Trial) -> None:
    """A new component is in training mode; ``train()`` and ``evaluate()`` set it, and every module inside."""
    component = trial.case.build()
    sequence = ((None, True), ("evaluate", False), ("evaluate", False), ("train", True), ("train", True))
    for method, expected in (*sequence, ("evaluate", False)):
        if method:
            getattr(component, method)()
        for name, module in walk(component):
            if module.training is not expected:
                what = f"module {name}" if name else "the component"
                when = f"after {method}()" if method else "when it is new"
                fail(f"training of {what} {when}: expected {expected}, received {module.training!r}")


@check("state", level="wrong result", of=["layer"], needs=["modes_reach_every_module", *RUNS])
def changing_the_mode_changes_nothing_else(trial: Trial) -> None:
    """``train()`` and ``evaluate()`` leave parameters, gradients, buffers and generators as they are."""
    component, batch = trial.fresh(), trial.batch()
    forward_backward(component, batch)
    before = lasting(component)
    for method in ("evaluate", "train"):
        getattr(component, method)()
        expect_equal(lasting(component), before, f"after {method}()", rtol=0)


@check("state", level="wrong result", of=["layer"], needs=RUNS)
def training_goes_on_after_evaluation(trial: Trial) -> None:
    """A training pass gives the same whether or not there was evaluation before it."""
    batch, other = trial.batch(), trial.batch("evaluate")
    trained = trial.fresh()
    forward_backward(trained, batch)
    interrupted = copy.deepcopy(trained)
    interrupted.evaluate()
    forward_backward(interrupted, other)
    interrupted.train()
    align_generators(interrupted, trained)
    expect_equal(run(interrupted, batch), run(trained, batch), "of training after evaluation")


@check("state", level="wrong result", of=["layer"], needs=RUNS)
def evaluation_is_deterministic(trial: Trial) -> None:
    """In evaluation mode the same input gives the same results, bit for bit."""
    component, batch = trial.fresh("evaluate"), trial.batch("evaluate")
    first = copied(component.forward(batch.input))
    for _ in range(3):
        again = component.forward(batch.input)
        expect_same("output", again, first, "of the same input once more, evaluate mode")


@check("state", level="wrong result", of=["layer"], needs=RUNS)
def evaluation_changes_nothing(trial: Trial) -> None:
    """Passes in evaluation mode change no parameter, buffer or generator, and not what later passes give.

    Neither do they where there was no training before.
    """
    component, batch = trial.fresh("evaluate"), trial.batch("evaluate")
    first = run(component, batch)
    before = lasting(component)
    for other in trial.batches("evaluate"):
        run(component, other)
    run(component, batch)
    expect_equal(lasting(component), before, "after passes in evaluation mode", rtol=0)
    expect_equal(run(component, batch), first, "after other passes in evaluation mode")
    untrained = trial.fresh()
    untrained.evaluate()
    first = run(copy.deepcopy(untrained), batch)
    shapes = {name: array.shape for name, array in held_arrays(untrained).items()}
    for other in trial.batches("evaluate"):
        run(untrained, other)
    expect_equal(run(untrained, batch), first, "after other passes in evaluation mode, before any training")
    for name, array in held_arrays(untrained).items():
        if array.shape != shapes.get(name, array.shape):
            fail(
                f"{name}, after passes in evaluation mode, before any training: expected shape {shapes[name]}, "
                f"received {array.shape}; it is cut to the input, and the next may be longer"
            )


@check("state", level="wrong result", of=["layer"], needs=["evaluates_before_training", *RUNS])
def only_forward_moves_statistics(trial: Trial) -> None:
    """A training backward changes nothing that evaluation gives, and one over a single sample leaves that finite."""
    component, batch, other = trial.fresh(), trial.batch(), trial.batch("evaluate")
    for trained in (trial.batch(), batch):  # so that the statistics are not those of one batch, which do not move
        forward(component, trained)
    expected = _evaluated(component, other)
    backward(component, batch)
    expect_same("output", _evaluated(component, other), expected, "in evaluate mode, after backward", rtol=1e-9)
    for single in single_samples(trial, "train"):
        forward_backward(component, single)
        for name, array in named_arrays("output", _evaluated(component, other)):
            if not np.isfinite(array).all():
                fail(f"{name}, evaluate mode, after training on one sample: expected finite numbers, received {array}")


@check("state", level="wrong result", of=["layer"], needs=["forward_runs"])
def evaluates_before_training(trial: Trial) -> None:
    """A component that was never trained can be evaluated, and gives finite numbers."""
    for dtype in (np.float64, np.float32):
        component = trial.fresh(dtype=dtype)
        component.evaluate()
        for name, array in named_arrays("output", component.forward(trial.draw_input(dtype))):
            if not np.isfinite(array).all():
                fail(f"{name}, evaluate mode before any training: expected finite numbers, received nan or infinity")


@check("state", level="wrong result", of=["layer"], needs=["evaluates_before_training", *RUNS])
def evaluation_follows_training(trial: Trial) -> None:
    """Where training uses the statistics of a batch, evaluation comes to give the same after many passes over it.

    A single sample is then evaluated as it is in the batch.
    """
    if not {"batch-coupled", "train-differs"} <= trial.traits or trial.is_stochastic or "changes-mean" in trial.traits:
        skip("it keeps no statistics of batches")
    component, drawn = trial.fresh(), trial.batch()
    batch = Batch(map_arrays(lambda array: np.concatenate([3 * array + 2] * 32), drawn.input), None, "repeated")
    distances = []
    for passes in (100, 100, 200, 400, 800):
        for _ in range(passes):
            output = forward(component, batch)
        evaluated = copy.deepcopy(component)
        evaluated.evaluate()
        results = copied(forward(evaluated, batch))
        pairs = zip(named_arrays("", results), named_arrays("", output), strict=True)
        distances.append(max(_distance(array, trained) for (_, array), (_, trained) in pairs))
        if distances[-1] < NEAR:
            break
    else:
        if not distances[-1] < 0.7 * distances[-2]:  # slow statistics may still be on their way
            fail(
                f"output, evaluate mode, after 1600 training passes over one batch: expected to come near the training "
                f"output, it is {distances[-1]:.3g} of the largest number away, and was {distances[-2]:.3g} before"
            )
    if not dict(children(component)):
        single = forward(evaluated, Batch(rows(batch.input, slice(0, 1)), None))
        expect_same("output", single, rows(results, slice(0, 1)), "of a single sample, evaluate mode", rtol=1e-9)


@check("state", level="wrong result", of=["layer"], needs=RUNS)
def clearState_forgets_only_results(trial: Trial) -> None:
    """``clearState`` forgets ``output`` and ``gradInput``, changes nothing else, and returns the component.

    That it forgets too little is a weakness, as is what it returns; too much is a state that is lost.
    """
    for mode, component, batch in trial.per_mode():
        forward_backward(component, batch)
        kept, before = copy.deepcopy(component), lasting(component)
        returned = component.clearState()
        if component.output is not None or component.gradInput is not None:
            fail(f"clearState(), {mode} mode: expected output and gradInput to be None after it", level="weakness")
        if returned is not component:
            fail(
                f"clearState(), {mode} mode: expected the component to be returned, received {returned!r}",
                level="weakness",
            )
        expect_equal(lasting(component), before, f"after clearState(), {mode} mode", rtol=0)
        expect_equal(run(component, batch), run(kept, batch), f"after clearState(), {mode} mode")


def _evaluated(component: Any, batch: Batch) -> Any:
    evaluated = copy.deepcopy(component)
    evaluated.evaluate()
    return copied(forward(evaluated, batch))


def _distance(array: Array, other: Array) -> float:
    return float(np.abs(array - other).max(initial=0) / max(np.abs(other).max(initial=0), 1e-12))
