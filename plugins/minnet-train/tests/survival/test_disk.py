"""Disks that are full or cannot be written to, and files that are damaged."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mounts and limits are those of Unix")


@pytest.fixture
def disk(program):
    """A file system of 64 kB, if we may mount one; returns a function that mounts it with other options."""

    def mount(options):
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "minnet", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("mounting a file system takes root")

    folder = program.folder / "disk"
    folder.mkdir()
    mount("size=64k")
    yield lambda options: mount(f"remount,{options}")
    subprocess.run(["umount", "--lazy", folder], check=True)


def expect_told(done, reason):
    """Check what is said when a disk takes no more; returns the step of the last checkpoint."""
    assert done.returncode == 1
    found = re.match(
        r"Error: (.+): the run could not be written: (.+); its checkpoint of step (\d+) is kept\n", done.stderr
    )
    assert found, done.stderr
    assert found[2] == reason
    assert done.stderr.endswith(f"\n\n  minnet train --resume {found[1]}\n")
    return int(found[3])


def test_a_disk_that_fills_up_leaves_a_run_that_can_be_gone_on_with(program, whole, disk):
    run = program.folder / "disk" / "run"
    assert expect_told(program.train(*program.arguments(run)), "No space left on device") > 0
    still_full = program.train(*program.arguments(run))
    assert still_full.returncode == 1
    assert "No space left on device" in still_full.stderr
    disk("size=2m")
    assert program.end(run) == whole


def test_files_that_may_not_grow_leave_a_run_that_can_be_gone_on_with(program, whole):
    import resource

    run = program.folder / "run"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))  # noqa: E731  # more than a checkpoint
    assert expect_told(program.train(*program.arguments(run), preexec_fn=limit), "File too large") > 0
    assert program.end(run) == whole


def test_a_disk_that_is_full_from_the_beginning(program, disk):
    (program.folder / "disk" / "ballast").write_bytes(bytes(64 * 1024))
    done = program.train(*program.arguments(program.folder / "disk" / "run"))
    assert done.returncode == 1
    assert "disk/run: expected a new or empty folder that can be written to: No space left on device" in done.stderr


def test_a_folder_that_cannot_be_written_to_is_told_before_training(program, disk):
    disk("ro")
    done = program.train("survival.toml", "--run", "disk/run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: disk/run: expected a new or empty folder that can be written to: Read-only file system\n"
    )


def test_the_default_folder_that_cannot_be_written_to_says_what_else_there_is(program, disk):
    disk("ro")
    done = program.train("../survival.toml", "-o", "../m.safetensors", cwd=program.folder / "disk")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: expected a folder runs to keep the run in: Read-only file system; --run DIR names another, "
        "--no-run keeps none\n"
    )


def test_a_run_that_cannot_be_written_to_any_more_is_not_gone_on_with(program, disk):
    disk("size=2m")
    assert program.train("survival.toml", "--run", "disk/run", "--epochs", "2").returncode == 0
    disk("ro")
    done = program.train("--resume", "disk/run", "--epochs", "4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: disk/run: expected a folder that can be written to: Read-only file system\n"


def test_a_folder_without_permission_is_told_before_training(program):
    (program.folder / "disk").mkdir(mode=0o555)
    prefix = []
    if os.geteuid() == 0:  # root may write everywhere, unless that is taken from it
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if not shutil.which("setpriv"):
            pytest.skip("root may write everywhere")
    done = program.train("survival.toml", "--run", "disk/run", prefix=prefix)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: disk/run: expected a new or empty folder that can be written to: Permission denied\n"


@pytest.mark.parametrize(("damaged", "damage"), [(1, "cut"), (2, "emptied"), (1, "altered"), (99, "cut")])
def test_damaged_checkpoints_are_passed_over_and_told(program, whole, damaged, damage):
    run = program.folder / "run"
    assert program.train("survival.toml", "--run", "run", "-o", "run.safetensors", "--epochs", "9").returncode == 0
    files = sorted((run / "checkpoints").glob("step-*.safetensors"))
    for path in files[-damaged:]:
        data = path.read_bytes()
        path.write_bytes(
            {"cut": data[:-100], "emptied": b"", "altered": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]}[damage]
        )
    done = program.train("--resume", "run", "--epochs", "60")
    assert done.returncode == 0, done.stderr
    warnings = done.stderr.splitlines()
    assert len(warnings) == min(damaged, len(files))
    for warning, path in zip(warnings, reversed(files), strict=False):
        assert warning.startswith(f"warning: skipping a damaged checkpoint: run/checkpoints/{path.name}: ")
    last = 0 if damaged == 99 else int(files[-damaged - 1].stem.removeprefix("step-"))
    assert f"from step {last}\n" in done.stdout
    assert program.ended(run) == whole
