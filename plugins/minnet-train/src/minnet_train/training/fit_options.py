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
        batch_size: samples in a step; the last step of an epoch takes what is left, unless that is a single sample, of
            which batch statistics would say nothing, and which the one before it takes.
    """

    training: Samples
    validation: Samples | None = None
    epochs: int = field(validator=at_least(1))
    batch_size: int = field(default=32, validator=at_least(1))

    @property
    def batches(self) -> int:
        """How many steps an epoch has."""
        whole, left = divmod(len(self.training), self.batch_size)
        return max(whole + (left > 1), 1)

    @property
    def steps(self) -> int:
        """How many steps all epochs have."""
        return self.epochs * self.batches
