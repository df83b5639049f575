"""One process at a time works on a run."""

from __future__ import annotations

import time


def test_the_second_process_refuses_and_names_the_first(program):
    run = program.folder / "run"
    with program.start("survival.toml", "--run", "run", "--epochs", "1000000") as first:
        while not (run / "metrics.jsonl").exists():
            assert first.poll() is None
            time.sleep(0.01)
        before = {path.name for path in program.folder.iterdir()}
        second = program.train("--resume", "run")
        begun_again = program.train("survival.toml", "--run", "run")
        first.kill()
        first.communicate()
    assert second.returncode == 1
    assert second.stderr.startswith(
        f"Error: run: expected a run that no other process is using, received one held by process {first.pid} on "
    )
    assert second.stdout == ""
    assert begun_again.returncode == 1
    assert (
        "run: expected a new or empty folder, received a run; resume it with minnet train --resume"
        in begun_again.stderr
    )
    assert {path.name for path in program.folder.iterdir()} == before
    # The lock went with the process that was killed.
    third = program.train("--resume", "run", "--epochs", "3")
    assert third.returncode == 0, third.stderr
