from __future__ import annotations

import json
import os
import shutil
from datetime import datetime

import pytest
from attrs import evolve

from minnet_train import EarlyStopping, RunDirectory, Session
from minnet_train.experiment import unstructure_experiment
from minnet_train.many_runs import DAMAGED, FINISHED, INTERRUPTED, RUNNING, RunSummary
from minnet_train.many_runs.summary import judged_by


def test_a_run_tells_what_it_did(trained):
    before = datetime.now().astimezone()
    run = RunSummary.read(trained)
    reports = RunDirectory.open(trained).journal.read()
    assert run.state == FINISHED
    assert run.problem == ""
    assert run.last == reports[-1]
    assert run.best == min(reports, key=lambda report: report["validation_loss"])
    assert run.best_value == run.best["validation_loss"]
    assert run.seconds == pytest.approx(sum(report["seconds"] for report in reports))
    assert (before - run.started).total_seconds() < 3600
    assert run.experiment["optimizer"] == {"class": "Adam", "lr": 0.01}


def test_a_run_that_was_left_is_interrupted(train):
    run = RunSummary.read(train("half", epochs=1))
    assert (run.state, run.last["epoch"]) == (INTERRUPTED, 1)


def test_a_run_that_has_not_reported_is_interrupted(train):
    path = train("none", epochs=1)
    (path / "metrics.jsonl").unlink()
    run = RunSummary.read(path)
    assert (run.state, run.last, run.best, run.best_value, run.seconds) == (INTERRUPTED, {}, {}, None, 0)


def test_a_run_that_another_process_works_on_is_running_and_is_not_disturbed(copy, held):
    path = copy("run")
    with held(path) as process:
        run = RunSummary.read(path)
        assert run.state == RUNNING
        assert run.holder.startswith(f"process {process.pid} on ")
        with (path / "metrics.jsonl").open("a") as file:
            file.write('{"epoch": 3, "loss"')  # a line that is being written
        assert RunSummary.read(path).last["epoch"] == 2
    assert RunSummary.read(path).state == FINISHED


def test_a_run_that_ended_early_is_finished_until_it_goes_on_for_longer(train, tiny):
    stopping = "early_stopping = { patience = 1, min_delta = 99.0 }\n"
    path = train("early", text=stopping + tiny.replace("epochs = 2", "epochs = 50"))
    run = RunSummary.read(path)
    assert (run.state, run.last["epoch"]) == (FINISHED, 2)
    directory = RunDirectory.open(path)
    with directory.lock():
        directory.changed(evolve(directory.config.experiment, epochs=60))
    assert RunSummary.read(path).state == INTERRUPTED


def test_a_run_that_goes_on_for_longer_is_interrupted_until_it_is_over(train):
    path = train("run")
    with Session.resume(path, epochs=4) as session:
        assert RunSummary.read(path).state == RUNNING
        next(session.epochs())
    assert RunSummary.read(path).state == INTERRUPTED
    with Session.resume(path) as session:
        list(session.epochs())
        session.finish()
    assert RunSummary.read(path).state == FINISHED


@pytest.mark.parametrize(
    ("file", "contents", "problem"),
    [
        (
            "config.json",
            None,
            "config.json: expected the config of a run, received no file: it was killed as it was begun",
        ),
        ("config.json", "{", "config.json: expected JSON: "),
        ("config.json", "[" * 100_000, "config.json: expected JSON: "),
        ("config.json", "\x1b[2J", "config.json: expected JSON: "),
        ("config.json", '{"name": "another program"}', "config.json: expected the config of a run, received "),
        ("config.json", '{"format": 99}', "config.json: expected format 1 or older, received 99; pip install -U "),
        ("config.json", '{"format": 1, "experiment": 3}', "config.json: expected the config of a run, received "),
        (
            "config.json",
            '{"format": 1, "experiment": {"epochs": "\\u001b"}}',
            "config.json: epochs: expected an integer",
        ),
        (
            "metrics.jsonl",
            '{"epoch": 1}\nx\n{"epoch": 2}\n',
            "metrics.jsonl, line 2: expected a JSON object, received b'x'",
        ),
    ],
)
def test_a_damaged_run_says_what_is_damaged(copy, file, contents, problem):
    path = copy("run")
    (path / file).unlink() if contents is None else (path / file).write_text(contents)
    run = RunSummary.read(path)
    assert run.state == DAMAGED
    assert run.problem.startswith(problem)
    assert run.problem.isprintable()


