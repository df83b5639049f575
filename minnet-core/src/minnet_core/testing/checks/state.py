"""What a component remembers: nothing but its parameters, buffers, plain attributes and generators."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...errors import ConfigError
from ...model_files import load, save
from ...registries import layers
from ...tree import walk
from ..check import check, fail, skip
from ..comparison import are_equal, expect_equal
from ..state import buffers, copy_state
from ..tensors import map_arrays, named_arrays, samples, stacked
from ..trial import (
    Batch,
    Trial,
    align_generators,
    backward,
    forward,
    generator_states,
    gradients,
    parameters,
    run,
)
from .protocol import RUNS


@check("state", needs=RUNS)
def other_batches_leave_no_trace(trial: Trial) -> None:
    """Results after other batches are those of a component that has the same state and has seen none."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        used = trial.fresh(mode)
        for other in trial.batches(mode):
            forward(used, other)
            backward(used, other)
        _expect_as_unused(trial, mode, used, batch, "after other batches")


@check("state", needs=RUNS)
def a_smaller_batch_is_not_mixed_with_a_larger_one(trial: Trial) -> None:
    """Results of a batch do not depend on a larger one before it, or on a smaller one."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        larger = Batch(stacked(batch.input, batch.input), stacked(batch.second, batch.second), "doubled")
        used = trial.fresh(mode)
        forward(used, larger)
        backward(used, larger)
        _expect_as_unused(trial, mode, used, batch, "after a larger batch")
        _expect_as_unused(trial, mode, used, larger, "after a smaller batch")


@check("state", needs=RUNS)
def a_refilled_input_is_read_again(trial: Trial) -> None:
    """New numbers in the array of the last pass are seen: nothing recognizes an array by its identity."""
    for mode in trial.modes:
        first, second = trial.batch(mode), trial.batch(mode)
        reused, used = first.copy(), trial.fresh(mode)
        forward(used, reused)
        backward(used, reused)
        for mine, new in ((reused.input, second.input), (reused.second, second.second)):
            for (_, array), (_, numbers) in zip(named_arrays("", mine), named_arrays("", new), strict=True):
                array[...] = numbers
        _expect_as_unused(trial, mode, used, reused, "in the array of the batch before")


@check("state", needs=RUNS)
def two_components_share_nothing(trial: Trial) -> None:
    """Two components made by the same call have no array in common, and do not disturb each other."""
    one, other = trial.case.build(), trial.case.build()
    arrays = [{**parameters(made), **gradients(made), **buffers(made)} for made in (one, other)]
    for name, mine in arrays[0].items():
        for other_name, its in arrays[1].items():
            if mine.size and np.may_share_memory(mine, its) and np.shares_memory(mine, its):
                fail(f"{name}: shares memory with {other_name} of another component made by the same call")
    batches = trial.batch(), trial.batch()
    alone = [run(copy.deepcopy(made), batch) for made, batch in zip((one, other), batches, strict=True)]
    for made in (one, other):
        for array in gradients(made).values():
            array.fill(0)
    outputs = [map_arrays(np.array, forward(made, batch)) for made, batch in zip((one, other), batches, strict=True)]
    for index, (made, batch) in enumerate(zip((one, other), batches, strict=True)):
        received = dict(named_arrays("output" if trial.kind == "layer" else "loss", outputs[index]))
        received.update(named_arrays("gradInput", backward(made, batch)))
        received.update(gradients(made))
        expect_equal(received, alone[index], "of a component used by turns with another", rtol=1e-6)


@check("state", needs=RUNS)
def copies_are_equal_and_independent(trial: Trial) -> None:
    """``copy.deepcopy`` and ``clone`` give a component that computes the same, and shares nothing with the original."""
    ways: dict[str, Callable[[Any], Any]] = {"copy.deepcopy": copy.deepcopy}
    if trial.kind == "layer":
        ways["clone()"] = lambda component: component.clone()
    for way, copied in ways.items():
        for mode in trial.modes:
            _expect_independent_copy(trial, mode, way, copied)


@check("state", needs=RUNS)
def pickling_gives_an_equal_component(trial: Trial) -> None:
    """A component that has run survives pickle, as multiprocessing and joblib need it."""
    for mode in trial.modes:
        component, batch = trial.fresh(mode), trial.batch(mode)
        forward(component, batch)
        _skip_unimportable(component)
        twin = pickle.loads(pickle.dumps(component))
        expect_equal(run(twin, batch), run(component, batch), f"of an unpickled component, {mode} mode", rtol=0)


@check("state", of=["layer"], needs=[*RUNS, "parameters_and_gradients_align"])
def saving_and_loading_gives_an_equal_component(trial: Trial) -> None:
    """A model file brings back a component that computes the same, in evaluation and in training."""
    component, batch = trial.fresh(), trial.batch()
    for array in parameters(component).values():
        array += trial.rng.standard_normal(array.shape)
    forward(component, batch)
    backward(component, batch)
    component.evaluate()
    with TemporaryDirectory() as folder:
        try:
            path = save(component, Path(folder) / "model.safetensors")
        except ConfigError as error:
            skip(f"its arguments cannot be written down: {error}")
        loaded = _load(path, component)
    align_generators(loaded, component)
    for mode in ("evaluate", "train"):
        batch = trial.batch(mode)
        for made in (component, loaded):
            getattr(made, mode)()
        expect_equal(
            run(copy.deepcopy(loaded), batch),
            run(copy.deepcopy(component), batch),
            f"of a saved and loaded component, {mode} mode",
            rtol=0,
        )


@check("state", of=["layer"], needs=["is_made"])
def modes_reach_every_module(trial: Trial) -> None:
    """A new component is in training mode; ``train()`` and ``evaluate()`` set it, and every module inside."""
    component = trial.case.build()
    for method, expected in ((None, True), ("evaluate", False), ("train", True), ("evaluate", False)):
        if method:
            getattr(component, method)()
        for name, module in walk(component):
            if module.training is not expected:
                what = f"module {name}" if name else "the component"
                when = f"after {method}()" if method else "when it is new"
                fail(f"training of {what} {when}: expected {expected}, received {module.training!r}")


@check("state", of=["layer"], needs=RUNS)
def evaluation_is_deterministic(trial: Trial) -> None:
    """In evaluation mode the same input gives the same results, bit for bit."""
    component, batch = trial.fresh("evaluate"), trial.batch("evaluate")
    first = component.forward(batch.input)
    first = dict(named_arrays("output", map_arrays(np.array, first)))
    for _ in range(3):
        again = dict(named_arrays("output", component.forward(batch.input)))
        expect_equal(again, first, "of the same input once more, evaluate mode", rtol=0)


@check("state", of=["layer"], needs=RUNS)
def evaluation_changes_nothing(trial: Trial) -> None:
    """Passes in evaluation mode change no parameter, buffer or generator, and not what later passes give."""
    component, batch = trial.fresh("evaluate"), trial.batch("evaluate")
    before = _lasting(component)
    first = run(component, batch)
    for other in trial.batches("evaluate"):
        forward(component, other)
        backward(component, other)
    expect_equal(_lasting(component), before, "after passes in evaluation mode", rtol=0)
    expect_equal(run(component, batch), first, "after other passes in evaluation mode")


@check("state", of=["layer"], needs=["forward_runs"])
def evaluates_before_training(trial: Trial) -> None:
    """A component that was never trained can be evaluated, and gives finite numbers."""
    component = trial.fresh()
    component.evaluate()
    for name, array in named_arrays("output", component.forward(trial.draw_input())):
        if not np.isfinite(array).all():
            fail(f"{name}, evaluate mode before any training: expected finite numbers, received nan or infinity")


@check("state", of=["layer"], needs=RUNS)
def clearState_forgets_only_results(trial: Trial) -> None:
    """``clearState`` forgets ``output`` and ``gradInput``, and changes nothing that later passes give."""
    for mode in trial.modes:
        component, batch = trial.fresh(mode), trial.batch(mode)
        forward(component, batch)
        backward(component, batch)
        kept = copy.deepcopy(component)
        component.clearState()
        if component.output is not None or component.gradInput is not None:
            fail(f"clearState(), {mode} mode: expected output and gradInput to be None after it")
        expect_equal(run(component, batch), run(kept, batch), f"after clearState(), {mode} mode")


def _expect_as_unused(trial: Trial, mode: str, used: Any, batch: Batch, when: str) -> None:
    """Expect the results of a component that has seen no batch; one that has the same state, if that matters."""
    unused = trial.fresh(mode)
    align_generators(used, unused)
    received = run(used, batch)
    expected = run(unused, batch)
    if are_equal(received, expected):
        return
    if mode == "train":
        unused = trial.fresh(mode)
        copy_state(used, unused)
        again = copy.deepcopy(used)
        received, expected = run(again, batch), run(unused, batch)
    expect_equal(received, expected, f"{when}, {mode} mode, {batch} of {samples(batch.input)} samples")


def _expect_independent_copy(trial: Trial, mode: str, way: str, copied: Callable[[Any], Any]) -> None:
    original, batch = trial.fresh(mode), trial.batch(mode)
    forward(original, batch)
    twin, untouched = copied(original), copy.deepcopy(original)
    if twin is original:
        fail(f"{way}, {mode} mode: expected another component, received the original itself")
    arrays = [{**parameters(made), **gradients(made), **buffers(made)} for made in (original, twin)]
    for name, mine in arrays[0].items():
        its = arrays[1].get(name)
        if its is not None and mine.size and np.shares_memory(mine, its):
            fail(f"{way}, {mode} mode: {name} of the copy is the memory of the original's")
    expected = run(untouched, batch)
    for array in parameters(twin).values():
        array += 1
    other = trial.batch(mode)
    for _ in range(2):
        forward(twin, other)
        backward(twin, other)
    expect_equal(run(original, batch), expected, f"after its copy by {way} was used, {mode} mode")
    if original is not twin:
        again = copied(trial.fresh(mode))
        expect_equal(run(again, batch), run(trial.fresh(mode), batch), f"of a copy by {way}, {mode} mode", rtol=0)


def _skip_unimportable(component: Any) -> None:
    modules = [module for _, module in walk(component)] if hasattr(component, "updateOutput") else [component]
    for cls in map(type, modules):
        found: Any = sys.modules.get(cls.__module__)
        for step in cls.__qualname__.split("."):
            found = getattr(found, step, None)
        if found is not cls:
            skip(f"pickle finds classes by their names, and {cls.__qualname__} is not where its name says")


def _load(path: Path, component: Any) -> Any:
    """Load a model file, whoever has registered the classes in it."""
    from contextlib import ExitStack

    from ...config import component_name

    with ExitStack() as stack:
        for _, module in walk(component):
            stack.enter_context(layers.override(component_name(type(module)), type(module)))
        return load(path)


def _lasting(component: Any) -> dict[str, Any]:
    declared = {place: array.copy() for place, array in buffers(component).items() if _is_declared(component, place)}
    states = {f"generator {index}": np.array(text) for index, text in enumerate(generator_states(component))}
    return {**{name: array.copy() for name, array in parameters(component).items()}, **declared, **states}


def _is_declared(component: Any, name: str) -> bool:
    owner, _, attribute = name.rpartition(".")
    return attribute in dict(walk(component))[owner].BUFFERS if owner in dict(walk(component)) else False
