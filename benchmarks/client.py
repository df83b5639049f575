"""The other end of a peer's process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .job import UnsupportedError
from .peer import Peer
from .threads import thread_environment

_ROOT = Path(__file__).parents[1]


class PeerError(Exception):
    """A peer raised an error, or its process ended."""


class PeerProcess:
    """A process of a peer, for one workload; the first request waits until it has imported its framework.

    Between requests it is stopped, where the system can do that: threads that wait for work by spinning, as those of
    OpenMP and OpenBLAS do for up to a second, would take a processor from the peer whose turn it is.

    Args:
        peer: which one.
        threads: what it may compute with; said in its environment, before anything is imported.
    """

    def __init__(self, peer: Peer, threads: int) -> None:
        self.peer = peer
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", peer.module, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **thread_environment(threads), "PYTHONPATH": path},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer.

        Raises:
            UnsupportedError: if the peer has no such thing.
            PeerError: if it failed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._signal("SIGCONT")
        try:
            print(json.dumps({"do": do, **arguments}), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerError(f"the process of {self.peer.name} ended with {self._process.wait()}")
        self._signal("SIGSTOP")
        reply: dict[str, Any] = json.loads(line)
        if "unsupported" in reply:
            raise UnsupportedError(reply["unsupported"])
        if "error" in reply:
            raise PeerError(reply["error"])
        return reply

    def close(self) -> None:
        """End the process, which ends when nobody can ask any more."""
        self._signal("SIGCONT")
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _signal(self, name: str) -> None:
        if hasattr(signal, name):  # Windows has neither
            self._process.send_signal(getattr(signal, name))
