"""`Steps`: what computes a step: the modules, or a table of operations that stands for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from minnet_core import Array, Criterion, Module, Optimizer, compile as compile_step
from minnet_core.compilation import CompiledStep, installed_executors

from ..data import weighted_gradient, weighted_loss

MODULES = "modules"
"""What an executor is called where nothing is compiled."""


class Steps(Protocol):
    """What computes the steps of a training."""

    executor: str

    def forward(self, inputs: Array, targets: Array, weights: Array | None) -> tuple[float, float, Array]:
        """Compute the outputs of a batch; return the loss, the weight of the batch in an epoch, and the outputs."""

    def backward(self) -> None:
        """Compute the gradients of the parameters; nobody asks for that of the data."""

    def update(self, closure: Callable[[], float] | None) -> None:
        """Change the parameters by the gradients, which ``closure`` computes for an optimizer that needs one."""

    def set_outputs(self) -> None:
        """Set ``output`` of every layer to what it was in the last step: it tells where a number went wrong."""


class ModuleSteps:
    """Calls the modules."""

    executor = MODULES

    def __init__(self, model: Module, criterion: Criterion, optimizer: Optimizer) -> None:
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self._batch: tuple[Array, Array, Array | None]

    def forward(self, inputs: Array, targets: Array, weights: Array | None) -> tuple[float, float, Array]:
        """See `Steps`."""
        self._batch = inputs, targets, weights
        self.model.zeroGradParameters()
        outputs = self.outputs = self.model.forward(inputs)
        if weights is None:
            return float(self.criterion.forward(outputs, targets)), float(len(targets)), outputs
        return weighted_loss(self.criterion, outputs, targets, weights), float(weights.sum()), outputs

    def backward(self, share: float | None = None) -> None:
        """See `Steps`; ``share`` is how much the loss counts in another one, of which the gradients are then."""
        inputs, targets, weights = self._batch
        if weights is None:
            gradient = self.criterion.backward(self.outputs, targets)
        else:
            gradient = weighted_gradient(self.criterion, self.outputs, targets, weights)
        self.model.backwardParameters(inputs, gradient if share is None else gradient * share)

    def update(self, closure: Callable[[], float] | None) -> None:
        """See `Steps`."""
        if closure is None:
            self.optimizer.step()
        else:
            self.optimizer.step(closure)

    def set_outputs(self) -> None:
        """Do nothing: the modules have them."""


class CompiledSteps:
    """Executes a table of operations; samples with weights go through the modules."""

    def __init__(self, compiled: CompiledStep, modules: ModuleSteps) -> None:
        self.executor = repr(compiled.executor)
        self._compiled, self._modules = compiled, modules
        self._is_weighted = False

    def forward(self, inputs: Array, targets: Array, weights: Array | None) -> tuple[float, float, Array]:
        """See `Steps`."""
        self._is_weighted = weights is not None
        if self._is_weighted:
            return self._modules.forward(inputs, targets, weights)
        loss = self._compiled.forward(inputs, targets)
        return loss, float(len(targets)), self._compiled.output

    def backward(self) -> None:
        """See `Steps`."""
        (self._modules if self._is_weighted else self._compiled).backward()

    def update(self, closure: Callable[[], float] | None) -> None:
        """See `Steps`."""
        (self._modules if self._is_weighted else self._compiled).update(closure)

    def set_outputs(self) -> None:
        """See `Steps`."""
        (self._modules if self._is_weighted else self._compiled).set_outputs()


def executor_name(compile: bool | str) -> str:
    """Return which executor ``compile`` means: ``auto`` for True, ``modules`` for False.

    Raises:
        ValueError: if it means none that is installed.
    """
    name = compile if not isinstance(compile, bool) else "auto" if compile else MODULES
    known = ("auto", MODULES, "numpy", *installed_executors())
    if name not in known:
        hint = "; pip install minnet-fast" if name == "fast" else ""
        raise ValueError(f"expected true, false or one of {', '.join(known)}, received {compile!r}{hint}")
    return name


def steps_of(
    model: Module, criterion: Criterion, optimizer: Optimizer, compile: bool | str, *, needs_modules: bool = False
) -> Steps:
    """Return what computes the steps of a training; see `executor_name` for ``compile``."""
    modules, name = ModuleSteps(model, criterion, optimizer), executor_name(compile)
    return (
        modules
        if needs_modules or name == MODULES
        else CompiledSteps(compile_step(model, criterion, optimizer, executor=name), modules)
    )
