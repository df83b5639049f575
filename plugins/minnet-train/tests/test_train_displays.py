"""What `minnet train` shows of a run while it goes on."""

from __future__ import annotations

import os
import subprocess

import pytest

from minnet_core import load
from minnet_test_support.processes import MINNET


def on_a_terminal(*arguments: str) -> str:
    """Run the program with a terminal as its standard output, and return what is written there."""
    master, slave = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([*MINNET, *arguments], stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        written = b""
        try:
            while part := os.read(master, 65536):
                written += part
        except OSError:  # the other end is closed
            pass
        os.close(master)
    assert process.returncode == 0, written.decode()
    return written.decode()


def weights(path) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in load(path, prepared=True).namedParameters().items()}


def test_a_terminal_sees_a_bar_and_a_file_sees_lines_and_the_weights_are_the_same(folder):
    pytest.importorskip("tensorboardX")
    shown = on_a_terminal("train", "small.toml", "--run", "seen", "--tensorboard")
    assert "epoch 1/2" in shown
    assert "\x1b[?25h" in shown
    piped = subprocess.run(
        [*MINNET, "train", "small.toml", "--run", "piped"], capture_output=True, text=True, check=True
    )
    assert "\x1b" not in piped.stdout
    assert "samples/s" in piped.stdout
    assert list((folder / "seen/tensorboard").iterdir())
    assert weights("seen/model.safetensors") == weights("piped/model.safetensors")
