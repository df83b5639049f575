from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from minnet_train import RunError
from minnet_train.many_runs import RunFiles, is_run, remove_emptied
from minnet_train.runs import lock


def test_a_run_goes_with_its_folder(copy):
    path = copy("runs/a")
    (path / "tensorboard").mkdir()
    (path / "tensorboard/events.out.tfevents.1.here").touch()
    (path / "sources").mkdir()
    (path / "sources/mine.py").touch()
    (path / "checkpoints/step-00000003.damaged").touch()
    (path / "checkpoints/step-00000003-2.damaged").touch()
    (path / "checkpoints/.step-00000003.safetensors.0123456789ab.tmp").touch()
    (path / ".metrics.jsonl.0123456789ab.tmp").touch()
    (path / "start.safetensors").touch()
    files = RunFiles.of(path)
    assert files.foreign == ()
    assert files.size == sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    files.delete()
    assert os.listdir("runs") == []


def test_what_is_foreign_stays_and_is_named(copy):
    path = copy("a")
    foreign = ("notes.md", "checkpoints/mine.safetensors", "best.safetensors.bak", ".hidden", "pictures", "sources")
    for name in foreign[:4]:
        (path / name).write_text("precious")
    (path / "pictures").mkdir()
    (path / "pictures/one.png").write_text("precious")
    (path / "sources").write_text("a file in the place of a folder")
    files = RunFiles.of(path)
    assert files.foreign == tuple(sorted(foreign))
    files.delete()
    left = sorted(os.fspath(each.relative_to(path)) for each in path.rglob("*"))
    assert left == sorted([*foreign, "checkpoints", "pictures/one.png"])
    assert not is_run(path)


def test_links_are_removed_and_not_what_they_lead_to(copy, tmp_path_factory):
    path, far = copy("a"), tmp_path_factory.mktemp("far")
    (far / "step-00000001.safetensors").write_text("precious")
    (far / "file.safetensors").write_text("precious")
    for each in (path / "checkpoints").iterdir():
        each.unlink()
    (path / "checkpoints").rmdir()
    (path / "checkpoints").symlink_to(far)
    (path / "tensorboard").symlink_to(far)
    for name in ("best.safetensors", "model.safetensors", "lock", "versions.json"):
        (path / name).unlink()
        (path / name).symlink_to(far / "file.safetensors")
    RunFiles.of(path).delete()
    assert not path.exists()
    assert [each.read_text() for each in sorted(far.iterdir())] == ["precious", "precious"]


def test_a_link_to_a_run_is_refused(copy):
    path = copy("a")
    Path("link").symlink_to(path)
    with pytest.raises(RunError, match="link: expected the folder of a run itself, received a symbolic link to one"):
        RunFiles.of("link").delete()
    assert is_run(path)


def test_another_folder_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RunError, match="expected the folder of a run, received another folder"):
        RunFiles.of(tmp_path).delete()
    assert os.listdir(tmp_path) == ["config.json"]


def test_a_run_that_is_worked_on_is_refused(copy, held):
    path = copy("a")
    before = sorted(path.rglob("*"))
    with held(path) as process:
        expected = f"a: expected a run that no other process is using, received one held by process {process.pid} on "
        with pytest.raises(RunError, match=expected):
            RunFiles.of(path).delete()
        assert sorted(path.rglob("*")) == before
    RunFiles.of(path).delete()
    assert not path.exists()


def test_a_run_of_a_group_that_is_worked_on_is_refused(copy, held, monkeypatch):
    """Between two folds, or two seeds of a trial, nobody holds the lock of any of them."""
    path = copy("cv/fold-1")
    with held(Path("cv")) as process:
        expected = f"received one in a group that is held by process {process.pid} on "
        with pytest.raises(RunError, match=expected):
            RunFiles.of(path).delete()
        monkeypatch.chdir(path)
        with pytest.raises(RunError, match=expected):
            RunFiles.of(".").delete()
    assert is_run(".")


