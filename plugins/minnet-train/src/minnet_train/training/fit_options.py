"""`FitOptions`: what a training consists of."""

from __future__ import annotations

from attrs import field, frozen

from ..data import Samples
from ..validators import at_least


@frozen(eq=False, kw_only=True)
class FitOptions:
    """What a training consists of.

    Attributes:
        training: the samples to learn from.
        validation: the samples that every epoch is measured on, or None.
        epochs: how many epochs there are, those of an earlier call or a loaded state among them.
        batch_size: samples in a batch; the last of an epoch takes what is left, unless that is a single sample, of
            which batch statistics would say nothing, and which the one before it takes.
        accumulate: how many batches a step is of; the last step of an epoch has those that are left.
        shards: into how many shards a batch is divided; None for whole batches.
    """

    training: Samples
    validation: Samples | None = None
    epochs: int = field(validator=at_least(1))
    batch_size: int = field(default=32, validator=at_least(1))
    accumulate: int = field(default=1, validator=at_least(1))
    shards: int | None = None

    @property
    def division(self) -> dict[str, int]:
        """What divides an epoch, with what earlier versions do not know only where it says something."""
        whole = {"samples": len(self.training), "batch_size": self.batch_size}
        if self.accumulate > 1:
            whole["accumulate"] = self.accumulate
        return whole if self.shards is None else {**whole, "shards": self.shards}

    @property
    def samples_per_step(self) -> int:
        """How many samples a step is of."""
        return self.batch_size * self.accumulate

    @property
    def batches(self) -> int:
        """How many steps an epoch has."""
        whole, left = divmod(len(self.training), self.samples_per_step)
        return max(whole + (left > 1), 1)

    @property
    def steps(self) -> int:
        """How many steps all epochs have."""
        return self.epochs * self.batches
