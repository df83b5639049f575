"""`JaxError`: JAX is not there, or cannot hold what a module has."""

from __future__ import annotations

from minnet_core import MinnetError


class JaxError(MinnetError, ValueError):
    """JAX is not installed or too old, or a module and JAX do not go together."""
