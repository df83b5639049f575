"""Optuna, in one place: a study in a journal on a shared folder, its samplers, its pruners, and what matters."""

from .importance import importances
from .points import all_points
from .study import State, Study, Trial

__all__ = ["State", "Study", "Trial", "all_points", "importances"]
