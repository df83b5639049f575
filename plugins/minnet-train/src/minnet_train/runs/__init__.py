"""Runs: an experiment carried out, recorded in a folder, and resumed."""

from .directory import Checkpoint, CheckpointError, RunDirectory, RunError, new_path
from .run import Run, generators
from .session import Session

__all__ = ["Checkpoint", "CheckpointError", "Run", "RunDirectory", "RunError", "Session", "generators", "new_path"]
