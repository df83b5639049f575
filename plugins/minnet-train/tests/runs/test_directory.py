from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from minnet_train import RunDirectory, RunError, read_experiment
from minnet_train.runs.directory import RunConfig


@pytest.fixture
def config(folder):
    return RunConfig(experiment=read_experiment("small.toml"), folder=str(folder), fingerprint="f")


def test_a_run_is_opened_as_it_was_created(config, create):
    created = create("runs/one", config)
    assert RunDirectory.open("runs/one") == created
    assert created.config == config


def test_what_is_in_it(config, create):
    create("run", config)
    assert sorted(os.listdir("run")) == ["checkpoints", "config.json", "lock", "versions.json"]
    (session,) = json.loads(Path("run/versions.json").read_text())
    assert session["step"] == 0
    assert session["distributions"]["minnet-core"]


def test_an_empty_folder_is_taken(config, create):
    Path("run").mkdir()
    create("run", config)


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(config, create):
    Path("run").mkdir()
    Path("run/thesis.tex").touch()
    with pytest.raises(RunError, match="run: expected a new or empty folder, received one with thesis.tex in it"):
        create("run", config)
    assert os.listdir("run") == ["thesis.tex"]


def test_a_run_is_not_begun_twice(config, create):
    create("run", config)
    with pytest.raises(RunError, match="received a run; resume it with minnet train --resume"):
        create("run", config)


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("before", [1, 2, 3])
def test_what_a_killed_creation_left_is_no_run_and_is_in_nobodys_way(config, call, before, create):
    program = f"""
import os
from minnet_train import RunDirectory, read_experiment
from minnet_train.runs.directory import RunConfig
calls, original = [], os.{call}
def counting(*arguments):
    calls.append(1)
    return os.kill(os.getpid(), 9) if len(calls) == {before} else original(*arguments)
os.{call} = counting
config = RunConfig(experiment=read_experiment("small.toml"), folder="", fingerprint="")
with RunDirectory.begun("run", config):
    pass
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert killed or before == 3
    if not Path("run/config.json").exists():
        with pytest.raises(RunError, match="run: expected the directory of a run, with a config.json"):
            RunDirectory.open("run")
        create("run", config).remove_leftovers()
    assert RunDirectory.open("run").config.experiment == config.experiment
    assert not list(Path("run").glob(".*.tmp"))


@pytest.mark.parametrize(("path", "kind"), [("none", "nothing"), (".", "another folder"), ("small.toml", "a file")])
def test_what_is_no_run_is_refused(folder, path, kind):
    with pytest.raises(RunError) as caught:
        RunDirectory.open(path)
    assert str(caught.value) == f"{path}: expected the directory of a run, with a config.json, received {kind}"


def test_a_damaged_config_is_named(config, create):
    create("run", config)
    Path("run/config.json").write_text("{")
    with pytest.raises(RunError, match=r"run/config.json: expected JSON: "):
        RunDirectory.open("run")


def test_a_place_where_no_folder_can_be_is_an_error(config, create):
    with pytest.raises(
        RunError, match="small.toml/run: expected a new or empty folder that can be written to: Not a dir"
    ):
        create("small.toml/run", config)


def test_a_second_process_cannot_begin_the_run_at_the_same_time(config, create):
    Path("run").mkdir()
    with create("other", config).lock():
        os.link("other/lock", "run/lock")  # as if the other process had just made it
        with pytest.raises(RunError, match="run: expected a run that no other process is using"):
            create("run", config)


def test_temporary_files_of_killed_writes_are_removed(config, create):
    directory = create("run", config)
    for path in ("run/.config.json.ab.tmp", "run/checkpoints/.step-1.cd.tmp", "run/notes.tmp"):
        Path(path).touch()
    directory.remove_leftovers()
    assert sorted(os.listdir("run")) == ["checkpoints", "config.json", "lock", "notes.tmp", "versions.json"]
    assert os.listdir("run/checkpoints") == []


def test_another_environment_is_told_and_written_down(config, monkeypatch, create):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    directory = create("run", config)
    assert directory.note_environment(5) == []
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert directory.note_environment(7) == ["OPENBLAS_NUM_THREADS was 1, is 2"]
    assert directory.note_environment(9) == []
    assert [session["step"] for session in json.loads(Path("run/versions.json").read_text())] == [0, 7]


@pytest.mark.parametrize("text", ["[]", "{}", "[3]"])
def test_versions_of_another_form_are_refused(config, text, create):
    directory = create("run", config)
    Path("run/versions.json").write_text(text)
    with pytest.raises(RunError, match=r"run/versions.json: expected a list of sessions"):
        directory.note_environment(3)


def test_on_a_full_disk_a_change_is_an_error_and_the_old_file_whole(config, monkeypatch, create):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    directory = create("run", config)
    monkeypatch.setattr(os, "fsync", fail)
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    with pytest.raises(RunError, match="run: versions.json could not be written: No space left on device"):
        directory.note_environment(3)
    with pytest.raises(RunError, match="run: config.json could not be written: No space left on device"):
        directory.changed(evolve(config.experiment, epochs=9))
    assert RunDirectory.open("run").config == config


def test_a_change_of_the_experiment_is_written_down(config, create):
    changed = create("run", config).changed(evolve(config.experiment, epochs=9))
    assert changed.config.experiment.epochs == 9
    assert RunDirectory.open("run") == changed
