"""How fast `minnet serve` answers: ``python benchmarks/serving.py``, in two minutes.

A server is a process of its own, as is each client, which sends the next request, over one connection, when it has the
answer to the last one.
Each cell has 1 or 16 clients that ask about 1 row or 100 in a request; for a few seconds, after some to warm up.
The networks are one for the handwritten digits, whose rows are lists of 64 numbers, and one of a table, whose rows are
objects with two columns of numbers, one of texts and one of dates, which pyarrow reads.
"""

from __future__ import annotations

import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine

CLIENTS = (1, 16)
ROWS = (1, 100)
WARM_UP, SECONDS = 1.0, 4.0

MINNET = [sys.executable, "-m", "minnet_core"]

TABLE = """
epochs = 1
output = "table.safetensors"
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 0.01 }
model = [
    { class = "Linear", n_in = 10, n_out = 64 },
    { class = "ReLU" },
    { class = "Linear", n_in = 64, n_out = 2 },
    { class = "LogSoftMax" },
]
[data]
source = "table.csv"
target = "answer"
"""


def train(folder: Path) -> dict[str, Any]:
    """Train the networks, and return a row for each: the name of its file -> the row."""
    rng = np.random.default_rng(0)
    lines = [
        f"{rng.normal():.3f},{rng.normal():.3f},{('red', 'green', 'blue')[row % 3]},"
        f"2024-{row % 12 + 1:02}-{row % 28 + 1:02},{'yes' if rng.random() < 0.5 else 'no'}"
        for row in range(400)
    ]
    (folder / "table.csv").write_text("\n".join(["length,width,colour,day,answer", *lines]))
    (folder / "table.toml").write_text(TABLE)
    for arguments in (["table.toml"], ["--epochs", "1", "-o", "digits.safetensors"]):
        subprocess.run([*MINNET, "train", *arguments], cwd=folder, check=True, capture_output=True)
    return {
        "digits": rng.integers(0, 17, 64).tolist(),
        "table": {"length": 0.5, "width": -1.25, "colour": "red", "day": "2024-03-01"},
    }


@contextmanager
def server(folder: Path, model: str) -> Iterator[int]:
    """Serve a model on a free port."""
    command = [*MINNET, "serve", f"{model}.safetensors", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().partition(";")[0].rpartition(":")[2])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def ask(port: int, body: bytes, together: Any, queue: Any) -> None:
    """Be a client; report the seconds of each answer after the warm-up."""
    head = (
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request, taken = head.encode() + body, []
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        together.wait()
        begin = perf_counter() + WARM_UP
        end = begin + SECONDS
        while (start := perf_counter()) < end:
            connection.sendall(request)
            if not (status := answers.readline()).startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"expected 200, received {status!r}")
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answers.read(length)
            if start >= begin:
                taken.append(perf_counter() - start)
    queue.put(taken)


def measure(port: int, body: bytes, clients: int) -> list[float]:
    """Have clients ask at the same time; return the seconds of all answers, sorted."""
    context = get_context("spawn")
    together, queue = context.Barrier(clients), context.SimpleQueue()
    processes = [context.Process(target=ask, args=(port, body, together, queue)) for _ in range(clients)]
    for process in processes:
        process.start()
    taken = sorted(second for _ in processes for second in queue.get())
    for process in processes:
        process.join()
    return taken


def main() -> None:
    """Print a line for each cell."""
    print(" ".join(f"{name}: {value};" for name, value in describe_machine().items()))
    print(f"{'model':8} {'clients':>7} {'rows':>5} {'requests/s':>11} {'rows/s':>9} {'p50 ms':>8} {'p99 ms':>8}")
    with tempfile.TemporaryDirectory() as name:
        for model, row in train(Path(name)).items():
            with server(Path(name), model) as port:
                for clients in CLIENTS:
                    for rows in ROWS:
                        taken = measure(port, json.dumps(row if rows == 1 else [row] * rows).encode(), clients)
                        rate = len(taken) / SECONDS
                        p50, p99 = statistics.median(taken) * 1e3, taken[int(len(taken) * 0.99)] * 1e3
                        print(
                            f"{model:8} {clients:7} {rows:5} {rate:11,.0f} {rate * rows:9,.0f} {p50:8.2f} {p99:8.2f}",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
