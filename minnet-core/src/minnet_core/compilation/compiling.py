"""`compile`: a step of training, or inference, as a table of operations."""

from __future__ import annotations

from typing import overload

from ..errors import MinnetError
from ..nn import Criterion, Module, Optimizer
from .compiled_forward import CompiledForward
from .compiled_step import CompiledStep
from .doors import executor_named, installed_executors
from .executors import Executor, NumpyExecutor


@overload
def compile(model: Module, *, executor: str = "auto") -> CompiledForward: ...


@overload
def compile(
    model: Module, criterion: Criterion, optimizer: Optimizer | None = None, *, executor: str = "auto"
) -> CompiledStep: ...


def compile(
    model: Module,
    criterion: Criterion | None = None,
    optimizer: Optimizer | None = None,
    *,
    executor: str = "auto",
) -> CompiledForward | CompiledStep:
    """Prepare a step of training, or inference, as a table of operations, which is executed without the modules.

    A small network spends most of a step in calls between modules, checks and fresh arrays; a table has none of them.
    Which operations a layer stands for, it says outside its own file; a layer that says none is called, in its place.

    Args:
        model: what is trained, or used.
        criterion: the loss; without it, the result is for inference, and the model is fused as it is now.
        optimizer: of the model, or of a part of it; without it, the step can compute gradients only.
        executor: ``"numpy"`` for the definitions of the operations, ``"fast"`` for compiled ones, which minnet-fast
            brings, ``"auto"`` for those if they are there.

    Returns:
        An object with ``step(input, target)``, or with ``forward(input)``.

    Raises:
        TypeError: if it is given no module, criterion or optimizer.
        ValueError: if there is no such executor.

    Like ``torch.compile``, but no code is generated, and what cannot be compiled is called.

    >>> import numpy as np
    >>> from minnet_core import Sequential, compile
    >>> compile(Sequential()).forward(np.ones(2))
    array([1., 1.])
    """
    for name, value, kind in (
        ("model", model, Module),
        ("criterion", criterion, Criterion),
        ("optimizer", optimizer, Optimizer),
    ):
        if not isinstance(value, kind) and (value is not None or name == "model"):
            raise TypeError(f"compile: expected {name} to be a {kind.__name__}, received {value!r}")
    if criterion is None:
        if optimizer is not None:
            raise TypeError(f"compile: expected a criterion beside the optimizer {optimizer!r}, received None")
        return CompiledForward(model, find_executor(executor))
    return CompiledStep(model, criterion, optimizer, find_executor(executor))


def find_executor(name: str) -> Executor:
    """Return the executor of a name; for ``auto``, the first that is installed and works, or else that of NumPy."""
    known = installed_executors()
    if name == "auto":
        for each in known:
            try:
                found = executor_named(each)
            except MinnetError:  # a plugin that is broken harms nobody; `minnet doctor` tells of it
                continue
            if not isinstance(found, str):
                return found
        return NumpyExecutor()
    if name == "numpy":
        return NumpyExecutor()
    if name not in known:
        hint = "; pip install minnet-fast" if name == "fast" else ""
        raise ValueError(
            f"compile: expected executor to be one of {', '.join(['auto', 'numpy', *known])}, received {name!r}{hint}"
        )
    found = executor_named(name)
    if isinstance(found, str):
        raise ValueError(f"compile: expected an executor that can execute here, received {name!r}: {found}")
    return found
