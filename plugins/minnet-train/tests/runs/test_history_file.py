from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from minnet_core import hookimpl
from minnet_train import (
    Checkpoint,
    CheckpointError,
    EpochReport,
    History,
    Run,
    RunDirectory,
    Session,
    StateError,
    read_experiment,
)
from minnet_train.runs.checkpoints import Checkpoints
from minnet_train.runs.history_file import HistoryFile


def reports(count):
    return [{"epoch": epoch, "loss": 1 / epoch, "r2": [math.nan, math.inf, -math.inf]} for epoch in range(1, count + 1)]


@pytest.fixture
def history(tmp_path):
    history = HistoryFile(tmp_path / "history.jsonl", tmp_path / "metrics.jsonl")
    history.restore(reports(3))
    return history


def test_reports_come_back_bit_for_bit_with_what_is_not_finite(history):
    assert repr(history.read(history.mark())) == repr(reports(3))


def test_what_was_added_after_a_mark_does_not_belong_to_it(history):
    marks = [history.mark()]
    for report in reports(6)[3:]:
        history.append(report)
        marks.append(history.mark())
    assert [len(history.read(mark)) for mark in marks] == [3, 4, 5, 6]
    history.restore(reports(4))
    assert history.mark() == marks[1]
    with pytest.raises(CheckpointError, match=r"expected its reports in the first \d+ bytes of .*history.jsonl"):
        history.read(marks[2])


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data.replace(b"0.5", b"0.6"), lambda data: b""]
)
def test_damage_is_noticed_and_a_copy_takes_its_place(history, damage):
    mark, whole = history.mark(), history.path.read_bytes()
    history.path.write_bytes(damage(whole))
    with pytest.raises(CheckpointError, match="expected its reports"):
        history.read(mark)
    history.copy.write_bytes(whole)
    assert len(history.read(mark)) == 3


@pytest.mark.parametrize("size", [math.inf, -1, "x", "9" * 5000, None])
def test_a_mark_that_makes_no_sense_hides_no_other_checkpoint(history, tmp_path, size):
    checkpoints = Checkpoints(tmp_path / "checkpoints", history=history)
    for step, mark in ((1, history.mark()), (2, {**history.mark(), "bytes": size})):
        checkpoints.save({"trainer": {"history": mark}}, step=step)
    latest = checkpoints.latest()
    assert latest.checkpoint.step == 1
    assert "step-00000002.safetensors: " in str(latest.damaged[0])


@pytest.mark.skipif(sys.platform == "win32", reason="files with holes are those of Unix")
def test_of_a_file_larger_than_memory_no_more_is_read_than_belongs_to_a_mark(history):
    mark = history.mark()
    os.truncate(history.path, 1 << 42)
    assert len(history.read(mark)) == 3
    history.restore(reports(3))
    assert history.path.stat().st_size == mark["bytes"]


def test_before_the_first_epoch_no_file_is_needed(tmp_path):
    history = HistoryFile(tmp_path / "history.jsonl", tmp_path / "metrics.jsonl")
    assert history.read(history.mark()) == []


def begin(path, **changes):
    run = Run.prepare(evolve(read_experiment("small.toml"), **{"epochs": 5, "keep": 9, **changes}))
    return Session.begin(run, path)


def train(session, epochs):
    for number, _ in enumerate(session.epochs(), 1):
        if number == epochs:
            return


def test_no_checkpoint_looks_at_the_reports_of_the_epochs_before(folder):
    class Untouchable(History):
        def __iter__(self):
            raise AssertionError("every report was looked at")

    with begin("run") as session:
        train(session, 1)
        trainer = session.run.trainer
        trainer.history = Untouchable([EpochReport(epoch=1, step=3, loss=1.0)])
        train(session, 2)
        session.keep()


