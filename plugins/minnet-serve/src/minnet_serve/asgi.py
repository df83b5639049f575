"""`application`: the server as an ASGI application, which any server of such can run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

from attrs import evolve, field, frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from minnet_core import MinnetError, ShapeError
from minnet_core.diagnosis import ModelExplanation
from minnet_core.support import printable
from minnet_train import DataError

from . import __version__
from .body import expect_json, read_body
from .card import POLICY, card_page
from .computing import Computing, Slot, Work
from .errors import RefusedError
from .held_answer import HeldAnswer
from .limits import Limits
from .openapi import description, example_row
from .served import Served
from .strict_json import write_json
from .unmistakable import Unmistakable, has_two_lengths

HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer"}

PATHS = {"/": "GET", "/health": "GET", "/model": "GET", "/openapi.json": "GET", "/predict": "POST"}

_CLOSED = (408, 413)
"""Statuses after which a connection is closed: the rest of the body may never come, or never end."""


def application(
    served: Served, found: ModelExplanation, limits: Limits, *, names: Collection[str] | None = None
) -> Starlette:
    """Make the application: ``POST /predict``, and ``GET`` of what there is to know.

    Args:
        served: the model.
        found: what there is to know of its file; its path is shown as it is.
        limits: how much is taken.
        names: by which requests may call the server in their ``Host``, besides its addresses and ``localhost``; None
            for any, as is right where another server, or the application that this one is mounted in, looks at them.
    """
    routes = Routes(served, found, limits)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            routes.computing.pool.shutdown(wait=False, cancel_futures=True)

    app = Starlette(
        routes=[
            Route("/predict", routes.predict, methods=["POST"]),
            Route("/health", routes.health),
            Route("/model", routes.model),
            Route("/openapi.json", routes.openapi),
            Route("/", routes.card),
        ],
        exception_handlers={
            RefusedError: _refused,
            MinnetError: _failed,
            ClientDisconnect: _client_disconnected,
            HTTPException: _not_there,
            Exception: _broken,
        },
        lifespan=lifespan,
        middleware=[Middleware(Unmistakable, names=names, refuse=_refused)],
    )
    app.router.redirect_slashes = False  # to where the client says that it is
    return app


@frozen(eq=False)
class Routes:
    """What is behind each path."""

    served: Served
    found: ModelExplanation
    limits: Limits
    computing: Computing = field(init=False)

    @computing.default
    def _computing_within_limits(self) -> Computing:
        return Computing(self.limits)

    async def predict(self, request: Request) -> Response:
        """Answer rows, in a thread, so that others are read meanwhile."""
        with ExitStack() as held:
            slot = held.enter_context(self.computing.slot())
            answer = await self._answer(request, slot)
            return HeldAnswer(answer, headers=HEADERS, release=held.pop_all().close)

    async def _answer(self, request: Request, slot: Slot) -> bytes:
        expect_json(request)
        loop, seconds = asyncio.get_running_loop(), self.limits.seconds
        deadline, clock = loop.time() + seconds, time.monotonic() + seconds
        work = Work(self.served.answer, await read_body(request, self.limits, deadline), clock)
        try:
            async with asyncio.timeout_at(deadline):
                # One that waits for a thread when the time is over never gets one, one that has one stops soon.
                return await slot.compute(work)
        except TimeoutError:
            raise RefusedError(
                503, f"expected an answer within {seconds:g} s, received none; ask later, or about fewer rows at a time"
            ) from None

    async def health(self, _: Request) -> Response:
        """Say that it answers, and with which model."""
        return _json(write_json({"status": "ok", "model": self.served.name, "sha256": self.served.header.digest}))

    async def model(self, _: Request) -> Response:
        """Say what `minnet explain --json` says of the file."""
        return _json(write_json(self.found.to_dict()))

    async def openapi(self, _: Request) -> Response:
        """Describe what is taken and answered."""
        return _json(write_json(description(self.served, self.limits, __version__)))

    async def card(self, request: Request) -> Response:
        """Show what `minnet explain` says of the file."""
        row = example_row(self.served)
        example = "" if row is None else _curl(f"http://{_own_address(request)}{quote(_mount(request))}/predict", row)
        page = card_page(self.found, example)
        return Response(
            page.encode("utf-8", "replace"),
            media_type="text/html; charset=utf-8",
            headers={**HEADERS, "content-security-policy": POLICY},
        )


def _own_address(request: Request) -> str:
    """Return where a request arrived, whatever its client calls that."""
    host, port = request.scope.get("server") or ("127.0.0.1", 8000)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _mount(request: Request) -> str:
    """Return where the application is within another one; empty if it is alone."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _curl(url: str, row: Any) -> str:
    body = write_json(row).decode().replace("'", "\\u0027")
    return f"curl -H 'Content-Type: application/json' -d '{body}' {url}"


def without_folder(found: ModelExplanation, name: str) -> ModelExplanation:
    """Leave the folder of a file out of what is told of it."""
    return evolve(found, path=name)


def _json(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, {**HEADERS, **(headers or {})}, "application/json")


def _error(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    return _json(write_json({"error": reason}), status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    headers = _closing(request, is_over=error.status in _CLOSED)
    if error.status == 503:
        headers["retry-after"] = "1"
    return _error(error.status, str(error), headers)


async def _failed(_: Request, error: Exception) -> Response:
    """Answer what is wrong with rows, or with what is installed here."""
    status = 422 if isinstance(error, (DataError, ShapeError)) else 501 if isinstance(error, ImportError) else 500
    return _error(status, str(error))


def _closing(request: Request, *, is_over: bool = False) -> dict[str, str]:
    """Close a connection on which nobody knows what comes next: a client that waits may send its body or not."""
    is_over = is_over or "expect" in request.headers or has_two_lengths(request.headers)
    return {"connection": "close"} if is_over else {}


async def _client_disconnected(_: Request, __: Exception) -> Response:
    """Answer nobody: the client has gone away before it had sent everything."""
    return Response(status_code=400, headers={"connection": "close"})


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, methods = str(request.scope["path"]), {_mount(request) + path: method for path, method in PATHS.items()}
    if error.status_code == 405:
        expected = methods.get(path, "another method")
        reason = f"{printable(path, 100)}: expected {expected}, received {printable(request.method, 100)}"
    elif error.status_code == 404:
        expected = printable(", ".join(methods), 1000)
        reason = f"expected one of {expected}, received {printable(path, 100)}"
    else:
        reason = printable(str(error.detail))
    return _error(error.status_code, reason, {**(error.headers or {}), **_closing(request)})


async def _broken(_: Request, __: Exception) -> Response:
    """Say nothing of an error that nobody has foreseen; the server's own log has it."""
    return _error(500, "expected a prediction, received an error within the server, which its log tells of")
