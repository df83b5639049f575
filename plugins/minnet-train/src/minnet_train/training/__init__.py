"""The `Trainer`: the loop over epochs and batches, and what takes part in it."""

from .early_stopping import EarlyStopping
from .fit_options import FitOptions
from .history import EpochReport, History
from .interruption import Interruption
from .learning_rate import Scheduler, expect_scheduler
from .measurement import CHUNK, Measurement, as_probabilities, measure, to_probabilities
from .trainer import Trainer

__all__ = [
    "CHUNK",
    "EarlyStopping",
    "EpochReport",
    "FitOptions",
    "History",
    "Interruption",
    "Measurement",
    "Scheduler",
    "Trainer",
    "as_probabilities",
    "expect_scheduler",
    "measure",
    "to_probabilities",
]
