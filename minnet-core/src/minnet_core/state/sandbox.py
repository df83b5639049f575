"""`sandboxed`: where code runs that may draw, warn and print, and nobody shall notice."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from io import StringIO

import numpy as np

from .generators import GlobalState, global_state_kept


@contextmanager
def sandboxed(seed: int = 0, *, keeps_generators: bool = True) -> Iterator[None]:
    """Give what runs inside global generators of its own, silence its warnings, and swallow what it prints.

    Args:
        seed: of the generators, so that a constructor which draws from them draws the same each time.
        keeps_generators: restore the generators at the end, which takes longer than all else; whoever enters many
            sandboxes can do so for all of them, by `global_state_kept`.
    """
    with (
        global_state_kept() if keeps_generators else nullcontext(),
        np.errstate(all="ignore"),
        np.printoptions(),
        redirect_stdout(StringIO()),
    ):
        GlobalState.enter(seed)
        with warnings.catch_warnings(action="ignore"):
            yield
