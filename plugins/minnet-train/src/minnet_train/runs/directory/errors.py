"""What can be wrong with a run directory."""

from __future__ import annotations

from minnet_core import MinnetError


class RunError(MinnetError, RuntimeError):
    """A run directory cannot be begun, gone on with or written to."""


class CheckpointError(MinnetError, ValueError):
    """A state cannot be a checkpoint, or a checkpoint file is truncated, foreign, altered or of another format."""
