"""`sandboxed`: what runs inside neither disturbs the program, nor is disturbed by its settings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import numpy as np

from ...state import GlobalState


@contextmanager
def sandboxed(seed: int = 0) -> Iterator[None]:
    """Give what runs inside global generators of its own, silence its warnings, and swallow what it prints.

    Args:
        seed: of the generators, so that a constructor which draws from them draws the same each time.
    """
    before = GlobalState.now()
    GlobalState.enter(seed)
    try:
        with np.errstate(all="ignore"), np.printoptions(), warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        before.restore()
