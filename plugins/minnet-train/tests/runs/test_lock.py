from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from minnet_train import RunError
from minnet_train.runs import lock
from minnet_train.runs.lock import lock_holder, run_lock

HOLD = """
import sys, time
from pathlib import Path
from minnet_train.runs.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "lock"], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout.readline() == "held\n"
        yield held
        held.kill()


def test_a_second_process_is_refused_and_told_who_holds_the_run(tmp_path, holder):
    with pytest.raises(RunError) as caught, run_lock(tmp_path / "lock"):
        pass
    message = (
        rf"{tmp_path}: expected a run that no other process is using, received one held by process {holder.pid} on "
    )
    assert re.match(re.escape(message) + r".*, since \d{4}-\d\d-\d\d ", str(caught.value))


def test_to_be_refused_takes_nothing_from_the_holder(tmp_path, holder):
    for _ in range(2):
        with pytest.raises(RunError, match=f"process {holder.pid} "), run_lock(tmp_path / "lock"):
            pass


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_of_a_dead_process_is_free(tmp_path, holder, kill):
    holder.send_signal(kill)
    holder.wait()
    with run_lock(tmp_path / "lock"):
        assert f"process {os.getpid()} " in (tmp_path / "lock").read_text()


def test_afterwards_nobody_holds_it(tmp_path):
    for _ in range(2):
        with run_lock(tmp_path / "lock"):
            pass
        assert (tmp_path / "lock").read_text() == ""


def test_a_process_that_was_forked_meanwhile_does_not_hold_it_afterwards(tmp_path):
    with run_lock(tmp_path / "lock") as descriptor:
        of_the_fork = os.dup(descriptor)  # it has such a copy
    try:
        with run_lock(tmp_path / "lock"):
            pass
    finally:
        os.close(of_the_fork)


def test_one_process_cannot_have_it_twice(tmp_path):
    with (
        run_lock(tmp_path / "lock"),
        pytest.raises(RunError, match=f"process {os.getpid()} "),
        run_lock(tmp_path / "lock"),
    ):
        pass


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with (
        pytest.raises(RunError, match="none: expected a folder that can be written to: No such file"),
        run_lock(tmp_path / "none" / "lock"),
    ):
        pass


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("minnet_train.runs.lock._lock", fail)
    with (
        pytest.raises(RunError, match="expected a file system on which files can be locked: Operation not"),
        run_lock(tmp_path / "lock"),
    ):
        pass


def test_on_a_full_disk_the_lock_holds_all_the_same(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", fail)
    with (
        run_lock(tmp_path / "lock"),
        pytest.raises(RunError, match="held by another process"),
        run_lock(tmp_path / "lock"),
    ):
        pass


def test_it_is_known_who_holds_it(tmp_path, holder):
    assert lock_holder(tmp_path / "lock").startswith(f"process {holder.pid} on ")
    holder.kill()
    holder.wait()
    assert lock_holder(tmp_path / "lock") is None, "the text of a dead process is no holder"


def test_where_nobody_holds_it_looking_changes_nothing(tmp_path):
    assert lock_holder(tmp_path / "lock") is None
    assert not (tmp_path / "lock").exists()
    with run_lock(tmp_path / "lock"):
        assert lock_holder(tmp_path / "lock").startswith(f"process {os.getpid()} on ")
    (tmp_path / "lock").chmod(0o444)
    assert lock_holder(tmp_path / "lock") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_or_a_link_in_its_place_is_not_waited_for_nor_followed(tmp_path, holder):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("lock")
    (tmp_path / "folder").mkdir()
    assert [lock_holder(tmp_path / name) for name in ("pipe", "link", "folder")] == [None, None, None]


@pytest.mark.skipif(sys.platform == "win32", reason="locks are asked for as Unix has them")
def test_whoever_wants_it_is_not_refused_because_somebody_looks(tmp_path):
    import fcntl

    lock = tmp_path / "lock"
    lock.touch()
    looking = os.open(lock, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)  # as lock_holder does for an instant
    with pytest.raises(RunError, match="received one held by another process"), run_lock(lock):
        pass
    timer = threading.Timer(0.02, os.close, [looking])
    timer.start()
    with run_lock(lock):
        timer.join()


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open is not deleted there")
def test_a_lock_that_is_deleted_with_its_run_while_one_waits_for_it_keeps_nobody_out(tmp_path, monkeypatch):
    """Whoever has waited would else share a run with whoever makes the file anew."""
    path, lock_soon = tmp_path / "lock", lock._lock_soon

    def late(descriptor):
        monkeypatch.setattr(lock, "_lock_soon", lock_soon)
        path.unlink()
        lock_soon(descriptor)

    monkeypatch.setattr(lock, "_lock_soon", late)
    with run_lock(path), pytest.raises(RunError, match=f"process {os.getpid()} "), run_lock(path):
        pass


def test_whether_somebody_holds_it_is_not_known_where_nobody_may_look(tmp_path, permissions):
    (tmp_path / "lock").touch()
    tmp_path.chmod(0o444)
    try:
        assert lock_holder(tmp_path / "lock") is None
    finally:
        tmp_path.chmod(0o755)
