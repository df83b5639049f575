"""A run that is killed, again and again, ends as one that is not."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

KILLS = int(os.environ.get("SURVIVAL_KILLS", "10"))


def test_a_run_that_is_killed_at_any_instant_ends_with_the_weights_of_one_that_is_not(program, whole):
    seed = int.from_bytes(os.urandom(4))
    rng = random.Random(seed)
    begun = time.monotonic()
    assert program.train("survival.toml", "--no-run", "--epochs", "1").returncode == 0
    start = time.monotonic() - begun
    begun = time.monotonic()
    program.end(program.folder / "timed")
    latest = start + (time.monotonic() - begun - start) / 5
    elsewhere = program.folder / "else" / "where"
    elsewhere.mkdir(parents=True)

    def kill_often(name):
        """Kill one run until it is over; returns at which steps."""
        run = program.folder / name
        steps = []
        stretch = 1.0
        for turn in range(KILLS):
            is_begun = (run / "config.json").exists()
            cwd = elsewhere if is_begun and turn % 2 else program.folder  # where it goes on from does not matter
            with program.start(*program.arguments(run), cwd=cwd) as process:
                time.sleep(rng.uniform(0, latest * stretch))
                process.send_signal(signal.SIGKILL)
                _, errors = process.communicate()
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, errors
            saved = sorted((run / "checkpoints").glob("step-*.safetensors"))
            steps.append(int(saved[-1].stem.removeprefix("step-")) if saved else 0)
            # A busy machine starts programs slower than it did when the time was taken.
            stretch = 1.0 if len(set(steps[-2:])) == 2 else min(30.0, 1.3 * stretch)
        cwd = elsewhere if (run / "config.json").exists() else program.folder
        assert program.end(run, cwd=cwd) == whole, (seed, name, steps)
        return steps

    killed = []
    with ThreadPoolExecutor(2) as pool:
        while sum(step > 0 for step in killed) < KILLS:  # besides those before the first checkpoint
            for steps in pool.map(kill_often, (f"run-{len(killed)}-{half}" for half in "ab")):
                killed += steps
    assert len(set(killed)) > 3, killed  # at different instants, however slow the machine is
