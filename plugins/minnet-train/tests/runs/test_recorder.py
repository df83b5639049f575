from __future__ import annotations

import errno
import os
from itertools import count

import numpy as np
import pytest
from attrs import evolve, frozen

from minnet_train import EarlyStopping, RunDirectory, RunError, read_experiment
from minnet_train.runs.directory import RunConfig
from minnet_train.runs.session import Recorder

LOSSES = (5.0, 3.0, 4.0, 2.0, 6.0)
STEPS = 4
"""In each epoch."""


@frozen
class Report:
    epoch: int
    step: int
    validation_loss: float

    def as_dict(self):
        return {"epoch": self.epoch, "step": self.step, "validation_loss": self.validation_loss, "loss": 1.0}


def report(epoch):
    return Report(epoch + 1, STEPS * (epoch + 1), LOSSES[epoch])


class Walk:
    """A stand-in for a trainer: weights that take random steps."""

    def __init__(self):
        self.step = 0
        self.weights = np.zeros(3)
        self.rng = np.random.default_rng(0)
        self.history = []
        self.recorder = None

    def state_dict(self, *, history):
        assert not history
        return {
            "step": self.step,
            "weights": self.weights.copy(),
            "rng": self.rng.bit_generator.state,
            "epochs": len(self.history),
        }

    def load_state_dict(self, state):
        self.step, self.weights = state["step"], state["weights"]
        self.rng.bit_generator.state = state["rng"]
        self.history = [report(epoch) for epoch in range(state["epochs"])]

    def epochs(self):
        for epoch in range(len(self.history), len(LOSSES)):
            while self.step < (epoch + 1) * STEPS:
                self.weights += self.rng.standard_normal(3)
                self.step += 1
                self.recorder.minnet_step_end(self)
            self.history.append(report(epoch))
            yield self.history[-1]


@pytest.fixture
def config(folder, edit):
    edit("validation_fraction = 0\n", "validation_fraction = 0.25\n")
    return RunConfig(experiment=read_experiment("small.toml"), folder=str(folder), fingerprint="f")


@pytest.fixture
def recorder(config, create):
    return begun(create("run", config))


def begun(directory, **options):
    trainer = Walk()
    trainer.recorder = Recorder(directory, trainer, lambda path: path.write_bytes(trainer.weights.tobytes()), **options)
    trainer.recorder.resume()
    return trainer.recorder


def again(**options):
    return begun(RunDirectory.open("run"), **options)


def train(recorder, epochs=5):
    """Train some epochs more."""
    for _, _ in zip(range(epochs), recorder.record(recorder.trainer.epochs()), strict=False):
        pass
    return recorder.trainer.weights.copy()


def epochs(recorder):
    return [report["epoch"] for report in recorder.directory.journal.read()]


@pytest.fixture
def expected():
    trainer = Walk()
    trainer.recorder = type("Nobody", (), {"minnet_step_end": lambda self, trainer: None})()
    list(trainer.epochs())
    return trainer.weights


def test_every_epoch_is_reported_and_saved(recorder, expected):
    assert np.array_equal(train(recorder), expected)
    assert epochs(recorder) == [1, 2, 3, 4, 5]
    assert recorder.directory.checkpoints.steps() == [12, 16, 20]  # 16 is the best besides


@pytest.mark.parametrize("after", range(len(LOSSES)))
@pytest.mark.parametrize("every", [0, 1, 3])
def test_a_run_that_is_left_and_gone_on_with_ends_as_one_that_is_not(recorder, expected, after, every):
    train(recorder, after)
    later = again(every=every)
    assert np.array_equal(train(later), expected)
    assert epochs(later) == [1, 2, 3, 4, 5]


def test_a_run_goes_on_within_an_epoch(recorder, expected):
    class Enough(Exception):
        pass

    recorder.every = 1

    def stop_after_seven(trainer):
        Recorder.minnet_step_end(recorder, trainer)
        if trainer.step == 7:
            raise Enough

    recorder.trainer.recorder = type("Stopping", (), {"minnet_step_end": staticmethod(stop_after_seven)})
    with pytest.raises(Enough):
        train(recorder)
    later = again()
    assert later.saved == 7
    assert np.array_equal(train(later), expected)
    assert epochs(later) == [1, 2, 3, 4, 5]


