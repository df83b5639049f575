"""Copies of every kind: equal to the original, and independent of it."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...errors import ConfigError
from ...nn import Module, walk
from ...registry import layers
from ...saving import component_name, load, save
from ...state import align_generators
from ..check import check, fail, skip
from ..numerics import expect_equal
from ..passes import forward, forward_backward, held_arrays, lasting, parameters, parts, run
from ..trial import Trial
from .protocol import RUNS, skip_unlisted

GROWTH = 200
"""By how many bytes a component may grow in two hundred passes: a counter's digits."""


@check("state", level="wrong result", needs=RUNS)
def copies_are_equal_and_independent(trial: Trial) -> None:
    """``copy.deepcopy`` and ``clone`` give a component that computes the same, and shares nothing with the original."""
    ways: dict[str, Callable[[Any], Any]] = {"copy.deepcopy": copy.deepcopy}
    if trial.kind == "layer":
        ways["clone()"] = lambda component: component.clone()
    for way, copied in ways.items():
        for mode in trial.modes:
            original = _used(trial, mode)
            twin = copied(original)
            if twin is original:
                fail(f"{way}, {mode} mode: expected another component, received the original itself")
            held = held_arrays(twin)
            for name, array in held_arrays(original).items():
                if name in held and np.shares_memory(array, held[name]):
                    fail(f"{way}, {mode} mode: {name} of the copy is the memory of the original's")
            _expect_equal_copy(trial, mode, original, twin, f"of a copy by {way}")


@check("state", level="wrong result", needs=RUNS)
def pickling_gives_an_equal_component(trial: Trial) -> None:
    """A component that has run survives pickle, as multiprocessing and joblib need it.

    One that pickle refuses is weak; one that comes back as another is wrong.
    """
    for mode in trial.modes:
        component = _used(trial, mode)
        _skip_unimportable(component)
        try:
            pickled = pickle.dumps(component)
        except Exception as error:  # whatever pickle, or what it asks, raises
            fail(f"pickle.dumps, {mode} mode: raised {type(error).__name__}: {error}", level="weakness")
        _expect_equal_copy(trial, mode, component, pickle.loads(pickled), "of an unpickled component")


@check("state", level="weakness", needs=["pickling_gives_an_equal_component"])
def passes_leave_nothing_behind(trial: Trial) -> None:
    """A component does not grow with the number of passes: nothing collects what went through it."""
    component, batch = trial.fresh(), trial.batch()
    _skip_unimportable(component)
    sizes = []
    for passes in (2, 200):
        for _ in range(passes):
            forward_backward(component, batch)
        sizes.append(len(pickle.dumps(component)))
    if sizes[1] > sizes[0] + GROWTH:
        fail(f"pickled after 2 and 202 passes: expected about one size, received {sizes[0]} and {sizes[1]} bytes")


@check("state", level="wrong result", of=["layer"], needs=RUNS)
def saving_and_loading_gives_an_equal_component(trial: Trial) -> None:
    """A model file brings back a component that computes the same, in evaluation and in training."""
    skip_unlisted(trial)
    component, batch = trial.fresh(), trial.batch()
    forward_backward(component, batch)
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
        received, expected = (run(copy.deepcopy(made), batch) for made in (loaded, component))
        expect_equal(received, expected, f"of a saved and loaded component, {mode} mode", rtol=0)


def through_pickle(value: Any) -> Any:
    """Return a copy of a value by pickle, as another process gets it."""
    return pickle.loads(pickle.dumps(value))


def _used(trial: Trial, mode: str) -> Any:
    """A component as the factory makes it, no copy, with other parameters than it began with, that has run."""
    component, batch = trial.case.build(), trial.batch()
    if isinstance(component, Module):
        component.astype(np.float64)
    for array in parameters(component).values():
        array *= trial.rng.uniform(0.6, 1.4, array.shape)
    forward_backward(component, batch)
    if mode == "evaluate":
        component.evaluate()
        forward(component, batch)
    return component


def _expect_equal_copy(trial: Trial, mode: str, original: Any, twin: Any, what: str) -> None:
    """Expect a copy to hold and compute what the original does, which its use does not change."""
    before, batch, other = lasting(original), trial.batch(mode), trial.batch(mode)
    expect_equal(lasting(twin), before, f"{what}, {mode} mode", rtol=0)
    for array in parameters(twin).values():
        array *= 2
    run(twin, other)
    expect_equal(lasting(original), before, f"of the original, {mode} mode, after its copy was used", rtol=0)
    for array, value in zip(parameters(twin).values(), parameters(original).values(), strict=True):
        array[...] = value
    run(original, other)
    align_generators(twin, original)
    expect_equal(run(twin, batch), run(original, batch), f"{what}, {mode} mode", rtol=0)


def _skip_unimportable(component: Any) -> None:
    for cls in map(type, parts(component)):
        found: Any = sys.modules.get(cls.__module__)
        for step in cls.__qualname__.split("."):
            found = getattr(found, step, None)
        if found is not cls:
            skip(f"pickle finds classes by their names, and {cls.__qualname__} is not where its name says")


def _load(path: Path, component: Any) -> Any:
    """Load a model file, whoever has registered the classes in it."""
    with ExitStack() as stack:
        for _, module in walk(component):
            stack.enter_context(layers.override(component_name(type(module)), type(module)))
        return load(path)
