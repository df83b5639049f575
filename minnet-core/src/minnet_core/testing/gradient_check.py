"""`check_gradients`: analytic gradients against differences, for one component that one has at hand."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ..nn import Array, Criterion, Module, Tensor, title
from ..state import global_state_kept
from .check import fail
from .numerics import (
    Mismatch,
    cast,
    central_difference,
    copied,
    copies,
    differing,
    error_pattern,
    find_mismatch,
    format_number,
    is_floating,
    largest,
    map_arrays,
    named_arrays,
    structure,
    tolerance_of,
)
from .passes import Batch, forward, gradients, leaves_only_results, parameters, run

MOST = 512
"""A gradient with more elements is not searched for a pattern of errors: each takes two forward passes."""


def objective(component: Any, batch: Batch) -> float:
    """Compute the loss of a criterion, or the sum of a layer's output weighted by gradOutput.

    A copy computes it, so that a component that changes with every pass is the same each time.
    """
    return weighed(forward(copy.deepcopy(component), batch), component, batch)


def repeated_objective(component: Any, batch: Batch) -> Callable[[], float]:
    """Make a function of `objective`, to be called while the arrays of the component and the batch are varied.

    Where a pass leaves nothing behind but its results, the component itself computes it: most of the time of a small
    layer's pass is that of a copy.
    """
    probe = copy.deepcopy(component)
    forward(probe, batch)
    if not leaves_only_results(component, probe):
        return partial(objective, component, batch)
    return lambda: weighed(forward(component, batch), component, batch)


def weighed(output: Any, component: Any, batch: Batch) -> float:
    """The number that `objective` makes of an output."""
    return float(output) if isinstance(component, Criterion) else weighted_sum(output, batch.second)


def magnitude(component: Any, batch: Batch) -> float:
    """Compute the size of the terms that `objective` sums, which says how much rounding to expect of it.

    A loss may have cancelled terms of the size of its input; a gradient may be right to a rounding of gradOutput alone.
    """
    output = forward(copy.deepcopy(component), batch)
    if isinstance(component, Criterion):
        return abs(float(output)) + max(largest(array) for _, array in named_arrays("", batch.input))
    terms = weighted_sum(map_arrays(np.abs, output), map_arrays(np.abs, batch.second))
    return terms + 1e-4 * max(largest(array) for _, array in named_arrays("", batch.second))


def differentiable(component: Any, batch: Batch) -> dict[str, Array]:
    """The arrays that can be varied a little, parameters and floating inputs, by the names of their gradients."""
    varied = {name: array for name, array in named_arrays("gradInput", batch.input) if is_floating(array)}
    return {**varied, **{f"gradient of {name}": array for name, array in parameters(component).items()}}


def weighted_sum(output: Any, weights: Any) -> float:
    """Sum the products of two tensors.

    >>> weighted_sum((np.ones(2), np.ones(3)), (np.ones(2), 2 * np.ones(3)))
    8.0
    """
    if isinstance(output, tuple):
        return sum(map(weighted_sum, output, weights))
    return float(np.sum(output * weights))


def check_gradients(
    module: Module, input: Tensor, *, rng: int | np.random.Generator = 0, tolerance: float = 1e-6
) -> None:
    """Check ``gradInput`` and the gradients of all parameters of a module, in its present mode.

    The module itself is not touched: every evaluation runs a fresh float64 copy, so that a layer which draws random
    numbers, from a generator of its own or the global one, draws the same ones each time.
    Gradients must be added to the arrays of ``getGradParameters()``, and ``gradOutput`` must not be written to.
    This is the core of what `check_component` proves, which knows more ways to be wrong.

    Args:
        module: the module to check.
        input: an array that it takes, or a table of arrays; keep it away from kinks such as the 0 of ReLU.
        rng: draws ``gradOutput``.
        tolerance: allowed difference relative to the largest slope, besides rounding.

    Raises:
        ConformanceError: an AssertionError that names the array, the element and both values.
    """
    name, generator = title(module), np.random.default_rng(rng)
    module = module.clone().astype(np.float64)
    with global_state_kept():
        input = cast(input, np.float64)
        output = forward(module.clone(), Batch(input, None))
        gradOutput = map_arrays(lambda array: generator.standard_normal(array.shape), output)
        batch = Batch(input, copied(gradOutput))
        probe = module.clone()
        results = run(probe, batch)
        _expect_kept(f"{name}: expected backward", "gradOutput", batch.second, gradOutput)
        _compare(name, module, batch, results, generator, tolerance)
        _expect_accumulation(name, probe, batch)


def check_criterion_gradients(
    criterion: Criterion,
    input: Tensor,
    target: Tensor,
    *,
    rng: int | np.random.Generator = 0,
    tolerance: float = 1e-6,
) -> None:
    """Check ``gradInput`` of a criterion; copies are used, so that neither it nor the target is touched.

    Args:
        criterion: the criterion to check.
        input: an array that it takes, or a table of arrays; keep it away from kinks.
        target: one for this input.
        rng: draws the directions along which a large input is tried.
        tolerance: allowed difference relative to the largest slope, besides rounding.

    Raises:
        ConformanceError: an AssertionError that names the element and both values.
    """
    name, generator = repr(criterion), np.random.default_rng(rng)
    batch = Batch(cast(input, np.float64), copied(target))
    with global_state_kept():
        results = run(copy.deepcopy(criterion), batch)
        _expect_kept(f"{name}: expected passes", "target", batch.second, target)
        _compare(name, criterion, batch, results, generator, tolerance)


def _expect_kept(who: str, name: str, received: Tensor, expected: Tensor) -> None:
    for (what, array), (_, original) in zip(named_arrays(name, received), named_arrays("", expected), strict=True):
        if differing(array, original, 0).any():
            fail(f"{who} to leave {what} as it is; it was written to")


def explain_mismatch(
    component: Any, batch: Batch, results: Mapping[str, Array], name: str, found: Mismatch, rng: np.random.Generator
) -> str:
    """Say what leads to the cause of a wrong gradient: the pattern of its errors, and which other gradients are right.

    Args:
        component: the one whose pass it was, as it was before.
        batch: of the pass.
        results: of the pass.
        name: the gradient.
        found: its first wrong element.
        rng: draws the directions along which other gradients are tried.
    """
    varied, size = differentiable(component, batch), magnitude(component, batch)
    array, gradient = varied[name], results[name]
    lines = []
    if array.size <= MOST:
        slopes = central_difference(partial(objective, component, batch), array)
        wrong = differing(gradient, slopes, max(found.allowed, 1e-5 * largest(slopes)))
        if wrong.any() and np.isfinite(slopes).all():
            second = "target" if isinstance(component, Criterion) else "gradOutput"
            given = {**dict(named_arrays("input", batch.input)), **dict(named_arrays(second, batch.second))}
            pattern = error_pattern(gradient, slopes, wrong, {**given, **parameters(component)})
            if name.startswith("gradInput"):
                element = tuple(map(int, np.argwhere(wrong)[0]))
                pattern += f"; input{name.removeprefix('gradInput')}{list(element)} is {format_number(array[element])}"
            lines.append(pattern)
    others: dict[str, list[str]] = {"right": [], "wrong too": []}
    for other, another in varied.items():
        if other == name:
            continue
        if structure(results.get(other)) != another.shape:
            others["wrong too"].append(other)
            continue
        mismatch = find_mismatch(partial(objective, component, batch), another, results[other], size, rng)
        if mismatch is None or not mismatch.is_kink:  # at a kink there is nothing to be said
            others["right" if mismatch is None else "wrong too"].append(other)
    lines += [f"{verdict}: {', '.join(names)}" for verdict, names in others.items() if names]
    return "".join(f"\n  {line}" for line in lines)


def _compare(
    name: str, component: Any, batch: Batch, results: Mapping[str, Array], rng: np.random.Generator, tolerance: float
) -> None:
    size = magnitude(component, batch)
    for what, array in differentiable(component, batch).items():
        gradient = results.get(what)
        if gradient is None or gradient.shape != array.shape:
            fail(f"{name}: {what}: expected shape {array.shape}, received {structure(gradient)}")
        found = find_mismatch(partial(objective, component, batch), array, gradient, size, rng, tolerance)
        if found is not None:
            kink = "; the function has a kink there" if found.is_kink else ""
            fail(
                f"{name}: {what}{found.place}: analytic {format_number(found.analytic)}, "
                f"numeric {format_number(found.numeric)}{kink}"
                + explain_mismatch(component, batch, results, what, found, rng)
            )


def _expect_accumulation(name: str, module: Module, batch: Batch) -> None:
    handed_out = gradients(module)
    first = copies(handed_out)
    module.backward(batch.input, batch.second)
    for what, array in handed_out.items():
        if differing(array, 2 * first[what], tolerance_of(first[what], 1e-6)).any():
            fail(
                f"{name}: {what}: expected backward to add to the array of getGradParameters(), "
                "in place (gradW += ...); a second backward replaced it, or made another array"
            )
