"""Programs that mpiexec starts, as it does everywhere: real processes, more than there are processors."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parent))

from moons import Ended, ended, write_experiment

from minnet_test_support.processes import MINNET

FOUND = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


@frozen
class Mpi:
    """``mpiexec``, in a folder.

    Attributes:
        folder: where programs run.
    """

    folder: Path

    def start(self, ranks: int, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        assert FOUND is not None
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MINNET_")},
            "OPENBLAS_NUM_THREADS": "1",
            **options.pop("variables", {}),
        }
        return subprocess.Popen(
            [FOUND, "-n", str(ranks), *command],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, ranks: int, command: Sequence[str], **options: Any) -> Done:
        begun = time.monotonic()
        with self.start(ranks, command, **options) as process:
            try:
                output, errors = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.terminate()  # mpiexec ends all; else whoever leaves this context waits for them
                raise
        return Done(process.returncode, output, errors, time.monotonic() - begun)

    def python(self, ranks: int, code: str, *arguments: str, **options: Any) -> Done:
        """Run a program, whose text is given, on each of so many ranks."""
        path = self.folder / "program.py"
        path.write_text(code)
        return self.run(ranks, [sys.executable, str(path), *arguments], **options)

    def minnet(self, ranks: int, *arguments: str, **options: Any) -> Done:
        return self.run(ranks, [*MINNET, *arguments], **options)


@frozen
class Done:
    """What came of a program."""

    code: int
    output: str
    errors: str
    seconds: float


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C mean something, here and in what is started from here: what runs behind ``&`` ignores it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def mpi(tmp_path: Path) -> Mpi:
    return Mpi(tmp_path)


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """What one process leaves of the experiment that knows nothing of MPI."""
    folder = tmp_path_factory.mktemp("alone")
    write_experiment(folder)
    command = [*MINNET, "train", "moons.toml", "--run", "run", "-o", "run.safetensors", "--import", "own.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return ended(folder, "run")