def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_damage_and_nothing_to_wait_for(copy):
    path = copy("run")
    for name in ("config.json", "metrics.jsonl", "lock", "model.safetensors"):
        (path / name).unlink()
    (path / "config.json").mkdir()
    for name in ("metrics.jsonl", "lock", "model.safetensors"):
        os.mkfifo(path / name)
    run = RunSummary.read(path)
    assert run.state == DAMAGED
    assert "config.json: expected a file, received a folder" in run.problem
    assert "metrics.jsonl: expected a file, received a device or a pipe" in run.problem


def test_a_run_that_vanishes_is_damaged(tmp_path):
    assert RunSummary.read(tmp_path / "none").state == DAMAGED


@pytest.mark.parametrize("started", [None, "yesterday", 3])
def test_without_a_time_in_the_config_that_of_the_oldest_file_is_taken(copy, started):
    path = copy("run")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "started": started}))
    os.utime(path / "config.json", (2e9, 2e9))
    os.utime(path / "versions.json", (1.6e9, 1.6e9))
    assert RunSummary.read(path).started.timestamp() == 1.6e9


@pytest.mark.parametrize(
    ("early_stopping", "data"),
    [
        (None, {}),
        (None, {"validation_fraction": 0.0}),
        (None, {"validation_fraction": 0.0, "validation": "other.csv"}),
        (EarlyStopping(), {}),
        (EarlyStopping(metric="validation_accuracy"), {}),
        (EarlyStopping(metric="r2", mode="min"), {}),
        (EarlyStopping(metric="mae"), {}),
        (EarlyStopping(metric="loss", mode="max"), {"validation_fraction": 0.0}),
    ],
)
def test_what_it_is_judged_by_is_what_the_experiment_says(trained, early_stopping, data):
    experiment = RunDirectory.open(trained).config.experiment
    experiment = evolve(experiment, early_stopping=early_stopping, data=evolve(experiment.data, **data))
    assert judged_by(unstructure_experiment(experiment)) == experiment.judged_by


def test_a_run_may_be_read_only(copy):
    path = copy("run")
    for each in [*path.rglob("*"), path]:
        each.chmod(0o555 if each.is_dir() else 0o444)
    try:
        before = {each: each.stat().st_mtime_ns for each in path.rglob("*")}
        assert RunSummary.read(path).state == FINISHED
        assert {each: each.stat().st_mtime_ns for each in path.rglob("*")} == before
    finally:
        path.chmod(0o755)
        shutil.rmtree(path, ignore_errors=True)


LARGE = 10**400
"""An integer, as JSON may have one, that no float is as large as."""


def test_a_number_that_no_float_is_as_large_as_is_none(copy):
    run = RunSummary.read(
        copy("run", reports=[{"epoch": 1, "loss": LARGE, "validation_loss": LARGE, "seconds": LARGE}, {"epoch": LARGE}])
    )
    assert (run.problem, run.best, run.best_value, run.seconds) == ("", {}, None, 0.0)
    assert run.last == {"epoch": LARGE}


def test_a_run_that_nobody_may_look_into_is_damaged(copy, permissions):
    path = copy("run")
    path.chmod(0o444)
    try:
        run = RunSummary.read(path)
        assert (run.state, run.started) == (DAMAGED, None)
        assert "config.json: Permission denied" in run.problem
    finally:
        path.chmod(0o755)
