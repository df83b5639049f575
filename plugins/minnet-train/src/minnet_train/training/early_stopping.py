"""`EarlyStopping`: when to end a training that no longer gets better."""

from __future__ import annotations

import math
import re

from attrs import Factory, field, frozen

from ..validators import at_least, expect, not_empty

_LARGE_IS_GOOD = re.compile(r"(validation_)?(accuracy|top\d+|r2)")
"""The names of those of our metrics of which a large value is good."""


@frozen(kw_only=True)
class EarlyStopping:
    """When to end a training that no longer gets better.

    Attributes:
        patience: how many epochs may pass without a new best one.
        metric: a number of a report: ``validation_loss``, ``validation_accuracy``, ``loss``.
        mode: ``min`` if small is good, ``max`` if large is. If not given, ``max`` for the accuracy, top-k and R2 that
            come with minnet-train, ``min`` for all else.
        min_delta: by how much a new best must be better than the one before.
        restore_best: whether the model becomes what it was after the best epoch, when training is over.
    """

    patience: int = field(default=5, validator=at_least(1))
    metric: str = field(default="validation_loss", validator=not_empty)
    mode: str = field(
        default=Factory(lambda self: _usual_mode(self.metric), takes_self=True),
        validator=expect("'min' or 'max'", lambda mode: mode in ("min", "max")),
    )
    min_delta: float = field(default=0.0, validator=expect("a finite number of 0 or more", lambda x: 0 <= x < math.inf))
    restore_best: bool = True


def _usual_mode(metric: object) -> str:
    return "max" if _LARGE_IS_GOOD.fullmatch(str(metric)) else "min"
