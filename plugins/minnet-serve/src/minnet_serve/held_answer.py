"""`HeldAnswer`: an answer that keeps the place of its request until its client has taken it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PART = 2**16
"""Bytes that are sent before the client is waited for."""


class HeldAnswer(Response):
    """An answer that is sent in parts, and gives something back when the last one is sent, or nobody takes them.

    Sent in one part, it would be in the buffer of the connection, and its request answered, whether a client reads it
    or not: there would be as many answers in memory as there are connections, rather than requests at a time.

    Args:
        content: JSON.
        headers: of the answer.
        release: called once, at the end.
    """

    media_type = "application/json"

    def __init__(self, content: bytes, *, headers: Mapping[str, str], release: Callable[[], object]) -> None:
        super().__init__(content, headers=headers)
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; each part waits until the client has taken most of those before."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for start in range(0, len(self.body), PART):
                stop = start + PART
                more = stop < len(self.body)
                await send({"type": "http.response.body", "body": self.body[start:stop], "more_body": more})
        finally:
            self._release()
