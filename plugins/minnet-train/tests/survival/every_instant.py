"""Kill ``minnet train`` before the 1st, 3rd, 5th... thing that it does to the disk, or the 2nd, 4th, 6th..., and go on.

Each training is a fork of this process, which has imported everything already.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from itertools import count
from pathlib import Path

from minnet_train.commands.train import train

EVENTS = ("open", "fsync", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate")
NEVER = -1


def child(arguments: list[str], kill_at: int) -> int:
    """Run the command in a fork that is killed before it does its so many-th thing; returns its exit code."""
    if (pid := os.fork()) == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        done = count(1)

        def about_to(event: str, arguments: tuple[object, ...]) -> None:
            if event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR):
                return  # to kill before something is read is to kill after what was written before
            if event in EVENTS and next(done) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        fsync = os.fsync

        def counted_fsync(descriptor: int) -> None:
            about_to("fsync", ())
            fsync(descriptor)

        os.fsync = counted_fsync
        sys.addaudithook(about_to)
        try:
            train.main(arguments, standalone_mode=False)
        except BaseException as error:
            print(type(error), error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def arguments(run: str) -> list[str]:
    if Path(run, "config.json").exists():
        return ["--resume", run]
    return ["survival.toml", "--run", run, "-o", f"{run}.safetensors", "--epochs", "2"]


def left(run: str) -> tuple[object, ...]:
    """What a run leaves, but for the times."""
    reports = [json.loads(line) for line in Path(run, "metrics.jsonl").read_text().splitlines()]
    for report in reports:
        del report["seconds"], report["samples_per_second"]
    files = [Path(run, "model.safetensors"), Path(run, "best.safetensors"), Path(f"{run}.safetensors")]
    names = sorted(str(path.relative_to(run)) for path in Path(run).rglob("*"))
    return (reports, names, *(path.read_bytes() for path in files))


def main() -> None:
    train.main(arguments("whole"), standalone_mode=False)
    expected = left("whole")
    seed = int.from_bytes(os.urandom(4))
    rng = random.Random(seed)
    kills = 0
    for kill_at in count(rng.randint(1, 2), 2):  # every other one, to take half the time
        run = f"run-{kill_at}"
        code = child(arguments(run), kill_at)
        if code == 0:
            break
        assert code == -signal.SIGKILL, (kill_at, code)
        kills += 1
        kills += child(arguments(run), rng.randint(1, 100)) != 0  # while it goes on, too
        assert child(arguments(run), NEVER) == 0, (seed, kill_at)
        for one, other in zip(left(run), expected, strict=True):
            assert one == other, (seed, kill_at)
    print(kills)


if __name__ == "__main__":
    main()
