"""What compilation cannot do."""

from __future__ import annotations

from ..errors import MinnetError


class NoOperationsError(MinnetError):
    """A component has no operations for what it is given; it is called in its place in the table."""
