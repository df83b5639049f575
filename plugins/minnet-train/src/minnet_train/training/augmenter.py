"""`Augmenter`: the augmentations of a training, and what decides what they draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array

from ..augmentations import Augmentation
from ..errors import StateError


class Augmenter:
    """Augments the batches of a training, one augmentation after another.

    What is drawn for a batch depends on a key, and on the numbers of its epoch, of the batch in that, and of the shard
    in it, if there are shards: so it does not matter when a batch is prepared, nor whether, or where, others are.

    Args:
        augmentations: in order.
    """

    def __init__(self, augmentations: Sequence[Augmentation]) -> None:
        for each in augmentations:
            if not isinstance(each, Augmentation):
                raise TypeError(f"augmentations: expected an Augmentation such as Shift(1), received {each!r}")
        self.augmentations = list(augmentations)
        self._key: list[int] | None = None

    def begin(self, generator: np.random.Generator) -> None:
        """Draw the key, unless there is one already, or nothing to be drawn."""
        if self.augmentations and self._key is None:
            self._key = generator.integers(0, 2**32, 4).tolist()

    def __bool__(self) -> bool:
        return bool(self.augmentations)

    def __call__(
        self, inputs: Array, targets: Array, epoch: int, batch: int, shard: int | None = None
    ) -> tuple[Array, Array]:
        """Augment the batch of this number in an epoch, or one of its shards."""
        assert self._key is not None
        rng = np.random.default_rng([*self._key, epoch, batch, *([] if shard is None else [shard])])
        for each in self.augmentations:
            inputs, targets = each.augment(inputs, targets, rng)
        return inputs, targets

    def state_dict(self) -> dict[str, Any]:
        """Return what decides all that is drawn."""
        return {"key": self._key, "classes": self._classes}

    def load_state_dict(self, state: Mapping[str, Any] | None) -> None:
        """Draw as another one does; None is the state of one without augmentations.

        Raises:
            StateError: if its augmentations are others.
        """
        theirs = [] if state is None else list(state["classes"])
        if theirs != self._classes:
            raise StateError(f"augmentations: expected {theirs}, as in the state, received {self._classes}")
        self._key = None if state is None else state["key"]

    @property
    def _classes(self) -> list[str]:
        return [type(each).__name__ for each in self.augmentations]
