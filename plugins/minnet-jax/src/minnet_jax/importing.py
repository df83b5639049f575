"""`jax_module`: JAX itself, imported when it is first used."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import JaxError

OLDEST = (0, 4, 35)
"""The first version whose ``pure_callback`` takes ``vmap_method``."""


def jax_module() -> Any:
    """Import JAX.

    Raises:
        JaxError: if it is not installed, or too old.
    """
    try:
        jax = importlib.import_module("jax")
    except ImportError as error:
        raise JaxError(f"minnet-jax needs JAX, which cannot be imported ({error}); pip install jax") from error
    if tuple(jax.__version_info__[:3]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise JaxError(f"minnet-jax needs JAX {oldest} or later, received {jax.__version__}; pip install -U jax")
    return jax
