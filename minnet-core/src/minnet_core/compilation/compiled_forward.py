"""`CompiledForward`: inference as a table of operations."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ..fusion import fuse
from ..nn import Array, Module, Tensor, title
from .compiled_step import PLANS
from .definition import Late
from .errors import NoOperationsError
from .executors import Executor
from .operations import call
from .plan import bind, grouped, needed
from .table import Table
from .value import Value


class ForwardPlan:
    """Inference for inputs of one shape."""

    def __init__(self, model: Module, executor: Executor, input: Array) -> None:
        self._input = Late()
        dtypes = [array.dtype for array in model.namedParameters().values()]
        table = self.table = Table(dtypes[0] if dtypes else input.dtype)
        output, _ = table.module(model, Value(input.shape, input.dtype, late=self._input))
        if all(row.operation is call for row in table.rows):
            raise NoOperationsError("nothing of it says operations")
        rows = self.rows = needed(table.rows, (output,))
        memory: dict[Value, Array] = {}
        self._run = executor.bind(bind(grouped(rows), (output,), memory))
        self._output: Array = output.resolve(memory)  # type: ignore[assignment]

    def run(self, input: Array) -> Array:
        """Compute a fresh output."""
        self._input.array = input
        self._run()
        return self._output.copy()


class CompiledForward:
    """What a model computes in evaluation mode, over arrays that are prepared once for inputs of a shape.

    The model is fused (see `fuse`) when this is made: it stays as it was then, whatever becomes of the model.
    Each thread has plans of its own, so `forward` may be called from many.

    Args:
        model: not changed.
        executor: what executes the table.

    Attributes:
        model: the fused copy.
        executor: what executes the table.
    """

    def __init__(self, model: Module, executor: Executor) -> None:
        self.model, self.executor = fuse(model), executor
        self._own = threading.local()

    def __call__(self, input: Tensor) -> Tensor:
        """Compute the output, as `forward` does."""
        return self.forward(input)

    def forward(self, input: Tensor) -> Tensor:
        """Compute the output for an input: a fresh array.

        Raises:
            What the modules raise for such an input.
        """
        plan = self._plan_for(input)
        return self.model.forward(input) if plan is None else plan.run(input)

    def __repr__(self) -> str:
        return f"<CompiledForward of {title(self.model)}, executor {self.executor!r}>"

    def _plan_for(self, input: Tensor) -> ForwardPlan | None:
        if type(input) is not np.ndarray or not input.size:
            return None
        plans: dict[Any, ForwardPlan | None] = vars(self._own).setdefault("plans", {})
        key = (input.shape, input.dtype)
        try:
            plan = plans.pop(key)
        except KeyError:
            try:
                plan = ForwardPlan(self.model, self.executor, input)
            except Exception:  # nothing of it says operations, or the modules refuse such an input, and say why
                plan = None
        plans[key] = plan  # the last one used comes last
        if len(plans) > PLANS:
            del plans[next(iter(plans))]
        return plan
