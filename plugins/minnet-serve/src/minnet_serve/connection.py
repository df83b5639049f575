"""`Connection`: HTTP/1.1 as uvicorn speaks it, and no client holds a connection by doing nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .strict_json import write_json


class Connection(H11Protocol):
    """A connection whose client has some time for the head of a request, and to take an answer in.

    uvicorn itself waits for the rest of a head, and for a client that does not read, as long as they like.
    """

    seconds: ClassVar[float] = 30.0

    _late: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head, unless a request is being answered."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        for timer in (self._late, self._unread):
            if timer is not None:
                timer.cancel()

    def on_response_complete(self) -> None:
        """Wait for the client to take what it does not take at once."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        if self.transport.get_write_buffer_size():
            self._unread = self.loop.call_later(self.seconds, self._give_up)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the client to take what has been sent, before there is more of the answer."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.seconds, self._give_up)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in the form of other refusals."""
        self._refuse(400, "expected a request of HTTP/1.1, received something else")

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        if self._is_answering or self.transport.is_closing():
            if self._late is not None:
                self._late.cancel()
                self._late = None
        elif self._late is None:
            self._late = self.loop.call_later(self.seconds, self._time_is_over)

    def _time_is_over(self) -> None:
        self._late = None
        if not self._is_answering and not self.transport.is_closing():
            self._refuse(408, f"expected the head of a request within {self.seconds:g} s, received none")

    def _refuse(self, status: int, reason: str) -> None:
        body = write_json({"error": reason})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        with suppress(h11.LocalProtocolError):  # if a part of an answer has been sent
            for event in (
                h11.Response(status_code=status, headers=headers),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
