"""Runs: an experiment carried out, recorded in a folder, and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from . import names as names
    from .checkpoint_file import Checkpoint as Checkpoint
    from .checkpoints import Checkpoints as Checkpoints
    from .directory import RunDirectory as RunDirectory, new_path as new_path
    from .following import telling_errors as telling_errors
    from .journal import Journal as Journal, finite as finite
    from .lock import lock_holder as lock_holder, run_lock as run_lock
    from .own_file import is_own_file as is_own_file
    from .run import Run as Run, generators as generators
    from .session import Session as Session
else:
    # Lazy, because whoever lists runs wants neither the Trainer nor NumPy.
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "checkpoint_file": "Checkpoint",
            "checkpoints": "Checkpoints",
            "directory": "RunDirectory new_path",
            "following": "telling_errors",
            "journal": "Journal finite",
            "lock": "lock_holder run_lock",
            "names": "names",
            "own_file": "is_own_file",
            "run": "Run generators",
            "session": "Session",
        },
    )
