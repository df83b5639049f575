"""A run's folder: configuration, environment, journal, checkpoints and lock."""

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