def test_a_checkpoint_that_a_callback_asks_for_has_the_report_of_the_epoch_that_is_over(folder):
    class Keep:
        @hookimpl
        def minnet_epoch_end(self, trainer):
            if trainer.epoch == 2:
                session.keep()
                raise KeyboardInterrupt

    with begin("run") as session:
        session.run.trainer.callbacks.append(Keep())
        with pytest.raises(KeyboardInterrupt):
            train(session, 5)
    with Session.resume("run") as session:
        assert session.resumed_at == 6
        assert [report.epoch for report in session.run.trainer.history] == [1, 2]
        assert [report.epoch for report in session.epochs()] == [3, 4, 5]


def test_a_state_as_the_file_holds_it_is_refused_by_a_trainer(folder):
    with begin("run") as session:
        train(session, 1)
    state = Checkpoint.read(session.directory.checkpoints.path(3)).state["trainer"]
    with pytest.raises(StateError, match="history: expected a list of reports, received {'bytes': "):
        session.run.trainer.load_state_dict(state)
    session.run.trainer.load_state_dict(session.directory.checkpoints.latest().checkpoint.state["trainer"])


def test_a_checkpoint_is_as_large_however_many_epochs_there_were(folder):
    with begin("run", epochs=90, keep=99) as session:
        train(session, 90)
        sizes = [session.directory.checkpoints.path(3 * epoch).stat().st_size for epoch in (9, 90)]
    assert abs(sizes[1] - sizes[0]) < 100  # numbers have more digits


@pytest.mark.parametrize("is_there", [True, False])
def test_without_the_file_a_run_goes_on_by_the_lines_of_the_journal(folder, is_there):
    with begin("run") as session:
        train(session, 3)
    path = session.directory.checkpoints.history.path
    if not is_there:
        path.unlink()
    before = path.read_bytes() if is_there else session.directory.journal.path.read_bytes()
    with Session.resume("run") as session:
        assert (session.resumed_at, session.warnings) == (9, ())
        assert path.read_bytes() == before
        assert [report.epoch for report in session.run.trainer.history] == [1, 2, 3]


def test_a_file_that_is_cut_takes_only_the_checkpoints_that_it_belongs_to(folder):
    with begin("run") as session:
        train(session, 3)
    checkpoints, journal = session.directory.checkpoints, session.directory.journal
    lines = checkpoints.history.path.read_bytes().splitlines(keepends=True)
    checkpoints.history.path.write_bytes(b"".join(lines[:2]))
    journal.path.unlink()
    with Session.resume("run") as session:
        assert session.resumed_at == 6
        assert "step-00000009.safetensors: expected its reports in the first" in session.warnings[0]
        train(session, 9)
    assert [report["epoch"] for report in journal.read()] == [1, 2, 3, 4, 5]


def test_a_kill_after_a_report_and_before_its_checkpoint_does_no_harm(folder):
    with begin("whole") as session:
        train(session, 9)
        session.finish()
    with begin("run") as session:
        train(session, 2)
    session.directory.checkpoints.history.append({"epoch": 3, "step": 9, "loss": 7.0})
    with Session.resume("run") as session:
        assert len(session.run.trainer.history) == 2
        train(session, 9)
        session.finish()
    assert Path("run/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()
    assert len(RunDirectory.open("run").checkpoints.history.path.read_bytes().splitlines()) == 5


def test_a_number_that_is_not_finite_is_the_same_after_a_resumption(folder):
    class Odd:
        @hookimpl
        def minnet_epoch_end(self, report):
            report.metrics["odd"] = [math.inf, math.nan]

    with begin("run") as session:
        session.run.trainer.callbacks.append(Odd())
        train(session, 2)
        expected = repr(session.run.trainer.history)
    assert "[inf, nan]" in expected
    with Session.resume("run") as session:
        assert repr(session.run.trainer.history) == expected
    lines = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert [line["odd"] for line in lines] == [[None, None], [None, None]]


def test_a_state_without_its_history_is_the_same_but_for_that(folder):
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    whole, rest = run.trainer.state_dict(), run.trainer.state_dict(history=False)
    assert len(whole.pop("history")) == 2
    np.testing.assert_equal(rest, whole)
