"""The package optuna, quiet: what its own log says is said by minnet."""

from __future__ import annotations

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

optuna.logging.set_verbosity(optuna.logging.ERROR)

__all__ = ["JournalFileBackend", "JournalFileOpenLock", "JournalStorage", "optuna"]
