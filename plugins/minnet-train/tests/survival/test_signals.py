"""Ctrl-C and SIGTERM: the step is finished, everything is saved, and how to go on is told."""

from __future__ import annotations

import re
import signal
import time

import pytest

from minnet_train import Checkpoint

CASES = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]

NARROW = 4096
"""A pipe of so many bytes takes about half of what a run says: it cannot end before it is read, however slow we are."""


def reported(path):
    """How many reports a run has made."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(path, process, lines=3):
    """Wait until a run has made some reports, or has come to its end."""
    until = time.monotonic() + 30
    while reported(path) < lines:
        if process.poll() == 0:
            return
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize(("number", "code"), CASES)
def test_a_signal_ends_a_run_that_can_be_gone_on_with(program, whole, number, code):
    run = program.folder / "a run"
    with program.start("survival.toml", "--run", "a run", "-o", "a run.safetensors", pipesize=NARROW) as process:
        wait_for(run / "metrics.jsonl", process)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == code
    step, command = re.fullmatch(
        r"\nInterrupted after step (\d+), which is saved\.\n\n  minnet (train --resume '.*')\n", errors
    ).groups()
    assert command == "train --resume 'a run'"
    assert Checkpoint.read(run / "checkpoints" / f"step-{int(step):08}.safetensors").step == int(step)
    assert not (program.folder / "a run.safetensors").exists()
    assert "The model is in" not in output
    assert program.end(run) == whole


def test_with_no_run_nothing_is_kept_and_that_is_told(program):
    with program.start("survival.toml", "--no-run", "--epochs", "1000000") as process:
        for line in process.stdout:
            if re.match(r" +2 ", line):
                break
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert re.fullmatch(r"\nInterrupted after step \d+; with --no-run nothing is kept\.\n", errors)
    assert sorted(path.name for path in program.folder.iterdir()) == ["flowers.csv", "survival.toml"]


def test_a_run_goes_on_again_and_again(program, whole):
    run = program.folder / "run"
    interrupted = 0
    for _ in range(3):
        with program.start(*program.arguments(run), pipesize=NARROW) as process:
            wait_for(run / "metrics.jsonl", process, lines=reported(run / "metrics.jsonl") + 10)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        if process.returncode == 0:  # on a busy machine a later turn may come to the end
            break
        assert process.returncode == 130
        interrupted += 1
    assert interrupted
    assert program.end(run) == whole
