"""Runs that survive: a directory with config, versions, reports and checkpoints, and the lock on it."""

from __future__ import annotations

from .checkpoint_file import Checkpoint
from .checkpoints import Checkpoints, Latest
from .config import RunConfig
from .directory import RunDirectory
from .environment import Environment
from .errors import CheckpointError, RunError
from .journal import Journal
from .lock import RunLock
from .naming import new_path
from .recorder import Recorder

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Checkpoints",
    "Environment",
    "Journal",
    "Latest",
    "Recorder",
    "RunConfig",
    "RunDirectory",
    "RunError",
    "RunLock",
    "new_path",
]
