"""What a layer states of itself for `minnet_core.fuse`: that it is an affine map, that it absorbs one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import ConfigError, ModelFileError
from ...fusion import absorbed, stated_affine
from ...nn import Affine, Array, Module, walk
from ...saving import arrays_of, build_with, component_name, to_config
from ..check import check, fail, skip
from ..numerics import copied, expect_equal, expect_same
from ..passes import Batch, forward, lasting, parameters, run
from ..trial import Trial
from .protocol import RUNS


@check("fusing", level="wrong result", of=["layer"], needs=RUNS)
def affine_map_is_what_it_states(trial: Trial) -> None:
    """What ``as_affine`` states is what the layer computes in evaluation mode, before and after training."""
    for when, component in _evaluated(trial, np.float64):
        before = lasting(component)
        affine = stated_affine(component)
        if affine is None:
            skip("it states no affine map")
        expect_equal(lasting(component), before, f"after as_affine(), {when}", rtol=0)
        for batch in trial.batches("evaluate"):
            results = run(component, batch)
            received = {"output": results["output"], "gradInput": results["gradInput"]}
            expected = {"output": affine(batch.input), "gradInput": _linear_part(affine)(batch.second)}
            expect_equal(received, expected, f"of the layer, against what as_affine() states, {when}, {batch}")


@check("fusing", level="wrong result", of=["layer"], needs=RUNS)
def absorbs_rightly_what_follows_it(trial: Trial) -> None:
    """What ``absorb`` makes is a new layer of the same dtypes that computes the layer and the affine map after it.

    It is made by its constructor, so that it can be saved, and the layer itself stays as it is.
    """
    if type(trial.prototype).absorb is Module.absorb:
        skip("it absorbs nothing")
    absorbs = False
    for dtype, rtol in ((np.float64, 1e-9), (np.float32, 1e-4)):
        for when, component in _evaluated(trial, dtype):
            batch = trial.batch("evaluate", dtype)
            output = forward(copy.deepcopy(component), batch)
            if not isinstance(output, np.ndarray):
                skip("its output is a table")
            before = lasting(component)
            for affine in _maps(trial, output):
                layer = absorbed(component, affine)
                expect_equal(lasting(component), before, f"of the layer itself after absorb(), {when}", rtol=0)
                if layer is None:
                    continue
                absorbs = True
                where = f"after absorb(of {_describe(affine)}), {when}, {batch}"
                if affine.n_feats not in (None, output.shape[affine.axis]):
                    fail(f"{where}: expected None, for no such map can follow, received a layer")
                _expect_separate(component, layer, where)
                _expect_constructed(layer, where)
                _expect_composition(component, affine, layer, batch, where, rtol)
    if not absorbs:
        skip("it absorbs nothing")


def _expect_composition(
    component: Module, affine: Affine, layer: Module, batch: Batch, where: str, rtol: float
) -> None:
    first = copy.deepcopy(component)
    output = affine(forward(first, batch))
    gradInput = copied(first.updateGradInput(batch.input, _linear_part(affine)(batch.second)))
    layer.evaluate()
    received = np.array(forward(layer, batch))
    if received.dtype != output.dtype:
        fail(f"output {where}: expected {output.dtype}, received {received.dtype}")
    expect_same("output", received, output, where, rtol=rtol)
    expect_same("gradInput", layer.backward(batch.input, batch.second), gradInput, where, rtol=rtol)


def _evaluated(trial: Trial, dtype: Any) -> Iterator[tuple[str, Module]]:
    untrained = trial.fresh(dtype=dtype)
    untrained.evaluate()
    yield "before training", untrained
    yield "after training", trial.fresh("evaluate", dtype)


def _maps(trial: Trial, output: Array) -> Iterator[Affine]:
    """Maps on every axis, counted from both ends, of as many features as any axis has; and of one number for all."""
    rng = trial.rng
    for axis in range(-output.ndim, output.ndim):
        for n_feats in sorted(set(output.shape)):
            scale = rng.uniform(0.5, 2, n_feats) * rng.choice([-1, 1], n_feats)
            yield Affine(scale, rng.standard_normal(n_feats), axis=axis)
            yield Affine(scale, axis=axis)
    yield from (Affine(1.5, -0.5), Affine(0), Affine())


def _linear_part(affine: Affine) -> Affine:
    """What takes gradients back: a scale of each feature by itself is its own transpose."""
    return Affine(affine.scale, axis=affine.axis)


def _describe(affine: Affine) -> str:
    return "a scale for all features" if affine.n_feats is None else f"{affine.n_feats} features, axis={affine.axis}"


def _expect_separate(component: Module, layer: Module, where: str) -> None:
    for name, array in parameters(component).items():
        if any(np.shares_memory(array, other) for other in parameters(layer).values()):
            fail(f"{name} {where}: expected new parameters, received memory that the layer itself uses")


def _expect_constructed(layer: Module, where: str) -> None:
    classes = {component_name(type(module)): type(module) for _, module in walk(layer)}
    try:
        arrays_of(layer, build_with(to_config(layer), classes.__getitem__))
    except (ConfigError, ModelFileError) as error:
        fail(f"the layer {where}: expected one that can be saved: {error}")
