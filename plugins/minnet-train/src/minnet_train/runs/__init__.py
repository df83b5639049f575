"""Runs: an experiment carried out, recorded in a folder, and resumed."""

from .checkpoint_file import Checkpoint
from .directory import RunDirectory, new_path
from .run import Run, generators
from .session import Session

__all__ = ["Checkpoint", "Run", "RunDirectory", "Session", "generators", "new_path"]
