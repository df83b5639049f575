"""Trials carried out: a sweep's folder, workers that share it, and the ordinary runs that each trial is made of."""

from .beginning import Beginning
from .folder import SweepFolder, new_path
from .processes import Workers, processors
from .results import result_of
from .trial_training import Stopped
from .worker import Worker, shown, told

__all__ = [
    "Beginning",
    "Stopped",
    "SweepFolder",
    "Worker",
    "Workers",
    "new_path",
    "processors",
    "result_of",
    "shown",
    "told",
]
