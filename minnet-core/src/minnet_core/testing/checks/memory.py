"""Whose memory is whose, and how it is laid out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np

from ...nn import Array, Module, Tensor, children, walk
from ..check import check, fail, skip
from ..numerics import LAYOUTS, copies, expect_equal, expect_same, map_arrays, named_arrays, read_only
from ..passes import Batch, backward, buffers, forward, forward_backward, gradients, parameters, run
from ..trial import Trial
from .protocol import CALLED, RUNS


@check("data", level="wrong result", needs=CALLED)
def arguments_are_not_written_to(trial: Trial) -> None:
    """Forward and backward leave input, gradOutput and target as they are, bit for bit."""
    second = "target" if trial.kind == "criterion" else "gradOutput"
    for mode, component, batch in trial.per_batch():
        given = batch.copy()
        for method in (forward, backward):
            method(component, given)
            where = f"after {method.__name__}, {mode} mode"
            expect_same("input", given.input, batch.input, where)
            expect_same(second, given.second, batch.second, where)


@check("data", level="weakness", needs=RUNS)
def read_only_arrays_are_taken(trial: Trial) -> None:
    """Arrays that cannot be written to are taken, and give the same results."""
    for mode in trial.modes:
        _expect_same(trial, mode, trial.batch(mode), read_only, "read-only")


@check("data", level="weakness", needs=CALLED)
def results_share_no_memory(trial: Trial) -> None:
    """Output and ``gradInput`` are arrays of their own, and can be written to: no argument, parameter or buffer."""
    for mode, component, batch in trial.per_mode():
        others = {**parameters(component), **gradients(component), **dict(named_arrays("input", batch.input))}
        others.update(named_arrays("target" if trial.kind == "criterion" else "gradOutput", batch.second))
        results = dict(named_arrays("output", forward(component, batch)))
        results.update(named_arrays("gradInput", backward(component, batch)))
        declared = buffers(component) if getattr(component, "BUFFERS", ()) else {}
        for name, array in results.items():
            for other, held in chain(others.items(), declared.items()):
                if np.shares_memory(array, held):
                    fail(f"{name}, {mode} mode: expected an array of its own, it shares memory with {other}")
            if array.ndim and not array.flags.writeable:
                fail(f"{name}, {mode} mode: expected an array of its own, it cannot be written to")
            others[name] = array


@check("data", level="wrong result", needs=RUNS)
def earlier_results_are_kept(trial: Trial) -> None:
    """What forward returned is not changed by backward, and neither result by the next pass."""
    for mode, component, first in trial.per_mode():
        returned = dict(named_arrays("output", forward(component, first)))
        kept = copies(returned)
        for name, array in named_arrays("gradInput", backward(component, first)):
            returned[name], kept[name] = array, array.copy()
        expect_equal(returned, kept, f"of a pass, {mode} mode, after its backward", rtol=0)
        forward_backward(component, trial.batch(mode))
        expect_equal(returned, kept, f"of an earlier pass, {mode} mode, after another", rtol=0)


@check("data", level="wrong result", of=["layer"], needs=RUNS)
def results_of_inner_modules_are_kept(trial: Trial) -> None:
    """A component does not change what the modules inside it returned: they may need it again."""
    if not dict(children(trial.prototype)):
        skip("it has no modules inside")
    for mode, component, batch in trial.per_mode():
        returned: dict[str, Array] = {}
        kept: dict[str, Array] = {}
        for name, module in walk(component):
            if name:
                _record(module, f"of module {name}", returned, kept)
        forward_backward(component, batch)
        expect_equal(returned, kept, f"{mode} mode, after the pass", rtol=0)


@check("data", level="wrong result", needs=RUNS)
def memory_layout_does_not_matter(trial: Trial) -> None:
    """Arrays in Fortran order, strided, padded and reversed in memory give the results of contiguous ones."""
    for mode, _, batch in trial.per_batch():
        for name, layout in LAYOUTS.items():
            _expect_same(trial, mode, batch, layout, name)


@check("data", level="wrong result", needs=RUNS)
def broadcast_arrays_are_taken(trial: Trial) -> None:
    """Arrays made by ``np.broadcast_to``, whose samples are one memory, give the results of their copies."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        expanded = Batch(map_arrays(_expanded, batch.input), map_arrays(_expanded, batch.second), "broadcast")
        received, expected = (run(trial.fresh(mode), given) for given in (expanded, expanded.copy()))
        expect_equal(received, expected, f"for broadcast arrays, {mode}")


def _expect_same(trial: Trial, mode: str, batch: Batch, layout: Callable[[Array], Array], name: str) -> None:
    """Expect the results of a batch if both of its arrays are laid out otherwise, or only the one or the other."""
    expected = run(trial.fresh(mode), batch)
    input, second = map_arrays(layout, batch.input), map_arrays(layout, batch.second)
    laid = [Batch(input, second)]
    if layout is np.asfortranarray:  # in which the elements come in another order
        laid += [Batch(input, batch.second), Batch(batch.input, second)]
    for given in laid:
        expect_equal(run(trial.fresh(mode), given), expected, f"for {name} arrays, {mode} mode, {batch}")


def _record(module: Module, name: str, returned: dict[str, Array], kept: dict[str, Array]) -> None:
    """Note what a module's two methods return, and a copy of it."""

    def noting(method: str) -> Callable[..., Tensor]:
        original = getattr(module, method)

        def call(*arguments: Tensor) -> Tensor:
            result = original(*arguments)
            for part, array in named_arrays(f"{method} {name}", result):
                returned[part], kept[part] = array, array.copy()
            return result

        return call

    for method in ("updateOutput", "updateGradInput"):
        vars(module)[method] = noting(method)


def _expanded(array: Array) -> Array:
    return np.broadcast_to(array[:1], array.shape)
