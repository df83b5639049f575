"""The application by its interface alone: within another one, and what becomes of requests that are given up."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from minnet_core.diagnosis import explain_model
from minnet_serve import Limits, RefusedError, Served, application
from minnet_serve.computing import Computing, Work

LATE = "expected an answer within 1.5 s, received none; ask later, or about fewer rows at a time"
FULL = "expected 1 requests at a time at most, received another; ask again later"


async def asked(app: Any, method: str, path: str, body: bytes = b"") -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask as a server of ASGI does."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        **{"type": "http", "http_version": "1.1", "scheme": "http", "asgi": {"version": "3.0"}},
        **{"method": method, "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b""},
        **{"headers": [(b"content-type", b"application/json"), (b"host", b"x")], "server": ("127.0.0.1", 80)},
    }
    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:])


def made(path: Any, limits: Limits) -> Starlette:
    return application(Served.open(path), explain_model(path), limits)


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "/flats/predict", 405, "/flats/predict: expected POST, received GET"),
        (
            "GET",
            "/flats/flats",
            404,
            "expected one of /flats/, /flats/health, /flats/model, /flats/openapi.json, /flats/predict, "
            "received /flats/flats",
        ),
    ],
)
def test_refusals_within_another_application_name_its_paths(models, method, path, status, told):
    app = Starlette(routes=[Mount("/flats", made(models / "network.safetensors", Limits()))])
    received, _, content = asyncio.run(asked(app, method, path))
    assert (received, json.loads(content)) == (status, {"error": told})


@pytest.mark.parametrize(("mount", "url"), [("/flats", "/flats/predict"), ("/a b';c&d", "/a%20b%27%3Bc%26d/predict")])
def test_the_example_of_the_page_within_another_application_names_its_path(models, mount, url):
    app = Starlette(routes=[Mount(mount, made(models / "quantiles.safetensors", Limits()))])
    status, _, content = asyncio.run(asked(app, "GET", f"{mount}/"))
    assert status == 200
    assert f" http://127.0.0.1:80{url}</pre>" in content.decode()


def test_a_request_that_is_given_up_keeps_its_place_until_its_thread_is_done(models):
    app = made(models / "slow.safetensors", Limits(requests=1, threads=1, seconds=1.5))

    async def ask(value: float) -> tuple[int, Any]:
        status, _, content = await asked(app, "POST", "/predict", json.dumps([[value]]).encode())
        return status, json.loads(content)

    async def story() -> None:
        assert await ask(0) == (200, [{"output": [0]}])  # compiles
        begin = time.monotonic()
        assert await ask(3) == (503, {"error": LATE})
        assert await ask(0) == (503, {"error": FULL})
        while (answer := await ask(0)) != (200, [{"output": [0]}]):
            assert answer == (503, {"error": FULL})
            assert time.monotonic() - begin < 30
            await asyncio.sleep(0.05)
        assert time.monotonic() - begin > 2.9

    asyncio.run(story())


def test_what_waits_for_a_thread_and_is_given_up_is_not_kept():
    computing, is_over = Computing(Limits(requests=2, threads=1)), threading.Event()
    body = bytes(1000)
    before = sys.getrefcount(body)

    def wait(body: bytes, deadline: float) -> bytes:
        is_over.wait(deadline)
        return body

    async def take(work: Work, seconds: float) -> None:
        with computing.slot() as slot:
            async with asyncio.timeout(seconds):
                await slot.compute(work)

    works = [Work(wait, b"first", 30), Work(wait, body, 30), Work(wait, body, 30)]

    async def story() -> None:
        for each in works:  # the first takes the thread and keeps its place
            with pytest.raises(TimeoutError):
                await take(each, 0.5)
        assert sys.getrefcount(body) == before  # although the thread has not come to it
        first = asyncio.create_task(take(Work(wait, b"another", 30), 30))
        await asyncio.sleep(0)
        with pytest.raises(RefusedError, match="expected 2 requests at a time at most"):
            await take(Work(wait, b"one more", 30), 0.1)
        is_over.set()
        await first

    try:
        asyncio.run(story())
    finally:
        is_over.set()
        computing.pool.shutdown()
