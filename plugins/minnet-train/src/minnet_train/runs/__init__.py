"""Runs: an experiment carried out, recorded in a folder, and resumed."""

from .checkpoint_file import Checkpoint
from .directory import RunDirectory, new_path
from .following import telling_errors
from .run import Run, generators
from .session import Session

__all__ = ["Checkpoint", "Run", "RunDirectory", "Session", "generators", "new_path", "telling_errors"]
