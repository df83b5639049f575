"""`Unmistakable`: no request is answered that somebody else may have meant otherwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Collection, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from minnet_core.support import printable

from .errors import RefusedError


class Unmistakable:
    """Refuses requests of two lengths, and those that call the server by a name that is not its own.

    A request with both ``Content-Length`` and ``Transfer-Encoding`` ends at one place for this server and perhaps at
    another one for a server before it, and what is between would be a request that nobody has looked at.
    A page that a browser shows may have its own name resolved to 127.0.0.1, and so ask a server that answers this
    machine alone ("DNS rebinding"). The name is in ``Host``; an address cannot be resolved to another.

    Args:
        app: what answers the others.
        names: by which the server may be called besides addresses and ``localhost``; None for any.
        refuse: makes a response of an error.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: Collection[str] | None,
        refuse: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self.app, self.refuse = app, refuse
        self.names = None if names is None else {_name_of(each) for each in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            try:
                self._check(request)
            except RefusedError as error:
                await (await self.refuse(request, error))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, request: Request) -> None:
        if has_two_lengths(request.headers):
            raise RefusedError(400, "expected Content-Length or Transfer-Encoding, received both")
        host = request.headers.get("host")
        if self.names is not None and host and not is_own(host, self.names):
            raise RefusedError(
                421,
                "expected a Host that is an address, localhost or a name of --allow-host, received "
                f"{printable(repr(host[:100]))}",
            )


def has_two_lengths(headers: Mapping[str, str]) -> bool:
    """Whether a request says in two ways where it ends."""
    return "content-length" in headers and "transfer-encoding" in headers


def is_own(host: str, names: Collection[str]) -> bool:
    """Whether a ``Host`` is an address, ``localhost`` or one of some names, in small letters.

    >>> [is_own(host, {"flats.example"}) for host in ("[::1]:8000", "Flats.example.", "localhost:80", "evil.example")]
    [True, True, True, False]
    """
    name = _name_of(host)
    if name == "localhost" or name.endswith(".localhost") or name in names:
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _name_of(host: str) -> str:
    """Leave the port out."""
    name = host.strip()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    return name.rstrip(".").lower()
