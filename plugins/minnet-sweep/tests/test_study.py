"""The journal: one trial is begun by one process, and nothing that was noted is lost."""

import math
import os
import subprocess
import sys
import time

import pytest

from minnet_sweep import Pruning, Range, Sweep, SweepError
from minnet_sweep.study import Study, importances
from minnet_sweep.study.journal_file import GRACE
from minnet_sweep.study.study import covered

PLAN = Sweep(
    experiment="b", space=(Range("u", ("u",), 0.0, 1.0),), sampler="random", trials=20, metric="loss", direction="min"
)

CLAIMS = """
import json, sys
from pathlib import Path
from minnet_sweep import Sweep
from minnet_sweep.study import Study
study = Study.open(Path("journal.log"), Sweep.from_json(json.loads(Path("sweep.json").read_text())))
print(*[trial.number for trial in study.trials() if study.begin(trial.number)])
"""


def test_of_several_processes_one_begins_each_trial(tmp_path):
    import json

    Study.create(tmp_path / "journal.log", PLAN)
    (tmp_path / "sweep.json").write_text(json.dumps(PLAN.to_json()))
    processes = [
        subprocess.Popen([sys.executable, "-c", CLAIMS], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    begun = [int(number) for process in processes for number in process.communicate(timeout=240)[0].split()]
    assert all(process.returncode == 0 for process in processes)
    assert sorted(begun) == list(range(20))


def test_what_is_told_is_there_for_all(tmp_path):
    study, other = (
        Study.create(tmp_path / "journal.log", PLAN),
        Study.open(tmp_path / "journal.log", PLAN),
    )
    assert study.begin(3)
    assert not other.begin(3)
    values = study.values(3)
    assert other.values(3) == values, "a point is drawn once"
    study.report(3, 1, 0.5)
    study.note(3, "results", {"0": 0.25})
    study.end(3, "complete", 0.25)
    trial = other.trial(3)
    assert (trial.state, trial.value, trial.values, trial.reported) == ("complete", 0.25, values, {1: 0.5})
    assert trial.notes == {"results": {"0": 0.25}}
    assert trial.is_over
    assert not other.begin(3)
    assert other.best() == trial


@pytest.mark.parametrize("half", ['{"op_code": 5, "tri', '{"op_code": 5}', "\x00" * 9])
def test_half_a_line_of_a_writer_that_was_killed_is_dropped(tmp_path, half):
    study = Study.create(tmp_path / "journal.log", PLAN)
    assert study.begin(0)
    with open(tmp_path / "journal.log", "a") as file:
        file.write(half)
    other = Study.open(tmp_path / "journal.log", PLAN)
    assert other.begin(1)
    study.end(0, "complete", 0.5)
    states = [trial.state for trial in Study.open(tmp_path / "journal.log", PLAN).trials()]
    assert states == ["complete", "running", *["waiting"] * 18]


@pytest.mark.parametrize("line", ["asdf{", "[1, 2]", "5", "null", '{"op_code": 99}', "{}", '{"op_code": "x"}'])
def test_a_line_that_is_none_of_a_journal_is_an_error_of_ours(tmp_path, line):
    path = tmp_path / "journal.log"
    Study.create(path, PLAN)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, *lines[3:]]) + "\n")
    with pytest.raises(SweepError, match="expected the journal of a sweep"):
        Study.open(path, PLAN)


def test_a_writer_that_was_killed_keeps_nobody_waiting_for_long(tmp_path):
    study = Study.create(tmp_path / "journal.log", PLAN)
    (tmp_path / "journal.log.lock").touch()  # which is what it leaves
    before = time.monotonic()
    assert study.begin(0)
    assert GRACE <= time.monotonic() - before < 3 * GRACE
    assert not (tmp_path / "journal.log.lock").exists()


def test_a_writer_whose_lock_was_broken_has_written_all_the_same(tmp_path, monkeypatch):
    """It stood still while it had it, for the disk was slow or the machine slept, and another broke the lock."""
    study, lock, fsync = Study.create(tmp_path / "journal.log", PLAN), tmp_path / "journal.log.lock", os.fsync

    def slow(number):
        monkeypatch.setattr(os, "fsync", fsync)
        lock.unlink()
        assert Study.open(tmp_path / "journal.log", PLAN).begin(1)
        lock.touch()  # of a third one, which is at work
        fsync(number)

    monkeypatch.setattr(os, "fsync", slow)
    assert study.begin(0)
    assert lock.exists(), "it is another's"
    lock.unlink()
    states = [trial.state for trial in Study.open(tmp_path / "journal.log", PLAN).trials()]
    assert states == ["running", "running", *["waiting"] * 18]


def test_a_journal_that_is_damaged_while_it_is_read_is_an_error_of_ours(tmp_path):
    study = Study.create(tmp_path / "journal.log", PLAN)
    with open(tmp_path / "journal.log", "a") as file:
        file.write('{"op_code\n{}\n')
    with pytest.raises(
        SweepError, match="journal.log: expected .*, received another line after the 21 first ones: Inv"
    ):
        study.trials()


