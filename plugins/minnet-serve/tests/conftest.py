from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import define

from minnet_core import Sequential, import_components, layers, save
from minnet_test_support.processes import MINNET
from minnet_train import Run, read_experiment

MIXED = """\
seed = 3
epochs = 3
batch_size = 8
output = "mixed.safetensors"
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 0.05 }
model = [
    { class = "Linear", n_in = 9, n_out = 6 },
    { class = "ReLU" },
    { class = "Linear", n_in = 6, n_out = 2 },
    { class = "LogSoftMax" },
]
[data]
source = "mixed.csv"
target = "answer"
missing = "mean"
"""

REGRESSION = """\
epochs = 2
output = "quantiles.safetensors"
criterion = { class = "QuantileCriterion", quantiles = [0.1, 0.5, 0.9] }
optimizer = { class = "Adam", lr = 0.05 }
model = [{ class = "Linear", n_in = 2, n_out = 3 }]
[data]
source = "quantiles.csv"
target = ["low", "middle", "high"]
standardize_targets = true
"""

IMAGES = """\
epochs = 1
output = "images.safetensors"
imports = ["own.py"]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam" }
model = [
    { class = "own.py:Flat" },
    { class = "Linear", n_in = 12, n_out = 2 },
    { class = "LogSoftMax" },
]
[data]
source = { class = "Npy", path = "images.npz", images = true }
"""

OWN = '''\
import time
from minnet_core import Module


class Flat(Module):
    """Images as rows."""

    def updateOutput(self, input):
        self.output = input.reshape(len(input), -1).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput


class Slow(Module):
    """Takes as many seconds as the first number says; a negative one is an error that nobody has foreseen."""

    def updateOutput(self, input):
        if input[0, 0] < 0:
            raise RuntimeError("secret: /home/somebody/password")
        time.sleep(float(input[0, 0]))
        output = input.copy()
        self.output = output
        return output
'''


def write_data(folder: Path) -> None:
    """Write what the experiments name."""
    rng = np.random.default_rng(0)
    lines = ["length,colour,day,answer"]
    for row in range(90):
        is_yes = row % 2
        length = "" if row % 11 == 0 else f"{rng.normal() + 2 * is_yes:.3f}"
        colour = ("red", "blue", "it's <b>green</b>")[(row // 2 + is_yes) % 3]
        lines.append(f"{length},{colour},2024-{row % 12 + 1:02}-{row % 28 + 1:02},{'yes' if is_yes else 'no'}")
    (folder / "mixed.csv").write_text("\n".join(lines))
    values = rng.normal(size=(60, 3))
    rows = (f"{a:.4f},{b:.4f},{c:.4f},{c:.4f},{c:.4f}" for a, b, c in values.tolist())
    (folder / "quantiles.csv").write_text("\n".join(["a,b,low,middle,high", *rows]))
    np.savez(folder / "images.npz", X=rng.integers(0, 9, (40, 3, 4)).astype(float), y=np.arange(40) % 2)
    for name, text in (("mixed.toml", MIXED), ("quantiles.toml", REGRESSION), ("images.toml", IMAGES)):
        (folder / name).write_text(text)
    (folder / "own.py").write_text(OWN)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: of a table, of quantiles, of images, and two that `minnet train` did not write."""
    folder = tmp_path_factory.mktemp("models")
    write_data(folder)
    with chdir(folder):
        import_components("own.py")
        for name in ("mixed", "quantiles", "images"):
            run = Run.prepare(read_experiment(f"{name}.toml"))
            list(run.epochs())
            run.save(f"{name}.safetensors")
        network = Sequential()
        network.add(layers["Linear"](3, 4, rng=0))
        network.add(layers["ReLU"]())
        network.add(layers["Linear"](4, 2, rng=1))
        save(network, "network.safetensors")
        slow = Sequential()
        slow.add(layers["own.py:Slow"]())
        save(slow, "slow.safetensors")
    return folder


@define
class Server:
    """A server in a process of its own, and what a client asks it."""

    process: subprocess.Popen[str]
    log: Path
    greeting: str
    port: int

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        """Post a body as it is."""
        status, _, content = self.request("POST", "/predict", body, **{"content_type": "application/json", **headers})
        return status, strict(content)

    def predict(self, value: Any) -> Any:
        """Post a value as JSON, which must be answered."""
        status, answer = self.post(json.dumps(value).encode())
        assert status == 200, answer
        return answer

    def open(self, data: bytes) -> socket.socket:
        """Send some bytes, and leave the connection open."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(data)
        return connection

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.process.wait(60)


def strict(content: bytes) -> Any:
    """Read JSON that has no NaN and no infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} in {content[:200]!r}")

    return json.loads(content, parse_constant=refuse)


@pytest.fixture(scope="session")
def _start(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Server]:
    def start(*arguments: str) -> Server:
        log = tmp_path_factory.mktemp("log") / "stderr"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [*MINNET, "serve", *arguments, "--port", "0"],
                cwd=models,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # also behind ``&``
            )
        assert process.stdout is not None
        greeting = process.stdout.readline()
        assert greeting, log.read_text()
        return Server(process, log, greeting, int(greeting.partition(";")[0].rpartition(":")[2]))

    return start


def end(server: Server) -> None:
    if server.process.poll() is None:
        server.process.kill()
        server.process.wait()
    assert server.process.stdout is not None
    server.process.stdout.close()


@pytest.fixture
def start(_start: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Start a server of a test's own."""
    with ExitStack() as stack:

        def run(*arguments: str) -> Server:
            server = _start(*arguments)
            stack.callback(end, server)
            return server

        yield run


@pytest.fixture(scope="session")
def serving(_start: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Start a server that tests share, which change nothing of it."""
    started: dict[tuple[str, ...], Server] = {}

    def run(*arguments: str) -> Server:
        if arguments not in started:
            started[arguments] = _start(*arguments)
        return started[arguments]

    yield run
    for server in started.values():
        end(server)
