"""The body of a request: what it must be, and reading it within the limits."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request

from minnet_core.support import printable

from .errors import RefusedError
from .limits import Limits

LINGER = 2.0
"""Seconds in which what a client still sends is thrown away, so that it reads why it is refused."""


def expect_json(request: Request) -> None:
    """Check what a request says that its body is.

    Raises:
        RefusedError: 415, if that is no JSON, or compressed.
    """
    received = request.headers.get("content-type", "")
    kind, _, parameters = received.partition(";")
    charset = parameters.strip().lower().replace('"', "").replace(" ", "")
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        told = repr(received[:100]) if received else "none"
        raise RefusedError(415, f"expected the Content-Type application/json, received {printable(told)}")
    coding = request.headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise RefusedError(415, f"expected a body without Content-Encoding, received {printable(repr(coding[:100]))}")


async def read_body(request: Request, limits: Limits, deadline: float) -> bytes:
    """Read the body.

    Args:
        request: whose body it is.
        limits: how many bytes there may be.
        deadline: by the clock of the event loop.

    Raises:
        RefusedError: 413, if it is too large; 408, if it is not there in time.
        ClientDisconnect: if the client goes away before.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limits.body:
        if "expect" not in request.headers:  # else the client waits to be told whether to send it
            await _throw_away(request, 2 * limits.body)
        raise _too_large(limits, f"{int(announced[:20]):,}")
    body = bytearray()
    try:
        async with asyncio.timeout_at(deadline):
            async for part in request.stream():
                body += part
                if len(body) > limits.body:
                    break
    except TimeoutError:
        raise RefusedError(
            408, f"expected the whole body within {limits.seconds:g} s, received {len(body):,} bytes until then"
        ) from None
    if len(body) > limits.body:
        await _throw_away(request, limits.body)
        raise _too_large(limits, "more")
    return bytes(body)


def _too_large(limits: Limits, received: str) -> RefusedError:
    return RefusedError(413, f"expected a body of {limits.body:,} bytes at most, received {received}")


async def _throw_away(request: Request, most: int) -> None:
    """Read on for a moment: a connection that is closed while the client sends takes the answer away from it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while most > 0:
                message = await request.receive()
                most -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
