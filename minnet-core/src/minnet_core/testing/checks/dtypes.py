"""The dtypes that a constructor gives: all other checks look at components that are converted to one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ...nn import find_parameters
from ..check import check, fail, skip
from ..numerics import is_floating
from ..passes import Batch, buffers, distinct, forward, parameters, run
from ..trial import Trial
from .data import DTYPES
from .protocol import RUNS


@check("data", level="weakness", of=["layer"], needs=RUNS)
def a_new_component_has_one_dtype(trial: Trial) -> None:
    """Before any conversion too, parameters and gradients have one dtype, and input of that gives results of that.

    Which dtype it is does not matter: float64 everywhere, as ``np.zeros(n)`` has it, is as right as float32.
    Several are not, of which ``flattenParameters``, and with it every optimizer, refuses some and converts others.
    A buffer may have another where the results do not show it, as that of sums which are taken in float64.
    """
    component = trial.case.build()
    for ref in find_parameters(component):
        if ref.gradient.dtype != ref.parameter.dtype:
            fail(
                f"gradient of {ref.name}, of a new component: expected {ref.parameter.dtype} as its parameter, "
                f"received {ref.gradient.dtype}; np.zeros_like(parameter) makes one"
            )
    values = parameters(component)
    if len({array.dtype for array in values.values()}) > 1:
        listing = ", ".join(f"{name} {array.dtype}" for name, array in values.items())
        fail(f"parameters of a new component: expected one dtype, received {listing}")
    arrays = filter(is_floating, distinct(values) or distinct(buffers(component)))
    dtype = min((array.dtype for array in arrays), key=lambda dtype: dtype.itemsize, default=None)
    if dtype not in DTYPES:
        skip("it holds no arrays that a conversion changes")
    for mode, made, batch in _as_made(trial, dtype):
        converted = run(trial.fresh(mode.rpartition(" ")[2], dtype), batch)
        for name, array in run(made, batch).items():
            if array.dtype != converted[name].dtype == dtype:  # else another check tells of it
                others = {key: value.dtype for key, value in buffers(made).items() if is_floating(value)}
                listing = ", ".join(f"{key} is {other}" for key, other in others.items() if other != dtype)
                fail(
                    f"{name}, {mode} mode, {batch}, of a component as its constructor makes it: expected {dtype}, "
                    f"received {array.dtype}; after astype() it is {dtype}{listing and f' ({listing})'}"
                )


def _as_made(trial: Trial, dtype: Any) -> Iterator[tuple[str, Any, Batch]]:
    """Every mode with a component that nobody has converted; in evaluation before any training, and after it."""
    for mode in ("untrained evaluate", "train", "evaluate"):
        component = copy.deepcopy(trial.prototype)
        if mode == "evaluate":
            forward(component, trial.batch(dtype=dtype))
        if mode != "train":
            component.evaluate()
        yield mode, component, trial.batch("train" if mode == "train" else "evaluate", dtype)
