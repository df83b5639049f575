"""What a request, or an address, is refused with."""

from __future__ import annotations

from minnet_core import MinnetError


class RefusedError(MinnetError, ValueError):
    """A request is refused.

    Attributes:
        status: of HTTP, that says whose fault it is.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class AddressError(MinnetError, OSError):
    """An address cannot be listened on."""


class MissingServerError(MinnetError, ImportError):
    """What the server is made of is not installed."""
