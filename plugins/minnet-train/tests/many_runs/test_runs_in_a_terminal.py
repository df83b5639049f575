"""``minnet runs`` in windows of any width."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def shown(folder, width):
    """Return what a terminal of a width shows of the runs in a folder."""
    ours, theirs = os.openpty()
    variables = {**os.environ, "COLUMNS": str(width), "TERM": "dumb"}
    command = [sys.executable, "-m", "minnet_core", "runs"]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, env=variables) as process:
        assert process.wait(30) == 0
    text = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    return text.splitlines()


COLUMNS = ["run", "state", "epochs", "best validation loss", "last validation loss", "time", "started", "seed"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals")
@pytest.mark.parametrize(
    ("width", "missing"),
    [
        (150, []),
        (110, ["started"]),
        (70, ["started", "time", "seed", "last validation loss"]),
        (40, ["started", "time", "seed", "last validation loss", "epochs", "state", "best validation loss"]),
    ],
)
def test_a_narrow_window_shows_what_matters_most(copy, tmp_path, width, missing):
    copy("runs/a", {"optimizer.lr": 0.5})
    copy("runs/b", {"optimizer.lr": 0.25})
    lines = shown(tmp_path, width)
    assert {column for column in COLUMNS if column not in lines[0]} == {*missing}
    assert any("runs/b " in line and "optimizer.lr=0.25" in line for line in lines)
    assert max(map(len, lines)) <= width


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals")
def test_long_names_take_several_lines_and_hide_no_column(copy, tmp_path):
    name = "lr-0.001-batch-128-layers-4-weight-decay-1e-4-warmup-500-augmented-final"
    for number in (1, 2):
        copy(f"runs/{name}-{number}", {"optimizer.lr": 0.25 * number})
    lines = shown(tmp_path, 80)
    assert lines[0].split() == ["run", "state", "epochs", "best", "validation", "loss", "differs"]
    text = "".join(line[: lines[0].index("state")].rstrip() for line in lines)
    assert f"runs/{name}-1" in text
    assert f"runs/{name}-2" in text
    assert any("optimizer.lr=0.5" in line for line in lines)
    assert max(map(len, lines)) <= 80
