"""`undisturbed`: what runs inside neither disturbs the program, nor is disturbed by its settings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .global_state import GlobalState


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the global generators, and keep NumPy's warnings from those who would turn them into errors."""
    before = GlobalState.now()
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        before.restore()
