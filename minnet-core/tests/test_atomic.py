from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from minnet_core.support.atomic import write_atomically
from minnet_test_support.processes import run_python


def test_file_is_written_and_its_absolute_path_returned(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write_atomically("a.bin", b"new") == tmp_path / "a.bin"
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "pathlib.Path.open"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(step, fail)
    with pytest.raises(type(error)):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_kill_leaves_the_old_file(tmp_path, step):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    done = run_python(
        f"""
import os, signal
os.{step} = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
from minnet_core.support.atomic import write_atomically
write_atomically({str(path)!r}, b"new")
"""
    )
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_bytes_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda *a: (calls.append("replace"), replace(*a)))
    write_atomically(tmp_path / "a.bin", b"new")
    assert calls == ["fsync", "replace", "fsync"]


def test_missing_directory_is_an_error_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_atomically(tmp_path / "nowhere" / "a.bin", b"new")


def test_link_stays_a_link_and_its_target_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "a.bin", tmp_path / "link.bin"
    link.symlink_to(target)
    for data in (b"first", b"second"):
        assert write_atomically(link, data) == target
        assert link.is_symlink()
        assert target.read_bytes() == data


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_permissions_are_those_that_the_umask_gives(tmp_path, umask):
    before = os.umask(umask)
    try:
        path = write_atomically(tmp_path / "a.bin", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_replaced(tmp_path, make):
    path = tmp_path / "thing"
    make(path)
    with pytest.raises(OSError, match="thing"):
        write_atomically(path, b"new")
    assert not path.is_file()
    assert os.listdir(tmp_path) == ["thing"]


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_longest_names_can_be_written(tmp_path, name):
    assert write_atomically(tmp_path / name, b"new").read_bytes() == b"new"


def test_permissions_of_the_file_that_is_replaced_are_kept(tmp_path):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    write_atomically(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"new"
