"""The package optuna, quiet: what its own log says, and which of its parts may change, is no matter of ours."""

from __future__ import annotations

import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)

__all__ = ["optuna"]
