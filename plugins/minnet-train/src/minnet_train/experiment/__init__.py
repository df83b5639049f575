"""Experiments: a TOML file, checked, and the components and data that it stands for."""

from .build import (
    build_criterion,
    build_metrics,
    build_model,
    build_optimizer,
    build_schedule,
    check_components,
    check_metric_names,
)
from .experiment import ComponentConfig, DataConfig, Experiment
from .load_source import load_source
from .prepared_data import LearningData, drawn_split
from .record import KEY, TrainingRecord
from .structure import data_of_text, structure_experiment, unstructure_experiment
from .template import experiment_text
from .toml_file import ExperimentFile, read_experiment

__all__ = [
    "KEY",
    "ComponentConfig",
    "DataConfig",
    "Experiment",
    "ExperimentFile",
    "LearningData",
    "TrainingRecord",
    "build_criterion",
    "build_metrics",
    "build_model",
    "build_optimizer",
    "build_schedule",
    "check_components",
    "check_metric_names",
    "data_of_text",
    "drawn_split",
    "experiment_text",
    "load_source",
    "read_experiment",
    "structure_experiment",
    "unstructure_experiment",
]
