"""Data sources, the training loop, and the commands train, init, evaluate and predict of minnet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.lazy import lazy_exports

if TYPE_CHECKING:
    from .csv_dataset import load_csv as load_csv
    from .data_config import DataConfig as DataConfig
    from .dataset import Dataset as Dataset
    from .dataset import Origin as Origin
    from .digits import load_digits as load_digits
    from .early_stopping import EarlyStopping as EarlyStopping
    from .epoch_report import EpochReport as EpochReport
    from .errors import CallbackError as CallbackError
    from .errors import DataError as DataError
    from .errors import DivergenceError as DivergenceError
    from .errors import ExperimentError as ExperimentError
    from .errors import StateError as StateError
    from .experiment import Experiment as Experiment
    from .experiment_file import ExperimentFile as ExperimentFile
    from .experiment_file import read_experiment as read_experiment
    from .history import History as History
    from .learning_data import LearningData as LearningData
    from .measurement import Measurement as Measurement
    from .measurement import measure as measure
    from .plan import Plan as Plan
    from .preparation import Preparation as Preparation
    from .run import Run as Run
    from .run_directory import Checkpoint as Checkpoint
    from .run_directory import CheckpointError as CheckpointError
    from .run_directory import RunDirectory as RunDirectory
    from .run_directory import RunError as RunError
    from .samples import Samples as Samples
    from .scheduling import schedules as schedules
    from .session import Session as Session
    from .sources.registry import datasets as datasets
    from .sources.source import Source as Source
    from .split import Split as Split
    from .split import stratified_split as stratified_split
    from .trainer import Trainer as Trainer

__version__ = "0.1.0"

# Imported when first used: `minnet --help` imports this package for its commands, and need not wait for NumPy.
_HOME = {
    "Checkpoint": "run_directory",
    "CheckpointError": "run_directory",
    "CallbackError": "errors",
    "DataConfig": "data_config",
    "DataError": "errors",
    "Dataset": "dataset",
    "DivergenceError": "errors",
    "EarlyStopping": "early_stopping",
    "EpochReport": "epoch_report",
    "Experiment": "experiment",
    "ExperimentError": "errors",
    "ExperimentFile": "experiment_file",
    "History": "history",
    "LearningData": "learning_data",
    "Measurement": "measurement",
    "Origin": "dataset",
    "Plan": "plan",
    "Preparation": "preparation",
    "Run": "run",
    "RunDirectory": "run_directory",
    "RunError": "run_directory",
    "Session": "session",
    "Samples": "samples",
    "Source": "sources.source",
    "Split": "split",
    "StateError": "errors",
    "Trainer": "trainer",
    "datasets": "sources.registry",
    "load_csv": "csv_dataset",
    "load_digits": "digits",
    "measure": "measurement",
    "read_experiment": "experiment_file",
    "schedules": "scheduling",
    "stratified_split": "split",
}

__all__ = sorted(_HOME)


if not TYPE_CHECKING:  # a type checker would take __getattr__ to mean that every name is there
    __getattr__, __dir__ = lazy_exports(__name__, _HOME)
