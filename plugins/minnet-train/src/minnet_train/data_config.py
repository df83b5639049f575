"""`DataConfig`: what an experiment learns from."""

from __future__ import annotations

import os

from attrs import evolve, field, frozen

from .accepted import expect, not_empty

DIGITS = "digits"
"""The source that means the embedded handwritten digits."""


def _is_normal_float32(value: float) -> bool:
    """Whether dividing float32 features by a number divides by neither 0 nor infinity."""
    return 2.0**-126 <= value <= (2 - 2.0**-23) * 2.0**127


@frozen(kw_only=True)
class DataConfig:
    """What to learn from.

    Attributes:
        source: ``digits``, the embedded handwritten digits, or the path of a CSV file.
        target: of a CSV file, the column to predict: its name, or its index from 0 (-1 is the last); None is the last.
        test_fraction: the part of each class that is held out from training.
        scale: features are divided by this.
    """

    source: str = field(validator=not_empty)
    target: str | int | None = None
    test_fraction: float = field(default=0.2, validator=expect("a number between 0 and 1", lambda x: 0 < x < 1))
    scale: float = field(
        default=1.0,
        validator=expect("a positive number that float32 can hold, 1.18e-38 to 3.4e38", _is_normal_float32),
    )

    def relative_to(self, folder: str) -> DataConfig:
        """Make a relative path of a CSV file one that starts at ``folder``, which is empty for the current one."""
        return self if self.source == DIGITS else evolve(self, source=os.path.join(folder, self.source))
