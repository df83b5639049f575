"""The `Trainer`: the loop over epochs and batches, and what takes part in it."""

from .callbacks import training_plugins
from .early_stopping import EarlyStopping
from .evaluate import Measurement, evaluate_samples, forward_chunks, measure
from .fit_options import FitOptions
from .frozen import trained_part
from .history import EpochReport, History
from .interruption import Interruption
from .learning_rate import Scheduler, expect_scheduler
from .steps import MODULES, executor_name
from .threads import VARIABLES, Threads
from .trainer import Trainer

__all__ = [
    "MODULES",
    "VARIABLES",
    "EarlyStopping",
    "EpochReport",
    "FitOptions",
    "History",
    "Interruption",
    "Measurement",
    "Scheduler",
    "Threads",
    "Trainer",
    "evaluate_samples",
    "executor_name",
    "expect_scheduler",
    "forward_chunks",
    "measure",
    "trained_part",
    "training_plugins",
]
