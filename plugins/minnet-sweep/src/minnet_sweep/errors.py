"""What can go wrong with a sweep as a whole; what is wrong with its file is an `ExperimentError`."""

from __future__ import annotations

from minnet_core import MinnetError


class SweepError(MinnetError, RuntimeError):
    """A sweep cannot be begun, gone on with or looked at."""
