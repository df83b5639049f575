"""`ExponentialMovingAverage`: the weights as they were in the last steps, on the average."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from minnet_core import Array, Module
from minnet_core.nn import BLOCK

from ..errors import StateError


class ExponentialMovingAverage:
    r"""A moving average of the parameters of a module, which often predicts better than the last parameters do.

    After each step with parameters :math:`\theta`,

    .. math:: a \leftarrow \beta a + (1 - \beta)\,\theta

    beginning with :math:`a = \theta` after the first. With ``warm_up``, update :math:`t` has
    :math:`\min\left(\beta, \tfrac{t}{9 + t}\right)` in the place of :math:`\beta`, so that an average of few steps is
    not one of the first weights.

    PyTorch: ``torch.optim.swa_utils.AveragedModel`` with ``get_ema_multi_avg_fn``, without a copy of the model.
    Like there, buffers such as moving means are not averaged.

    Args:
        module: whose parameters are averaged.
        decay: :math:`\beta`, how much of the average an update keeps, in [0, 1).
        warm_up: whether the first updates keep less.

    Raises:
        ValueError: if the decay is out of range.

    Attributes:
        updates: how many there were.
        average: the parameters, averaged, as a flat vector; None before the first update.

    >>> from minnet_core import layers
    >>> layer = layers["Linear"](1, 1, dtype="float64")
    >>> average = ExponentialMovingAverage(layer, decay=0.75)
    >>> for value in (0.0, 4.0):
    ...     layer.W[...] = value
    ...     average.update()
    >>> with average.applied():
    ...     layer.W.item()
    1.0
    >>> layer.W.item()
    4.0
    """

    def __init__(self, module: Module, decay: float = 0.999, *, warm_up: bool = False) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"ExponentialMovingAverage: expected a Module, received {module!r}")
        if isinstance(decay, str) or not 0 <= decay < 1:
            raise ValueError(f"ExponentialMovingAverage: expected decay to be a number in [0, 1), received {decay!r}")
        self.module, self.decay, self.warm_up = module, float(decay), bool(warm_up)
        self.updates = 0
        self.average: Array | None = None

    def update(self) -> None:
        """Count the parameters as they are now."""
        parameters, _ = self.module.flattenParameters()
        if self.average is None:
            self.average = parameters.copy()
        average = self._fitting(parameters)
        self.updates += 1
        decay = min(self.decay, self.updates / (9 + self.updates)) if self.warm_up else self.decay
        for start in range(0, parameters.size, BLOCK):
            block = slice(start, start + BLOCK)
            change = parameters[block] - average[block]
            change *= 1 - decay
            average[block] += change

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Have the module compute with the average while the context lasts, to evaluate or save it.

        Its own parameters are put back, bit for bit; without an update they are what there is.
        """
        if self.average is None:
            yield
            return
        parameters, _ = self.module.flattenParameters()
        own, parameters[...] = parameters.copy(), self._fitting(parameters)
        try:
            yield
        finally:
            self.module.flattenParameters()[0][...] = own

    def restart(self) -> None:
        """Forget the average: the parameters are others now."""
        self.updates, self.average = 0, None

    def state_dict(self) -> dict[str, Any]:
        """Copy the average, and how many updates there were."""
        return {"updates": self.updates, "average": None if self.average is None else self.average.copy()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what another one had; raise `StateError` if that is of another number of parameters."""
        average = state["average"]
        size = self.module.flattenParameters()[0].size
        if average is not None and average.shape != (size,):
            raise StateError(f"average: expected that of {size} parameters, received {average.size}")
        self.updates, self.average = state["updates"], None if average is None else average.copy()

    def __repr__(self) -> str:
        return f"ExponentialMovingAverage decay={self.decay:g}"

    def _fitting(self, parameters: Array) -> Array:
        """The average in the dtype of the parameters, whose number must be the same."""
        assert self.average is not None
        if self.average.size != parameters.size:
            raise ValueError(
                f"{self!r}: expected the {self.average.size} parameters of the last update, received {parameters.size}"
            )
        self.average = np.asarray(self.average, parameters.dtype)
        return self.average
