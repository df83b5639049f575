"""Analytic gradients against central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from ..criterion import Criterion
from ..module import Module, title

STEP = 1e-5
"""Half the distance of a central difference: its error, rounding and truncation together, is about 1e-10."""


def central_difference(function: Callable[[], float], x: Array, step: float = STEP) -> Array:
    r"""Estimate the gradient of a function with respect to an array that it reads.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    Args:
        function: called with ``x`` changed in one element at a time; must depend on nothing else that changes.
        x: float64 array, restored before this returns.
        step: :math:`h`.

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0])
    >>> central_difference(lambda: float((x**2).sum()), x).round(6)
    array([2., 4.])
    """
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        try:
            x[index] = value + step
            above = function()
            x[index] = value - step
            below = function()
        finally:
            x[index] = value
        gradient[index] = (above - below) / (2 * step)
    return gradient


def check_gradients(
    module: Module, input: Array, *, rng: int | np.random.Generator = 0, tolerance: float = 1e-6
) -> None:
    """Check ``gradInput`` and the gradients of all parameters of a module, in its present mode.

    The module itself is not touched: every evaluation runs a fresh float64 copy, so that a layer which draws random
    numbers, from a generator of its own or the global one, draws the same ones each time.
    Gradients must be added to the arrays of ``getGradParameters()``, and ``gradOutput`` must not be written to.

    Args:
        module: the module to check.
        input: an array that it takes; keep it away from kinks such as the 0 of ReLU.
        rng: draws ``gradOutput``.
        tolerance: allowed difference, relative to the largest of the numeric values and of the outputs.

    Raises:
        AssertionError: naming the array, the element and both values.
    """
    name_of_module = title(module)
    module = module.clone().astype(np.float64)
    for gradient in module.namedGradParameters().values():
        gradient.fill(0)
    input = np.array(input, np.float64)
    state = np.random.get_state(legacy=False)

    def output(copy: Module) -> Array:
        np.random.set_state(state)
        result: Array = copy.forward(input)
        return result

    def loss() -> float:
        return float(np.sum(output(module.clone()) * gradOutput))

    probe = module.clone()
    outputs = output(probe)
    scale = float(np.max(np.abs(outputs), initial=0))
    gradOutput = np.random.default_rng(rng).standard_normal(outputs.shape)
    given = gradOutput.copy()
    handed_out = probe.namedGradParameters()
    gradInput = probe.backward(input, given)
    if not np.array_equal(given, gradOutput):
        raise AssertionError(f"{name_of_module}: expected backward to leave gradOutput as it is; it was written to")
    _compare(f"{name_of_module}: gradInput", gradInput, central_difference(loss, input), tolerance, scale)
    first = {name: gradient.copy() for name, gradient in probe.namedGradParameters().items()}
    for name, parameter in module.namedParameters().items():
        numeric = central_difference(loss, parameter)
        _compare(f"{name_of_module}: gradient of {name}", first[name], numeric, tolerance, scale)
    probe.backward(input, given)
    for name, gradient in handed_out.items():
        if not np.allclose(gradient, 2 * first[name]):
            raise AssertionError(
                f"{name_of_module}: gradient of {name}: expected backward to add to the array of getGradParameters(), "
                "in place (gradW += ...); a second backward replaced it, or made another array"
            )


def check_criterion_gradients(criterion: Criterion, input: Array, target: Array, *, tolerance: float = 1e-6) -> None:
    """Check ``gradInput`` of a criterion.

    Raises:
        AssertionError: naming the element and both values.
    """
    input = np.array(input, np.float64)
    criterion.forward(input, target)
    gradInput = criterion.backward(input, target)
    numeric = central_difference(lambda: float(criterion.forward(input, target)), input)
    _compare(f"{criterion!r}: gradInput", gradInput, numeric, tolerance, abs(float(criterion.output)))


def _compare(what: str, analytic: Array, numeric: Array, tolerance: float, scale: float) -> None:
    # Raised rather than asserted: python -O drops assertions, and a check that checks nothing is worse than none.
    if np.shape(analytic) != numeric.shape:
        raise AssertionError(f"{what}: expected shape {numeric.shape}, received {np.shape(analytic)}")
    error = np.abs(analytic - numeric)
    allowed = tolerance * max(scale, float(np.max(np.abs(numeric), initial=0)))
    wrong = ~(error <= allowed)  # which nan is too
    if wrong.any():
        worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
        element = tuple(map(int, worst))
        raise AssertionError(f"{what}, element {element}: analytic {analytic[worst]:.9g}, numeric {numeric[worst]:.9g}")
