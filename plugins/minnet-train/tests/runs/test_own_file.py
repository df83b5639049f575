"""Links, folders and pipes in the places of a run's files: none is followed, waited for or in the way of the others."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from attrs import evolve

from minnet_train import Checkpoint, CheckpointError, Run, RunDirectory, RunError, Session, read_experiment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are those of Unix")

WRITTEN = (
    "best.safetensors",
    "config.json",
    "lock",
    "metrics.jsonl",
    "model.safetensors",
    "versions.json",
    "checkpoints/history.jsonl",
    "checkpoints/step-00000006.safetensors",
    "checkpoints/step-00000012.safetensors",
)


@pytest.fixture(autouse=True)
def _no_hanging():
    """Raise where something waits for the other end of a pipe."""

    def expire(number, frame):
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def run(folder):
    """A run of four epochs that was left after three."""
    with Session.begin(Run.prepare(evolve(read_experiment("small.toml"), epochs=4)), "run") as session:
        for report in session.epochs():
            if report.epoch == 3:
                break
    return Path("run")


def go_on(**options):
    with Session.resume("run", **options) as session:
        list(session.epochs())
        session.finish()
        return session


def in_place_of(path, make):
    """Make something in the place of a file; returns what was in that."""
    path = Path(path)
    data = path.read_bytes() if path.exists() else b""
    path.unlink(missing_ok=True)
    make(path)
    return data


@pytest.mark.parametrize("name", WRITTEN)
def test_a_link_is_not_followed_by_what_is_written(run, folder, name, monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.99")  # is written to versions.json
    outside = folder / "outside"
    data = in_place_of(run / name, lambda path: path.symlink_to(outside))
    outside.write_bytes(data)
    go_on(epochs=5)
    assert outside.read_bytes() == data
    assert [path for path in run.rglob("*") if path.is_symlink() and path.suffix != ".damaged"] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_dangling_link_makes_no_file_elsewhere(run, folder, name):
    in_place_of(run / name, lambda path: path.symlink_to(folder / "outside"))
    if name in ("config.json", "versions.json"):  # as without them
        with pytest.raises(RunError, match=name):
            go_on()
    else:
        go_on()
    assert not (folder / "outside").exists()


def test_a_link_that_comes_while_a_run_trains_is_not_followed_either(run, folder):
    outside = folder / "outside"
    outside.write_bytes(b"theirs")
    with Session.resume("run") as session:
        for name in WRITTEN[:6] + WRITTEN[-1:]:
            in_place_of(run / name, lambda path: path.symlink_to(outside))
        list(session.epochs())
        session.finish()
    assert outside.read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["checkpoints", "tensorboard"])
def test_a_folder_that_is_a_link_is_refused(run, folder, name):
    if (run / name).exists():
        (run / name).rename(folder / "outside")
    (folder / "outside").mkdir(exist_ok=True)
    (run / name).symlink_to(folder / "outside")
    before = sorted(os.listdir(folder / "outside"))
    with pytest.raises(RunError) as caught:
        go_on()
    assert str(caught.value) == f"run/{name}: expected a folder that is in the run itself, received a symbolic link"
    assert sorted(os.listdir(folder / "outside")) == before


@pytest.mark.parametrize("name", ["lock", "versions.json", "checkpoints"])
def test_a_new_run_is_not_begun_in_a_folder_with_a_link(folder, name):
    outside = folder / "outside"
    outside.mkdir() if name == "checkpoints" else outside.write_text("theirs")
    Path("new").mkdir()
    Path("new", name).symlink_to(outside)
    run = Run.prepare(read_experiment("small.toml"))
    message = f"new: expected a new or empty folder, received one with {name} in it"
    with pytest.raises(RunError, match=message), Session.begin(run, "new"):
        pass
    assert outside.is_dir() or outside.read_text() == "theirs"


def a_folder(path):
    path.mkdir()
    (path / "inside").touch()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_hard_link_is_no_way_out_either(run, folder, name, monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.99")  # is written to versions.json
    (run / name).touch()
    if name == "lock":
        (run / name).write_text("theirs")
    data = (run / name).read_bytes()
    os.link(run / name, folder / "outside")
    go_on(epochs=5)
    assert (folder / "outside").read_bytes() == data


def test_two_runs_whose_files_are_hard_links_go_apart(run, folder):
    shutil.copytree(run, "copy", copy_function=os.link)
    go_on()
    assert len(RunDirectory.open("copy").journal.read()) == 3
    with Session.resume("copy") as session:
        assert (session.resumed_at, session.warnings) == (9, ())


def test_a_link_that_comes_between_two_looks_is_not_followed(run, folder, monkeypatch):
    monkeypatch.setattr("minnet_train.runs.journal.own_file", lambda path: path)
    in_place_of("run/metrics.jsonl", lambda path: path.symlink_to(folder / "outside"))
    with pytest.raises(OSError, match="metrics.jsonl"):
        RunDirectory.open("run").journal.append({"epoch": 4})
    assert not (folder / "outside").exists()


KINDS = {
    "folder": a_folder,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link in a circle": lambda path: path.symlink_to(path.name),
    "link to a checkpoint": lambda path: path.symlink_to("step-00000003.safetensors"),
    "pipe": os.mkfifo,
    "link to a pipe": lambda path: (os.mkfifo("pipe"), path.symlink_to(Path("pipe").absolute())),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [3, 6, 9, 12])
def test_what_is_no_checkpoint_hides_no_other(run, kind, step):
    path = run / f"checkpoints/step-{step:08}.safetensors"
    in_place_of(path, KINDS[kind])
    assert RunDirectory.open("run").checkpoints.best() in {3, 6, 9} - {step}
    session = go_on()
    assert session.resumed_at == (6 if step == 9 else 9)
    assert len(session.warnings) == (step >= 9)
    assert all(f"{path}: expected a file, received a " in warning for warning in session.warnings)
    assert path.with_suffix(".damaged").is_symlink() or not path.with_suffix(".damaged").is_file()
    assert session.directory.checkpoints.steps()[-1] == 12
    assert go_on().warnings == ()


def test_what_is_damaged_again_keeps_both(run):
    path = run / "checkpoints/step-00000009.safetensors"
    for make in (a_folder, Path.touch, a_folder):
        in_place_of(path, make)
        with Session.resume("run") as session:
            assert session.resumed_at == 6
    names = [each.name for each in sorted(path.parent.glob("step-*09*.damaged"))]
    assert names == ["step-00000009-2.damaged", "step-00000009-3.damaged", "step-00000009.damaged"]


@pytest.mark.parametrize("name", ["lock", "versions.json", "metrics.jsonl", "checkpoints/history.jsonl"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_in_the_place_of_another_is_named(run, name, kind):
    in_place_of(run / name, KINDS[kind])
    received = {"pipe": "a device or a pipe", "folder": "a folder"}[kind]
    with pytest.raises(RunError, match=f"run/{name}: expected a file, received {received}"):
        go_on()


def test_a_temporary_file_that_is_a_folder_is_in_nobodys_way(run):
    Path("run/.x.tmp").mkdir()
    go_on()


def test_a_pipe_is_no_checkpoint_and_no_journal(run):
    os.mkfifo("pipe")
    with pytest.raises(CheckpointError, match="pipe: expected a file, received a device or a pipe"):
        Checkpoint.read("pipe")
    in_place_of(run / "metrics.jsonl", os.mkfifo)
    with pytest.raises(OSError, match="expected a file, received a device or a pipe"):
        RunDirectory.open("run").journal.read()
