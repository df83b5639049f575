"""Data sources, the training loop, and the commands train, init, evaluate and predict of minnet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .augmentations import Augmentation as Augmentation
    from .data import (
        Dataset as Dataset,
        Origin as Origin,
        Preparation as Preparation,
        Samples as Samples,
        Source as Source,
        Split as Split,
        StoredRows as StoredRows,
        load_digits as load_digits,
    )
    from .errors import (
        CallbackError as CallbackError,
        CheckpointError as CheckpointError,
        DataError as DataError,
        DivergenceError as DivergenceError,
        ExperimentError as ExperimentError,
        RunError as RunError,
        StateError as StateError,
        TaskError as TaskError,
    )
    from .evaluation import Predictor as Predictor, load_predictor as load_predictor
    from .experiment import (
        DataConfig as DataConfig,
        Experiment as Experiment,
        ExperimentFile as ExperimentFile,
        LearningData as LearningData,
        read_experiment as read_experiment,
    )
    from .registries import datasets as datasets, schedules as schedules
    from .runs import (
        Checkpoint as Checkpoint,
        Run as Run,
        RunDirectory as RunDirectory,
        Session as Session,
    )
    from .training import (
        EarlyStopping as EarlyStopping,
        EpochReport as EpochReport,
        ExponentialMovingAverage as ExponentialMovingAverage,
        FitOptions as FitOptions,
        History as History,
        Measurement as Measurement,
        Trainer as Trainer,
        measure as measure,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "augmentations": "Augmentation",
            "data": "Dataset Origin Preparation Samples Source Split StoredRows load_digits",
            "errors": "CallbackError CheckpointError DataError DivergenceError ExperimentError RunError StateError "
            "TaskError",
            "evaluation": "Predictor load_predictor",
            "experiment": "DataConfig Experiment ExperimentFile LearningData read_experiment",
            "registries": "datasets schedules",
            "runs": "Checkpoint Run RunDirectory Session",
            "training": "EarlyStopping EpochReport ExponentialMovingAverage FitOptions History Measurement Trainer "
            "measure",
        },
    )

__version__ = "0.1.0"