def test_at_every_instant_it_is_a_run_that_is_listed_as_damaged_or_nothing(copy, monkeypatch):
    path = copy("a")
    seen = []
    unlink = Path.unlink

    def watched(self, *args, **kwargs):
        unlink(self, *args, **kwargs)
        if self.name not in ("lock", "versions.json"):
            seen.append((is_run(path), (path / "config.json").exists()))

    monkeypatch.setattr(Path, "unlink", watched)
    RunFiles.of(path).delete()
    assert len(seen) > 5
    assert set(seen) == {(True, False)}


def test_hard_links_free_no_space(copy):
    path = copy("a")
    before = RunFiles.of(path).size
    os.link(path / "model.safetensors", "kept")
    assert RunFiles.of(path).size == before - Path("kept").stat().st_size


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may delete everything")
def test_what_may_not_be_deleted_is_told(copy):
    path = copy("a")
    path.chmod(0o555)
    try:
        with pytest.raises(RunError, match="a: the run could not be deleted: Permission denied"):
            RunFiles.of(path).delete()
    finally:
        path.chmod(0o755)


def deleted(*paths, within):
    for path in paths:
        RunFiles.of(path).delete()
    return remove_emptied(map(Path, paths), within)


def test_the_folder_of_folds_goes_with_the_last_of_them(copy):
    for fold in (1, 2):
        copy(f"runs/cv/fold-{fold}")
    Path("runs/cv/folds.json").write_text("{}")
    Path("runs/cv/lock").touch()
    assert deleted("runs/cv/fold-1", within=[]) == []
    assert deleted("runs/cv/fold-2", within=[]) == ["runs/cv"]
    assert os.listdir("runs") == []


def test_the_lock_of_a_group_that_is_worked_on_by_now_stays(copy, held):
    path = copy("runs/cv/fold-1")
    RunFiles.of(path).delete()
    with held(path.parent):
        assert remove_emptied([path], within=[]) == []
        assert os.listdir("runs/cv") == ["lock"]
    assert remove_emptied([path], within=[]) == ["runs/cv"]


def test_folders_that_were_named_go_when_they_are_empty_and_runs_stays(copy):
    copy("runs/sweep/trials/1")
    copy("runs/sweep/trials/2")
    assert deleted("runs/sweep/trials/1", within=["runs/sweep"]) == []
    assert deleted("runs/sweep/trials/2", within=["runs/sweep"]) == ["runs/sweep/trials", "runs/sweep"]
    copy("runs/a")
    assert deleted("runs/a", within=["runs"]) == []
    assert Path("runs").is_dir()


def test_a_folder_that_nobody_named_or_that_holds_something_else_stays(copy):
    copy("mine/a")
    assert deleted("mine/a", within=[]) == []
    copy("mine/b")
    Path("mine/notes.md").touch()
    assert deleted("mine/b", within=["mine"]) == []
    assert os.listdir("mine") == ["notes.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is deleted when nobody holds it there")
def test_the_lock_of_a_run_that_begins_in_the_folder_of_one_that_is_being_deleted_stays(copy, monkeypatch):
    path = copy("a")
    (path / "notes.md").touch()
    unlock = lock._unlock

    def begin(descriptor):
        unlock(descriptor)
        if not (path / "config.json").exists():
            (path / "lock").write_text("of another run")

    monkeypatch.setattr(lock, "_unlock", begin)
    RunFiles.of(path).delete()
    assert sorted(os.listdir(path)) == ["lock", "notes.md"]


def test_if_one_may_not_be_looked_into_none_is_deleted(copy, minnet, permissions):
    copy("runs/a")
    path = copy("runs/b")
    path.chmod(0o444)
    try:
        result = minnet("runs", "delete", "runs", "--yes")
    finally:
        path.chmod(0o755)
    assert result.exit_code == 1
    assert "Permission denied: 'runs/b/checkpoints'\nnothing is deleted\n" in result.output
    assert is_run("runs/a")
    assert is_run("runs/b")
