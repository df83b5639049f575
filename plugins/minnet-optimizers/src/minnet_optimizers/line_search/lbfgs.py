"""`LBFGS`: steps along a Newton direction that the last steps tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import Count, LineSearch, NonNegative
from .inverse_hessian import InverseHessian
from .line import Line, evaluated
from .strong_wolfe import Trial, strong_wolfe


class LBFGS(Optimizer):
    r"""Limited-memory BFGS: Newton's direction, from the differences of the last gradients.

    It is for a loss that stays one function: of all samples, or one batch, without dropout.
    Each step does up to ``max_iter`` iterations, for which it calls a function that you give it:

    .. code-block:: python

        def closure():
            model.zeroGradParameters()
            loss = criterion.forward(model.forward(x), y)
            model.backward(x, criterion.backward(model.output, y))
            return loss

        optimizer.step(closure)

    An iteration with gradient :math:`g` goes along :math:`d = -Hg` by a length :math:`\tau`,
    :math:`\theta \leftarrow \theta + \tau d`. :math:`H` is the inverse Hessian that BFGS makes of the last
    ``history_size`` pairs of a step :math:`s` and the change :math:`y` of the gradient along it, from
    :math:`H = \tfrac{s \cdot y}{y \cdot y} I`; in the first iteration of all, :math:`d = -g`.

    :math:`\tau` is the learning rate :math:`\gamma` (in the first iteration :math:`\gamma\min(1, 1/\lVert g\rVert_1)`),
    or what ``strong_wolfe`` finds, beginning there. The step ends early when the largest element of the gradient is at
    most ``tolerance_grad``, or when loss or parameters change by less than ``tolerance_change``.

    PyTorch: ``torch.optim.LBFGS``. Here, an error in the function leaves parameters and optimizer as they were.
    Like there, there are no parameter groups.

    Paper: D. Liu, J. Nocedal, On the limited memory BFGS method for large scale optimization (Mathematical Programming
    45, 1989).

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        max_iter: how many iterations a step has at most.
        max_eval: after how many calls of the function a step ends (a line search may make one more); None for 5/4 of
            ``max_iter``.
        tolerance_grad: 0 or more.
        tolerance_change: 0 or more.
        history_size: how many pairs are remembered, each as large as all parameters twice.
        line_search_fn: ``"strong_wolfe"``, or None for steps of the learning rate.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.zeros(2)
    >>> def closure():
    ...     point.gradx[:] = [2 * point.x[0], 200 * point.x[1]]
    ...     return point.x[0] ** 2 + 100 * point.x[1] ** 2
    >>> LBFGS(point, line_search_fn="strong_wolfe").step(closure)
    401.0
    >>> bool(np.abs(point.x).max() < 1e-6)
    True
    """

    NEEDS_CLOSURE = True
    STATE = ("direction", "gradient")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"max_iter": 0}, {"line_search_fn": "armijo"}]),
        Example(arguments={"lr": 0.5, "max_iter": 3, "line_search_fn": "strong_wolfe"}, input=(5,)),
    )

    lr = NonNegative()
    max_iter = Count()
    max_eval = Count()
    tolerance_grad = NonNegative()
    tolerance_change = NonNegative()
    history_size = Count()
    line_search_fn = LineSearch()

    def __init__(
        self,
        module: Module,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.max_iter = max_iter
        self.max_eval = self.max_iter * 5 // 4 if max_eval is None else max_eval
        self.tolerance_grad = tolerance_grad
        self.tolerance_change = tolerance_change
        self.history_size = history_size
        self.line_search_fn = line_search_fn
        self.iterations = self.evaluations = 0
        self.length = 0.0
        self.inverse_hessian = InverseHessian()

    def step(self, closure: Callable[[], float] | None = None) -> float:
        """Do up to ``max_iter`` iterations.

        Args:
            closure: computes the gradients where the parameters are, as often as it is called, and returns the loss.

        Returns:
            The loss before the step.

        Raises:
            TypeError: if there is no closure.
        """
        if closure is None:
            raise TypeError(f"{self!r}: expected a closure, which computes gradients and the loss, received None")
        parameters, _ = self.module.flattenParameters()
        before, state = parameters.copy(), [self._vector(name, parameters) for name in self.STATE]
        try:
            loss, changes = self._iterate(closure, *state)
        except BaseException:
            parameters[...] = before
            raise
        vars(self).update(changes)
        self.t += 1
        return loss

    def _iterate(self, closure: Callable[[], float], direction: Array, last: Array) -> tuple[float, dict[str, Any]]:
        """Do the iterations of a step; return the loss before it, and what of the optimizer changes by it."""
        hessian = self.inverse_hessian.copy(direction.dtype)
        length, iterations, count = self.length, self.iterations, 1
        loss, gradient = evaluated(self.module, closure)
        first = loss
        for iteration in range(1, self.max_iter + 1):
            if _largest(gradient) <= self.tolerance_grad:
                break
            iterations += 1
            if iterations > 1:
                hessian.add(direction * length, gradient - last, self.history_size)
            direction, last, last_loss = hessian.times(-gradient), gradient, loss
            length = self.lr * (min(1.0, 1 / float(np.abs(gradient).sum())) if iterations == 1 else 1.0)
            slope = float(np.dot(gradient, direction))
            if slope > -self.tolerance_change:
                break
            line = Line(self.module, closure, direction)
            if self.line_search_fn is not None:
                start, most = Trial(0.0, loss, slope, gradient), self.max_eval - count
                found, tried = strong_wolfe(line.evaluate, start, length, scale=_largest(direction), most=most)
                length, loss, gradient = found.length, found.loss, found.gradient
                count += tried
            line.move(length)
            if self.line_search_fn is None and iteration < self.max_iter:  # else nobody asks for the gradient
                loss, gradient = evaluated(self.module, closure)
                count += 1
            is_over = count >= self.max_eval or _largest(direction) * abs(length) <= self.tolerance_change
            if is_over or abs(loss - last_loss) < self.tolerance_change:
                break
        return first, {
            "state": dict(zip(self.STATE, (direction, last), strict=True)),
            "inverse_hessian": hessian,
            "length": length,
            "iterations": iterations,
            "evaluations": self.evaluations + count,
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"


def _largest(array: Array) -> float:
    return float(np.abs(array).max(initial=0.0))
