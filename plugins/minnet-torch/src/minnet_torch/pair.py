"""`Pair`: a component and its counterpart, about to be given the same batch."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from minnet_core import Array, Reference
from minnet_core.testing import Batch, Trial, run, skip

if TYPE_CHECKING:
    from .counterpart import Counterpart

REACH = 8.0
"""How far from zero inputs are spread: past the bends of the usual activations (ReLU6, Hardswish)."""


@frozen(eq=False)
class Pair:
    """A component in a mode, what PyTorch has for it, and a batch.

    Attributes:
        component: as it is before the batch; nothing here changes it.
        reference: names the counterpart.
        mode: ``train`` or ``evaluate``.
        batch: what both are given.
    """

    component: Any
    reference: Reference
    mode: str
    batch: Batch

    @property
    def where(self) -> str:
        """What is compared, for messages."""
        return f"against {self.reference.name}, {self.mode} mode, {self.batch}"

    def ours(self) -> dict[str, Array]:
        """All that the component computes, by name."""
        return run(copy.deepcopy(self.component), self.batch)

    def theirs(self, dtype: npt.DTypeLike = np.float64) -> dict[str, Array]:
        """All that the counterpart computes, by the same names."""
        return self.counterpart(dtype).run(self.batch)

    def counterpart(self, dtype: npt.DTypeLike = np.float64) -> Counterpart:
        """Make the counterpart, its parameters and buffers equal to the component's."""
        from .counterpart import make_counterpart  # here, so that PyTorch is imported where it is needed and not before

        return make_counterpart(self.reference, self.component, self.mode, dtype)


def pairs(trial: Trial, dtype: npt.DTypeLike = np.float64) -> Iterator[Pair]:
    """Pair a component with its counterpart in every mode and for every shape of the case.

    Where any real numbers are taken, a second input of each shape is spread over -8 to 8.
    Random numbers are nothing to compare, so a component that draws them is compared in evaluation mode alone.

    Raises:
        NotApplicable: if the case names no counterpart in PyTorch.
    """
    reference = trial.case.reference
    if reference is None or reference.framework != "torch":
        skip("the case names no counterpart in PyTorch")
    for mode in trial.repeatable_modes:
        for shape in trial.case.shapes:
            batches = [trial.batch(mode, dtype, shape=shape)]
            if trial.is_real:
                spread = trial.map_real(lambda array: _spread(array, trial.rng), batches[0].input)
                batches.append(trial.batch(mode, dtype, shape=shape, input=spread, kind="spread"))
            for batch in batches:
                yield Pair(trial.fresh(mode, dtype), reference, mode, batch)


def _spread(array: Array, rng: np.random.Generator) -> Array:
    """Draw one number from each of as many equal parts of -8 to 8 as there are elements, in any order.

    >>> np.sort(_spread(np.zeros(4), np.random.default_rng(0))) // 4
    array([-2., -1.,  0.,  1.])
    """
    parts = rng.permutation(array.size) + rng.random(array.size)
    spread: Array = (REACH * (2 * parts / array.size - 1)).reshape(array.shape).astype(array.dtype)
    return spread
