"""Many clients, and those that hold a connection or a request, under the eyes of those that do not."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import numpy as np
import pytest

from minnet_core import Sequential, layers, save

HEAD = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_each_of_many_clients_gets_its_own_answer(serving):
    server = serving("quantiles.safetensors", "--threads", "4")
    rng = np.random.default_rng(0)
    batches = [rng.normal(size=(size, 2)).tolist() for size in [*range(1, 13)] * 4]
    expected = [server.predict(batch) for batch in batches]

    def ask(place: int) -> bool:
        return all(server.predict(batches[index]) == expected[index] for index in range(place, len(batches), 16))

    with ThreadPoolExecutor(16) as clients:
        assert all(clients.map(ask, range(16)))


def test_clients_that_hold_connections_keep_nobody_waiting_and_are_told_when_time_is_over(start):
    server = start("quantiles.safetensors", "--timeout", "3")
    begin = time.monotonic()
    held = {
        "nothing": server.open(b""),
        "half a head": server.open(HEAD),
        "half a body": server.open(HEAD + b"Content-Length: 100\r\n\r\n[[1, "),
        "half a chunk": server.open(HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n[[1,"),
        "half of a second head": server.open(HEAD + b"Content-Length: 8\r\n\r\n[[1, 2]]"),
    }
    answered = b""
    while not answered.endswith(b"}]"):
        answered += held["half of a second head"].recv(10_000)
    held["half of a second head"].sendall(HEAD)
    more = [server.open(HEAD + b"Content-Length: 100\r\n\r\n[") for _ in range(20)]
    dripping = server.open(HEAD + b"Content-Length: 100000\r\n\r\n[")
    stopped = threading.Event()

    def drip() -> None:
        while not stopped.wait(0.05):
            try:
                dripping.sendall(b" ")
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    assert len(server.predict([[1, 2]] * 5)) == 5
    assert server.request("GET", "/health")[0] == 200
    assert time.monotonic() - begin < 3, "others were kept waiting"
    answers = {name: connection.makefile("rb").read().decode() for name, connection in held.items()}
    dripped = b""
    with suppress(ConnectionResetError):  # what is sent to a connection that is closed takes its answer away
        while data := dripping.recv(10_000):
            dripped += data
    stopped.set()
    thread.join()
    assert 2.5 < time.monotonic() - begin < 30
    for name in ("nothing", "half a head", "half of a second head"):
        assert answers[name].startswith("HTTP/1.1 408 ")
        assert "expected the head of a request within 3 s, received none" in answers[name]
    assert dripped == b"" or dripped.startswith(b"HTTP/1.1 408 ")
    for name, received in (("half a body", 5), ("half a chunk", 4)):
        assert answers[name].startswith("HTTP/1.1 408 ")
        assert f"expected the whole body within 3 s, received {received}" in answers[name]
    for connection in (*held.values(), *more, dripping):
        connection.close()
    assert len(server.predict([[1, 2]] * 5)) == 5
    server.stop()
    assert server.log.read_text() == ""


def test_clients_that_go_away_harm_nobody(start):
    server = start("quantiles.safetensors")
    for data in (b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n[[1, ", HEAD + b"Content-Length: 8\r\n\r\n[[1, 2]]"):
        for _ in range(5):
            connection = server.open(data)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not an end
            connection.close()
    assert len(server.predict([[1, 2]])) == 1
    assert server.stop() == 0
    assert server.log.read_text() == ""


def test_a_request_that_takes_too_long_is_given_up_and_the_next_one_answered(start):
    server = start("slow.safetensors", "--import", "own.py", "--timeout", "1", "--threads", "1")
    assert server.predict([[0]]) == [{"output": [0]}]
    begin = time.monotonic()
    status, told = server.post(b"[[2.5]]")
    assert 0.9 < time.monotonic() - begin < 2.4
    assert status == 503
    assert told["error"] == "expected an answer within 1 s, received none; ask later, or about fewer rows at a time"
    time.sleep(max(0.0, begin + 5.5 - time.monotonic()))  # compiling has computed once, too
    assert server.predict([[0]]) == [{"output": [0]}]


def test_more_requests_than_the_limit_are_refused_and_health_is_not(start):
    server = start("slow.safetensors", "--import", "own.py", "--limit-requests", "2", "--threads", "2")
    server.predict([[0]])
    with ThreadPoolExecutor(2) as clients:
        slow = [clients.submit(server.predict, [[3]]) for _ in range(2)]
        time.sleep(1)
        status, headers, content = server.request("POST", "/predict", b"[[0]]", content_type="application/json")
        assert server.request("GET", "/health")[0] == 200
        assert [each.result() for each in slow] == [[{"output": [3]}]] * 2
    assert (status, headers["retry-after"]) == (503, "1")
    assert json.loads(content)["error"].startswith("expected 2 requests at a time at most, received another")
    assert server.predict([[0]]) == [{"output": [0]}]


def test_connections_above_the_limit_are_refused_in_plain_text(start):
    server = start("quantiles.safetensors", "--limit-requests", "1")
    with ExitStack() as held:
        for _ in range(4 * 1 + 64):
            held.enter_context(server.open(b""))
        status, headers, content = server.request("GET", "/health")
    assert (status, headers["content-type"].partition(";")[0]) == (503, "text/plain")
    assert content == b"Service Unavailable"


def test_requests_are_computed_at_the_same_time(start):
    server = start("slow.safetensors", "--import", "own.py", "--threads", "4")
    server.predict([[0]])
    with ThreadPoolExecutor(4) as clients:
        list(clients.map(server.predict, [[[0]]] * 16))  # each thread has its plan
        begin = time.monotonic()
        list(clients.map(server.predict, [[[1.5]]] * 4))
    assert time.monotonic() - begin < 4.5, "one after another takes 6 s"


def test_a_client_that_does_not_read_its_answer_is_given_up(start, tmp_path):
    wide = Sequential()
    wide.add(layers["Linear"](1, 4000, rng=0))
    server = start(str(save(wide, tmp_path / "wide.safetensors")), "--timeout", "4")
    body = json.dumps([[each / 7] for each in range(150)]).encode()  # answered by more than the kernel's buffers hold
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    head, _, begun = connection.recv(500).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    time.sleep(8)
    received = len(begun)
    with suppress(ConnectionResetError):
        while data := connection.recv(2**20):
            received += len(data)
    assert received < length
    connection.close()


def test_answers_that_nobody_reads_keep_the_places_of_their_requests(start, tmp_path):
    """Else there would be as many answers in memory as there are connections."""
    wide = Sequential()
    wide.add(layers["Linear"](1, 4000, rng=0))
    path = str(save(wide, tmp_path / "wide.safetensors"))
    server = start(path, "--timeout", "6", "--limit-requests", "2", "--threads", "2")
    assert len(server.predict([1])["output"]) == 4000
    body = json.dumps([[each / 7] for each in range(150)]).encode()
    held = []
    for _ in range(2):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert connection.recv(12) == b"HTTP/1.1 200"
        held.append(connection)
    begin = time.monotonic()
    assert server.post(b"[1]") == (
        503,
        {"error": "expected 2 requests at a time at most, received another; ask again later"},
    )
    while server.post(b"[1]")[0] == 503:
        assert time.monotonic() - begin < 30
        time.sleep(0.1)
    assert time.monotonic() - begin > 3, "given up before its time"
    for connection in held:
        connection.close()
    assert server.stop() == 0
    assert server.log.read_text() == ""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_signal_ends_it_when_what_is_under_way_is_answered(start, by):
    server = start("slow.safetensors", "--import", "own.py", "--threads", "2")
    server.predict([[0]])
    idle = server.open(b"")
    with ThreadPoolExecutor(1) as clients:
        slow = clients.submit(server.predict, [[2]])
        time.sleep(0.7)
        server.process.send_signal(by)
        time.sleep(0.7)
        with pytest.raises(OSError, match="refused"):
            server.request("GET", "/health")
        assert slow.result() == [{"output": [2]}]
    assert server.process.wait(60) == 0
    assert server.process.stdout.read() == "ended\n"
    assert server.log.read_text() == ""
    assert idle.recv(100) == b""
    idle.close()