def test_a_journal_that_cannot_be_written_to_is_named_and_nobody_else_was_faster(tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    study = Study.create(tmp_path / "journal.log", PLAN)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        SweepError, match="journal.log: expected a journal that can be written to: No space left on dev"
    ):
        study.begin(0)


@pytest.mark.parametrize("direction", ["min", "max"])
def test_the_best_is_that_of_the_direction(tmp_path, direction):
    from attrs import evolve

    study = Study.create(tmp_path / "journal.log", evolve(PLAN, direction=direction))
    for number, value in enumerate([0.3, 0.1, 0.9, 0.1]):
        study.begin(number)
        study.values(number)
        study.end(number, "complete", value)
    assert study.best().number == {"min": 1, "max": 2}[direction]


def test_time_counts_once_however_many_workers_there_are(tmp_path):
    study = Study.create(tmp_path / "journal.log", PLAN)
    study.note_work("a", 100.0, 110.0)
    study.note_work("b", 105.0, 120.0)
    study.note_work("b", 105.0, 125.0)
    study.note_work("c", 1000.0, 1001.0)
    assert study.seconds() == 26.0
    assert covered([]) == 0


def test_what_decides_the_results_is_what_matters(tmp_path):
    space = (Range("matters", ("m",), 0.0, 1.0), Range("noise", ("n",), 0.0, 1.0))
    plan = Sweep(experiment="b", space=space, sampler="random", trials=60, direction="min")
    study = Study.create(tmp_path / "journal.log", plan)
    assert importances(study) == {}
    for number in range(60):
        study.begin(number)
        study.end(number, "complete", (study.values(number)["matters"] - 0.7) ** 2)
    found = importances(study)
    assert list(found) == ["matters", "noise"]
    assert found["matters"] > 0.6
    assert sum(found.values()) == pytest.approx(1)


def pruned_at(study, number, curve):
    """Report a curve, and return the step at which the trial should end; None for never."""
    study.begin(number)
    study.values(number)
    for step, value in enumerate(curve, 1):
        study.report(number, step, value)
        if study.should_prune(number):
            study.end(number, "pruned")
            return step
    study.end(number, "complete", curve[-1])
    return None


@pytest.mark.parametrize(
    ("kind", "options"), [("median", {"startup": 2, "warmup": 2}), ("halving", {"factor": 2, "warmup": 2})]
)
def test_a_bad_trial_ends_early_and_a_good_one_does_not(tmp_path, kind, options):
    from attrs import evolve

    study = Study.create(tmp_path / "journal.log", evolve(PLAN, pruning=Pruning(kind=kind, **options)))
    assert pruned_at(study, 0, [0.5, 0.4, 0.3, 0.2]) is None
    pruned_at(study, 1, [0.5, 0.4, 0.3, 0.2])
    pruned_at(study, 2, [0.5, 0.4, 0.3, 0.2])
    assert pruned_at(study, 3, [0.9, 0.9, 0.9, 0.9]) == 2
    assert pruned_at(study, 4, [0.4, 0.3, 0.2, 0.1]) is None


@pytest.mark.parametrize("value", [-math.inf, math.inf, math.nan])
@pytest.mark.parametrize("kind", ["median", "halving", "hyperband"])
def test_what_is_no_finite_number_is_worse_than_all_others(tmp_path, kind, value):
    """An infinite one of the good sign, as of a likelihood whose variance has become 0, would be better than all."""
    from attrs import evolve

    plan = evolve(PLAN, pruning=Pruning(kind=kind, factor=2, startup=1))
    Study.create(tmp_path / "journal.log", plan)
    study = Study.open(tmp_path / "journal.log", plan, most_epochs=4)
    for number in range(0, 20, 2):
        study.begin(number)
        study.values(number)
        study.report(number, 1, value)
        study.should_prune(number)  # which halving makes note of
        study.end(number, "pruned")
    ends = [pruned_at(study, number, [0.4, 0.3, 0.2, 0.1]) for number in range(1, 20, 2)]
    assert None in ends


def test_hyperband_begins_with_several_numbers_of_epochs(tmp_path):
    from attrs import evolve

    plan = evolve(PLAN, pruning=Pruning(kind="hyperband", factor=2))
    Study.create(tmp_path / "journal.log", plan)
    study = Study.open(tmp_path / "journal.log", plan, most_epochs=8)
    ends = [pruned_at(study, number, [1 + number - step / 10 for step in range(8)]) for number in range(20)]
    assert len({end for end in ends if end is not None}) >= 2


def test_nothing_is_pruned_unless_it_is_asked_for(tmp_path):
    study = Study.create(tmp_path / "journal.log", PLAN)
    assert [pruned_at(study, number, [number] * 3) for number in range(10)] == [None] * 10
