"""The package optuna, quiet: what its own log says is said by minnet."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

optuna.logging.set_verbosity(optuna.logging.ERROR)

__all__ = ["JournalFileBackend", "JournalFileOpenLock", "JournalStorage", "experiments_allowed", "optuna"]


@contextmanager
def experiments_allowed() -> Iterator[None]:
    """Use, while the context lasts, what Optuna has had for years and calls an experiment in some of its versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield
