"""Experiments: a TOML file, checked, and the components and data that it stands for."""

from .align import aligned, with_columns
from .build import (
    build_criterion,
    build_metrics,
    build_model,
    build_optimizer,
    build_schedule,
    check_components,
    check_metric_names,
    check_not_judged,
    components_of,
)
from .experiment import ComponentConfig, DataConfig, Experiment
from .load_source import is_lost, load_other, load_source, load_validation, other_source
from .model_card import ModelCard
from .own_files import changed_files, import_files
from .prepared_data import LearningData, drawn_split
from .record import KEY, TrainingRecord
from .setting import Setting
from .start import Start
from .start_model import StartModel
from .structure import data_of_text, structure_experiment, unstructure_experiment
from .table_source import FittedSource, dialect_of, fitted_source
from .template import experiment_text
from .toml_file import ExperimentFile, read_experiment

__all__ = [
    "KEY",
    "ComponentConfig",
    "DataConfig",
    "Experiment",
    "ExperimentFile",
    "FittedSource",
    "LearningData",
    "ModelCard",
    "Setting",
    "Start",
    "StartModel",
    "TrainingRecord",
    "aligned",
    "build_criterion",
    "build_metrics",
    "build_model",
    "build_optimizer",
    "build_schedule",
    "changed_files",
    "check_components",
    "check_metric_names",
    "check_not_judged",
    "components_of",
    "data_of_text",
    "dialect_of",
    "drawn_split",
    "experiment_text",
    "fitted_source",
    "import_files",
    "is_lost",
    "load_other",
    "load_source",
    "load_validation",
    "other_source",
    "read_experiment",
    "structure_experiment",
    "unstructure_experiment",
    "with_columns",
]
