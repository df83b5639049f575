"""`serve`: the application on a socket, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import ipaddress
import logging
import math
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click
import uvicorn

from minnet_core.support import printable, printable_lines

from .connection import Connection
from .errors import AddressError
from .limits import Limits

IDLE = 5
"""Seconds that a connection is kept for the next request of a client."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def bound_socket(host: str, port: int) -> socket.socket:
    """Listen on one address and no other: of several that a name has, the first.

    Args:
        host: an address or a name of this machine.
        port: 0 for any that is free.

    Raises:
        AddressError: if there is no such address here, or it is taken.
    """
    where = printable(f"{host}, port {port}")
    if not host:
        raise AddressError("expected an address to listen on, received an empty one; 0.0.0.0 is all of IPv4")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise AddressError(f"{where}: expected an address of this machine: {_reason(error)}") from error
    try:
        if sys.platform != "win32":  # where it would let two programs listen
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # :: is not all of IPv4 besides
        listening.bind(address)
        listening.listen(socket.SOMAXCONN)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise AddressError(f"{where}: expected an address that is free: {_reason(error)}") from error
    return listening


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error)


def url_of(listening: socket.socket) -> str:
    """Return what a browser on this machine calls a socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_local(listening: socket.socket) -> bool:
    """Whether only this machine can reach a socket."""
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback


def serve(
    app: Any, listening: socket.socket, limits: Limits, *, when_ready: Callable[[], object] = lambda: None
) -> None:
    """Answer requests until Ctrl-C or SIGTERM; those under way are answered before it returns, within their time.

    A second Ctrl-C answers nobody any more; it waits for what threads compute at that moment, because Python ends no
    thread, and for nothing that waits for one.

    Args:
        app: an ASGI application.
        listening: a socket that listens; closed at the end.
        limits: of connections and time.
        when_ready: called when requests are answered.
    """

    class Timed(Connection):
        seconds = limits.seconds

    config = uvicorn.Config(
        app,
        http=Timed,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=math.ceil(limits.seconds) + 1,
    )
    with _logged():
        _Server(config, when_ready).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that a signal ends as a command that has done its work ends, rather than by the signal."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; at a second Ctrl-C at once, and without a traceback of each request that is given up by that."""
        super().handle_exit(sig, frame)
        if self.force_exit:
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the first signal end the server, and give the handlers back afterwards."""
        if threading.current_thread() is not threading.main_thread():  # where Python takes no handler
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


class _Log(logging.Handler):
    """Writes what the server has to say to stderr, fit for a terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(printable_lines(self.format(record), sys.maxsize), err=True)


@contextmanager
def _logged() -> Iterator[None]:
    """Have errors of the server told, and nothing of what clients do wrong, of which there is no end."""
    logger, handler = logging.getLogger("uvicorn.error"), _Log()
    level, propagated = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagated
