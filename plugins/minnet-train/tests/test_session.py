from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from minnet_core import hookimpl, load, read_header
from minnet_train import (
    CallbackError,
    DivergenceError,
    EarlyStopping,
    ExperimentError,
    Run,
    RunDirectory,
    RunError,
    Session,
    StateError,
    read_experiment,
)
from minnet_train.runs import lock


@pytest.fixture
def experiment(folder, edit):
    edit("epochs = 2", "epochs = 6")
    edit('{ class = "LogSoftMax" }', '{ class = "Dropout", p = 0.2 },\n    { class = "LogSoftMax" }')
    return read_experiment("small.toml")


def begin(experiment, path="run"):
    return Session.begin(Run.prepare(experiment), path)


def train(session, epochs=None):
    """Train so many epochs more, or to the end."""
    for number, _ in enumerate(session.epochs(), 1):
        if number == epochs:
            return
    session.finish()


def ended(path):
    return [(Path(path) / name).read_bytes() for name in ("model.safetensors", "best.safetensors")]


@pytest.fixture
def whole(experiment):
    with begin(experiment, "whole") as session:
        train(session)
    return ended("whole")


@pytest.mark.parametrize("epochs", [1, 3, 6])
def test_a_run_that_is_left_and_resumed_ends_as_one_that_is_not(experiment, whole, epochs):
    with begin(experiment) as session:
        train(session, epochs)
        assert session.resumed_at == 0
    with Session.resume("run") as session:
        assert session.resumed_at == epochs * 3
        assert session.warnings == ()
        train(session)
    assert ended("run") == whole


def test_the_model_and_the_best_one_are_model_files(experiment, whole):
    best = min(RunDirectory.open("whole").journal.read(), key=lambda report: report["validation_loss"])
    assert best["epoch"]
    for name in ("model", "best"):
        path = f"whole/{name}.safetensors"
        assert load(path, prepared=True).namedParameters()["0.W"].shape == (3, 2)
        assert read_header(path).metadata["minnet-train"]["experiment"]["epochs"] == 6
    run = Run.prepare(experiment)
    for report in run.epochs():
        if report.epoch == best["epoch"]:
            expected = run.model[0].W.copy()
    assert np.array_equal(load("whole/best.safetensors", prepared=True).namedParameters()["0.W"], expected)


def test_it_does_not_matter_where_a_run_is_resumed(experiment, whole, tmp_path, monkeypatch):
    with begin(experiment) as session:
        train(session, 2)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with Session.resume("../run") as session:
        assert Path(session.output) == tmp_path / "small.safetensors"
        train(session)
    assert ended("../run") == whole


def test_a_run_may_be_longer_than_it_was_begun(experiment, whole):
    with begin(evolve(experiment, epochs=2)) as session:
        train(session)
    with Session.resume("run", epochs=6) as session:
        train(session, 1)
    with Session.resume("run") as session:  # it is remembered
        train(session)
    assert ended("run") == whole


def test_a_run_that_is_over_is_not_trained_any_more(experiment, whole):
    with Session.resume("whole") as session:
        assert list(session.epochs()) == []
        Path("whole/model.safetensors").unlink()
        session.finish()
    assert ended("whole") == whole


def test_a_run_that_stopped_early_is_over_with_the_best_weights(experiment):
    # Larger is said to be better, and the loss falls.
    stopping = EarlyStopping(patience=2, metric="loss", mode="max", restore_best=True)
    experiment = evolve(experiment, early_stopping=stopping)
    with begin(experiment, "whole") as session:
        train(session)
        assert session.run.trainer.stopped
    assert len(RunDirectory.open("whole").journal.read()) < 6
    model, best = ended("whole")
    assert load("whole/model.safetensors", prepared=True).namedParameters()["0.W"].tolist() == (
        load("whole/best.safetensors", prepared=True).namedParameters()["0.W"].tolist()
    )
    Path("whole/model.safetensors").unlink()
    with Session.resume("whole") as session:
        train(session)
    assert ended("whole") == [model, best]


def test_checkpoints_come_as_often_as_the_experiment_says(experiment):
    with begin(evolve(experiment, checkpoint_every=1, keep=2)) as session:
        train(session, 2)
    with begin(evolve(experiment, checkpoint_every=1, keep=50), "other") as session:
        train(session, 2)
    assert session.directory.checkpoints.steps() == [1, 2, 3, 4, 5, 6]
    assert RunDirectory.open("run").checkpoints.steps()[-2:] == [5, 6]
    assert len(RunDirectory.open("run").checkpoints.steps()) <= 3  # the best besides


def test_a_run_that_is_stopped_within_an_epoch_goes_on_from_there(experiment, whole):
    class Stop:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.step == 8:
                trainer.stop()

    with begin(experiment) as session:
        session.run.trainer.callbacks.append(Stop())
        assert [report.epoch for report in session.epochs()] == [1, 2]
        session.keep()
    with Session.resume("run") as session:
        assert session.resumed_at == 8
        train(session)
    assert ended("run") == whole
    assert [report["epoch"] for report in RunDirectory.open("run").journal.read()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("hook", ["minnet_step_end", "minnet_epoch_end", "minnet_gradients_ready"])
def test_a_callback_that_fails_leaves_the_checkpoint_before(experiment, whole, hook):
    class Failing:
        pass

    def fail(self, trainer):
        if trainer.step == 5 or (trainer.epoch == 2 and hook == "minnet_epoch_end"):
            raise KeyError("x")

    setattr(Failing, hook, hookimpl(fail))
    with begin(experiment) as session:
        session.run.trainer.callbacks.append(Failing())
        with pytest.raises(CallbackError, match="Failing"):
            train(session)
        assert session.where() == "run is at step 3"
    with Session.resume("run") as session:
        train(session)
    assert ended("run") == whole


class Shrinking:
    """Makes gradients smaller with every step, and remembers how many there were."""

    def __init__(self) -> None:
        self.steps = 0

    @hookimpl
    def minnet_gradients_ready(self, gradients):
        gradients /= 1 + self.steps

    @hookimpl
    def minnet_step_end(self):
        self.steps += 1

    def state_dict(self):
        return {"steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]


@pytest.mark.parametrize("every", [0, 1])
def test_callbacks_that_remember_something_go_on_too(experiment, every):
    class Stop:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.step == 5:
                trainer.stop()

    def begin_shrinking(path, *callbacks):
        run = Run.prepare(evolve(experiment, checkpoint_every=every))
        run.trainer.callbacks += [Shrinking(), *callbacks]
        return Session.begin(run, path)

    with begin_shrinking("whole") as session:
        train(session)
    with begin_shrinking("run", Stop()) as session:
        list(session.epochs())
        session.keep()
    with Session.resume("run", callbacks=[Shrinking()]) as session:
        assert session.resumed_at == 5
        train(session)
    weights = [
        load(f"{name}/model.safetensors", prepared=True).namedParameters()["0.W"].tobytes() for name in ("run", "whole")
    ]
    assert weights[0] == weights[1]


@pytest.mark.parametrize(("every", "last"), [(0, 6), (1, 7)])
def test_a_run_that_diverges_leaves_the_last_good_checkpoint(experiment, whole, every, last):
    class Diverge:
        @hookimpl
        def minnet_gradients_ready(self, trainer, gradients):
            if trainer.step == 7:
                gradients[:] = np.nan

    with begin(evolve(experiment, checkpoint_every=every)) as session:
        session.run.trainer.callbacks.append(Diverge())
        with pytest.raises(DivergenceError, match="epoch 3"):
            train(session)
    checkpoint = session.directory.checkpoints.latest().checkpoint
    assert checkpoint.step == last
    assert all(np.isfinite(array).all() for array in checkpoint.state["trainer"]["model"]["parameters"].values())
    with Session.resume("run") as session:
        train(session)
    assert load("run/model.safetensors", prepared=True).namedParameters()["0.W"].tobytes() == (
        load("whole/model.safetensors", prepared=True).namedParameters()["0.W"].tobytes()
    )


def test_data_that_have_changed_are_not_learned_from(experiment, folder):
    with begin(experiment) as session:
        train(session, 1)
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("1,1,setosa", "1,2,setosa", 1))
    message = "run: expected the data that the run was begun with, received .*flowers.csv with other contents"
    with pytest.raises(RunError, match=message), Session.resume("run"):
        pass


def test_a_state_that_does_not_fit_names_its_file(experiment):
    with begin(experiment) as session:
        train(session, 1)
        other = evolve(experiment, model=(*experiment.model[:-1], {"class": "ReLU"}, experiment.model[-1]))
        session.directory.changed(other)
    with pytest.raises(StateError) as caught, Session.resume("run"):
        pass
    assert caught.value.__notes__ == [f"in {session.directory.checkpoints.path(3)}"]


def test_data_that_are_gone_say_where_they_were(experiment, folder):
    with begin(experiment):
        pass
    (folder / "flowers.csv").unlink()
    with pytest.raises(ExperimentError, match=r"data.source: .*flowers.csv") as caught, Session.resume("run", epochs=9):
        pass
    assert RunDirectory.open("run").config.experiment.epochs == 6
    assert caught.value.__notes__ == [f"run was begun in {folder}, and its paths are relative to that"]


def test_another_environment_is_a_warning(experiment, monkeypatch):
    with begin(experiment):
        pass
    before = platform.python_version()
    monkeypatch.setattr(platform, "python_version", lambda: "3.99")
    with Session.resume("run") as session:
        assert session.warnings == (f"results may differ from an uninterrupted run: Python was {before}, is 3.99",)
    assert len(json.loads(Path("run/versions.json").read_text())) == 2


def test_a_damaged_checkpoint_is_a_warning(experiment, whole):
    with begin(experiment) as session:
        train(session, 3)
    path = session.directory.checkpoints.path(9)
    path.write_bytes(path.read_bytes()[:-3])
    with Session.resume("run") as session:
        assert session.resumed_at == 6
        (warning,) = session.warnings
        assert warning.startswith(f"skipping a damaged checkpoint: {path}: ")
        train(session)
    assert ended("run") == whole


def test_a_run_is_locked_while_it_is_open(experiment):
    with begin(experiment), pytest.raises(RunError, match="held by process"), Session.resume("run"):
        pass
    with Session.resume("run"):
        pass


def test_before_the_first_checkpoint_that_is_told(experiment):
    with begin(experiment) as session:
        assert session.where() == "run has no checkpoint yet"


def test_keeping_a_run_does_not_change_the_weights(experiment, whole):
    run = Run.prepare(experiment)
    list(run.epochs())
    for name, array in load("whole/model.safetensors", prepared=True).namedParameters().items():
        assert array.tobytes() == run.model.namedParameters()[name].tobytes()


def test_a_run_is_locked_from_before_it_is_one_until_its_training_ends(experiment, monkeypatch):
    """Else it could be deleted between its beginning and its first step."""
    released, unlock = [], lock._unlock
    monkeypatch.setattr(lock, "_unlock", lambda descriptor: (released.append(descriptor), unlock(descriptor)))
    with begin(experiment) as session:
        assert released == []
        assert lock.lock_holder(session.directory.path / "lock") is not None
