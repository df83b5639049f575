"""`CompiledStep`: a step of training as a table of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import described
from ..nn import Array, Criterion, Module, Optimizer, Tensor, arrangement, title, walk
from .definition import Late
from .errors import NoOperationsError
from .executors import Executor, Run, Update, row_calls
from .operations import call, draw_keep
from .plan import bind, bound_row, grouped, needed
from .scratch import Scratch
from .table import Table
from .value import Value

PLANS = 4
"""Plans that are kept: of the usual batch, of the last of an epoch, and two more."""


class StepPlan:
    """A step for inputs and targets of one shape.

    Attributes:
        table: what is computed.
        rows: those that are executed.
        output: what the model made of the last input.
    """

    def __init__(self, owner: CompiledStep, input: Array, target: Array, gradients: Array) -> None:
        self._input, self._target = Late(), Late()
        dtype = gradients.dtype if gradients.size or input.dtype.kind != "f" else input.dtype
        table = self.table = Table(dtype, {id(module) for _, module in walk(owner.trained)})
        x = self._x = Value(input.shape, input.dtype, late=self._input)
        given = Value(target.shape, target.dtype, late=self._target)
        y, go_back = table.module(owner.model, x)
        if all(row.operation is call for row in table.rows):  # then copies between them would be all that is new
            raise NoOperationsError("; ".join(table.reasons()))
        output = y if y.root.late is None else table.call(np.copyto, y)
        loss, gradient = table.criterion(owner.criterion, output, given)
        forward = len(table.rows)
        if output.is_trained:
            go_back(gradient())
        table.complete_gradients(gradients, forward)
        drawn = [result for row in table.rows if row.operation is draw_keep for result in row.results]
        kept = (output, loss, *drawn)
        rows = self.rows = needed(table.rows, kept)
        forward = sum(row in rows for row in table.rows[:forward])
        self._count = forward
        memory = self._memory = dict[Value, Array]()
        halves = grouped(rows[:forward]), grouped(rows[forward:])
        groups = bind([*halves[0], *halves[1]], kept, memory)
        self._arrangement = arrangement(owner.trained)
        self._shapes = input.shape, target.shape
        self._dtypes = input.dtype, target.dtype
        self._forward: Run = owner.executor.bind(groups[: len(halves[0])])
        self.backward: Run = owner.executor.bind(groups[len(halves[0]) :])
        self.output: Array = output.resolve(memory)  # type: ignore[assignment]
        self._loss: Array = loss.resolve(memory)  # type: ignore[assignment]

    def is_for(self, input: Array, target: Array) -> bool:
        """Whether it is for such an input and target."""
        return (input.shape, target.shape) == self._shapes and (input.dtype, target.dtype) == self._dtypes

    def is_current(self, arranged: object) -> bool:
        """Whether it still computes what the modules do."""
        return arranged is self._arrangement and self.table.watched.is_current()

    def forward(self, input: Array, target: Array) -> float:
        """Compute the output and the loss."""
        self._input.array, self._target.array = input, target
        self._forward()
        return self._loss.item()  # type: ignore[no-any-return]  # a number

    def set_outputs(self) -> None:
        """Compute the forward pass of the last input once more, and give each module its output."""
        given: Array = self._input.array
        memory = {value: array for value, array in self._memory.items() if value.dtype == np.bool_}  # what was drawn
        memory[self._x] = given
        scratch = Scratch()
        for row in self.rows[: self._count]:
            for result in row.results:
                memory.setdefault(result.root, np.empty(result.root.shape, result.root.dtype))
            bound = bound_row(row, memory)
            if row.called is not None:
                made = row.called.output
                np.copyto(bound.results[0], np.moveaxis(made, 0, -1) if row.is_batch_last else made)
            elif row.results and row.operation is not draw_keep:
                for each in row_calls(bound, scratch):
                    each()
        for module, output in self.table.outputs:
            module.output = _resolved(output, memory, given)


class CompiledStep:
    """What a step of training computes, over arrays that are prepared once for inputs of a shape.

    Gradients, parameters, buffers and the optimizer's state are those of the model and the optimizer, and random
    numbers are drawn as the modules draw them; only ``output`` and ``gradInput`` of the modules stay as they are.
    A parameter that was rebound, another mode, option or layer are noticed at the next step, and the plan is made anew.

    Args:
        model: what is trained.
        criterion: the loss.
        optimizer: of the model, or of a part of it; None if gradients are all that is wanted.
        executor: what executes the table.

    Attributes:
        trained: what is trained: the model, or the part of it that the optimizer has.
        executor: what executes the table.
        output: what the model made of the input of the last step; the next one overwrites it.
    """

    def __init__(self, model: Module, criterion: Criterion, optimizer: Optimizer | None, executor: Executor) -> None:
        self.model, self.criterion, self.optimizer, self.executor = model, criterion, optimizer, executor
        self.output: Tensor = None
        self.trained = model if optimizer is None else optimizer.module
        self._vectors: tuple[Array, Array]
        self._last: StepPlan | None = None
        self._called: tuple[Tensor, Tensor] = (None, None)
        self._plans: dict[Any, StepPlan | str] = {}
        self._update = self._bound_update()

    def step(self, input: Tensor, target: Tensor) -> float:
        """Compute the loss and its gradients, and change the parameters.

        Returns:
            The loss.

        Raises:
            What the modules raise for such an input or target; parameters are as they were then.
        """
        if self.optimizer is not None and self.optimizer.NEEDS_CLOSURE:
            return self.optimizer.step(lambda: self._evaluate(input, target))  # type: ignore[return-value]  # a loss
        loss = self._evaluate(input, target)
        self._update(*self._vectors)  # nobody has rebound anything meanwhile
        return loss

    def _evaluate(self, input: Tensor, target: Tensor) -> float:
        loss = self.forward(input, target)
        self.backward()
        return loss

    def forward(self, input: Tensor, target: Tensor) -> float:
        """Compute the output, and return the loss."""
        vectors = self._vectors = self.trained.flattenParameters()
        plan = self._plan_for(input, target, vectors[1])
        if isinstance(plan, str):
            self._last, self._called = None, (input, target)
            self.output = self.model.forward(input)
            return float(self.criterion.forward(self.output, target))
        self._last = plan
        loss = plan.forward(input, target)
        self.output = plan.output
        return loss

    def backward(self) -> None:
        """Compute the gradients of the last loss into those of the model, which need not be zeroed before."""
        if self._last is not None:
            self._last.backward()
            return
        input, target = self._called
        self.model.zeroGradParameters()
        self.model.backwardParameters(input, self.criterion.backward(self.output, target))

    def update(self, closure: Callable[[], float] | None = None) -> None:
        """Change the parameters by the gradients, as the optimizer's ``step`` does, which may need a closure."""
        if closure is not None and self.optimizer is not None:
            self.optimizer.step(closure)
        else:
            self._update(*self.trained.flattenParameters())

    def set_outputs(self) -> None:
        """Set ``output`` of every module: what the parameters, as they are now, make of the last input.

        Before `update` that is what it was in the step. The forward pass is computed once more; nothing is drawn anew,
        and no module is called.
        """
        if self._last is not None:
            self._last.set_outputs()

    def describe(self) -> str:
        """Tell the rows of each plan, what is called as a module, and why."""
        return "\n\n".join(_described(key, plan) for key, plan in self._plans.items()) or "nothing was computed yet"

    def __repr__(self) -> str:
        return f"<CompiledStep of {title(self.model)}, executor {self.executor!r}>"

    def _bound_update(self) -> Update:
        """What changes the parameters, given where they and the gradients are."""
        optimizer = self.optimizer
        if optimizer is None:
            return self._refuse_update
        if type(optimizer).step is not Optimizer.step:
            return lambda parameters, gradients: optimizer.step()
        return self.executor.bind_update(optimizer) or optimizer.step_on

    def _refuse_update(self, parameters: Array, gradients: Array) -> None:
        raise RuntimeError(f"{self!r}: expected an optimizer, which compile(model, criterion, optimizer) takes")

    def _plan_for(self, input: Tensor, target: Tensor, gradients: Array) -> StepPlan | str:
        """Find the plan for a batch, or make it; a text says why there can be none."""
        if type(input) is not np.ndarray or type(target) is not np.ndarray:
            return "its input or target is no array"
        arranged, last = arrangement(self.trained), self._last
        if last is not None and last.is_for(input, target) and last.is_current(arranged):
            return last
        key = (input.shape, input.dtype, target.shape, target.dtype)
        plan = self._plans.pop(key, None)
        if plan is None or (isinstance(plan, StepPlan) and not plan.is_current(arranged)):
            try:
                plan = StepPlan(self, input, target, gradients) if input.size else "its input is empty"
            except NoOperationsError as error:
                plan = str(error)
            except Exception as error:  # of a trial with what the modules refuse too, and they say why
                plan = f"a trial with zeros failed: {described(error)}"
        self._plans[key] = plan  # the last one used comes last
        if len(self._plans) > PLANS:
            del self._plans[next(iter(self._plans))]
        return plan


def _resolved(output: Any, memory: dict[Value, Array], given: Array) -> Any:
    """The array of a value, or the tuple of those of a tuple; copies of what is memory of the input."""
    if isinstance(output, tuple):
        return tuple(_resolved(each, memory, given) for each in output)
    array: Array = output.resolve(memory)
    return array.copy() if np.may_share_memory(array, given) else array


def _described(key: Any, plan: StepPlan | str) -> str:
    head = f"input {key[0]} {key[1]}, target {key[2]} {key[3]}:"
    if isinstance(plan, str):
        return f"{head}\n  called as modules: {plan}"
    return "\n  ".join([head, *map(str, plan.rows), *map("called: {}".format, plan.table.reasons())])
