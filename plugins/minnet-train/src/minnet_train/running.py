"""`Running`: the sums of the epoch that is being trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from .metrics.metric import Metric
from .tally import Tally


class Running:
    """The sums of the epoch that is being trained.

    Args:
        metrics: of the training samples.

    Attributes:
        loss: the sum of the losses of all samples, weighted.
        weight: the sum of their weights; without weights, their number.
        tally: the metrics.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.tally = Tally(metrics)
        self.loss = self.weight = 0.0
        self._seconds = 0.0
        self._since: float | None = None

    def reset(self) -> None:
        """Begin an epoch."""
        self.tally.reset()
        self.loss = self.weight = self._seconds = 0.0

    def start(self) -> None:
        """Let time count."""
        self._since = perf_counter()

    def pause(self) -> None:
        """Let time count no more."""
        self._seconds, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        """The time that counted."""
        return self._seconds + (0.0 if self._since is None else perf_counter() - self._since)

    @property
    def mean_loss(self) -> float:
        """The mean loss of the samples so far."""
        return self.loss / self.weight if self.weight else 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return the sums."""
        return {"loss": self.loss, "weight": self.weight, "seconds": self.seconds, "tally": self.tally.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from sums."""
        self.loss, self.weight, self._seconds = state["loss"], state["weight"], state["seconds"]
        self.tally.load_state_dict(state["tally"])