def test_without_a_checkpoint_a_run_begins_anew(recorder, expected):
    train(recorder, 2)
    for path in recorder.directory.checkpoints.folder.iterdir():
        path.unlink()
    later = again()
    assert later.saved is None
    assert np.array_equal(train(later), expected)
    assert epochs(later) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_damaged_checkpoints_are_passed_over_told_and_made_again(recorder, expected, damaged):
    train(recorder, 4)
    checkpoints = recorder.directory.checkpoints
    steps = checkpoints.steps()
    for step in steps[-damaged:]:
        checkpoints.path(step).write_bytes(checkpoints.path(step).read_bytes()[:-1])
    later = again()
    assert later.saved == ([*reversed(steps), None][damaged])
    assert len(later.damaged) == damaged
    assert "damaged" in later.damaged[0]
    assert np.array_equal(train(later), expected)
    assert epochs(later) == [1, 2, 3, 4, 5]


def test_the_model_of_the_best_epoch_is_kept(recorder):
    weights = [train(recorder, 1) for _ in LOSSES]
    assert recorder.directory.best_model.read_bytes() == weights[3].tobytes()
    assert recorder.directory.checkpoints.best() == 16


def test_after_a_resumption_a_worse_epoch_does_not_take_the_place_of_the_best(recorder):
    weights = train(recorder, 4)
    train(again())
    assert recorder.directory.best_model.read_bytes() == weights.tobytes()


@pytest.mark.parametrize(("metric", "mode", "best"), [("validation_loss", "max", 5), ("accuracy", "min", 1)])
def test_what_stops_early_tells_the_best(config, metric, mode, best, create):
    stopping = EarlyStopping(metric=metric, mode=mode)  # reports have no accuracy, so there it is the loss, always 1
    recorder = begun(create("run", evolve(config, experiment=evolve(config.experiment, early_stopping=stopping))))
    weights = [train(recorder, 1) for _ in LOSSES]
    assert recorder.directory.best_model.read_bytes() == weights[best - 1].tobytes()
    assert recorder.directory.checkpoints.best() == best * STEPS


def test_there_is_nothing_to_save_twice(recorder):
    train(recorder, 1)
    before = recorder.directory.checkpoints.path(4).stat().st_ino
    recorder.save()
    assert recorder.directory.checkpoints.path(4).stat().st_ino == before


def test_what_killed_writes_left_is_removed(recorder):
    temporary = recorder.directory.checkpoints.folder / ".step-00000004.safetensors.abc.tmp"
    temporary.touch()
    again()
    assert not temporary.exists()


def test_reports_are_made_again_from_the_checkpoint(recorder):
    train(recorder, 3)
    recorder.directory.journal.path.unlink()
    assert epochs(again()) == [1, 2, 3]


def test_at_the_end_every_epoch_is_reported(recorder):
    train(recorder)
    recorder.directory.journal.path.write_bytes(b"\0")
    recorder.finish()
    assert epochs(recorder) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_says_what_is_left(recorder, monkeypatch, code):
    train(recorder, 1)
    calls = count()
    fsync = os.fsync

    def fail(descriptor):
        if next(calls) == 0:
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError) as caught:
        train(recorder)
    reason = f"run: the run could not be written: {os.strerror(code)}; its checkpoint of step 4 is kept"
    assert str(caught.value) == reason
    assert again().saved == 4


def test_a_disk_that_takes_nothing_at_all_says_so(recorder, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError, match="No space left on device; there is no checkpoint yet"):
        train(recorder)


def test_the_model_at_the_end_is_in_the_directory(recorder):
    weights = train(recorder)
    recorder.finish()
    assert recorder.directory.model.read_bytes() == weights.tobytes()
