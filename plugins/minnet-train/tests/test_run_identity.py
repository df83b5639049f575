"""A checkpoint of another run is never gone on from, whatever is alike of the two runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from attrs import evolve

from minnet_train import Checkpoint, Run, RunDirectory, Session, StateError, read_experiment

OTHERS = {
    "nothing": {},
    "seed": {"seed": 4},
    "rate": {"optimizer": {"class": "Adam", "lr": 1.0}},
    "optimizer": {"optimizer": {"class": "SGD", "lr": 0.1}},
}


def begin(path, epochs=None, **changes):
    """Begin a run, and train some epochs or to the end."""
    experiment = evolve(read_experiment("small.toml"), **{"epochs": 6, **changes})
    with Session.begin(Run.prepare(experiment), path) as session:
        go_on(session, epochs)
    return session.directory


def go_on(session, epochs=None):
    for number, _ in enumerate(session.epochs(), 1):
        if number == epochs:
            return
    session.finish()


def ended(path):
    return [Path(path, name).read_bytes() for name in ("model.safetensors", "best.safetensors")]


def without_identity(path):
    """Make a run what one was before runs had an identity."""
    config = json.loads(Path(path, "config.json").read_text())
    del config["run_id"]
    Path(path, "config.json").write_text(json.dumps(config))


@pytest.fixture
def whole(folder):
    begin("whole")
    return ended("whole")


@pytest.mark.parametrize("different", OTHERS)
def test_a_checkpoint_of_another_run_is_passed_over_and_named(whole, different):
    ours, theirs = begin("ours", 3), begin("theirs", 4, **OTHERS[different])
    foreign = ours.checkpoints.path(12)
    shutil.copy(theirs.checkpoints.path(12), foreign)
    with Session.resume("ours") as session:
        assert session.resumed_at == 9
        assert session.warnings == (
            f"skipping a damaged checkpoint: {foreign}: expected a checkpoint of run {ours.config.run_id!r}, "
            f"received one of run {theirs.config.run_id!r}",
        )
        go_on(session)
    assert ended("ours") == whole


def test_with_checkpoints_of_another_run_alone_a_run_begins_anew(whole):
    ours, theirs = begin("ours", 3), begin("theirs", 3, seed=4)
    shutil.rmtree(ours.checkpoints.folder)
    shutil.copytree(theirs.checkpoints.folder, ours.checkpoints.folder)
    with Session.resume("ours") as session:
        assert (session.resumed_at, len(session.warnings)) == (0, 3)
        go_on(session)
    assert ended("ours") == whole


def test_a_checkpoint_of_another_run_is_never_the_best(folder):
    ours, theirs = begin("ours", 3, keep=9), begin("theirs", 3, keep=9, optimizer=OTHERS["rate"]["optimizer"])
    for step in (3, 6):
        shutil.copy(theirs.checkpoints.path(step), ours.checkpoints.path(step))
    assert RunDirectory.open("theirs").checkpoints.best() is not None
    assert RunDirectory.open("ours").checkpoints.best() == 9


def test_every_checkpoint_has_the_identity_of_its_run_which_it_keeps(folder):
    directory = begin("run", 2)
    with Session.resume("run", epochs=9) as session:
        go_on(session, 1)
    assert RunDirectory.open("run").config.run_id == directory.config.run_id
    for step in directory.checkpoints.steps():
        assert Checkpoint.read(directory.checkpoints.path(step)).run_id == directory.config.run_id
    assert begin("other", 1).config.run_id != directory.config.run_id


def test_a_run_without_an_identity_takes_no_checkpoint_of_one_that_has_one(whole):
    ours, theirs = begin("ours", 1), begin("theirs", 2, seed=4)
    without_identity("ours")
    shutil.copy(theirs.checkpoints.path(6), ours.checkpoints.path(6))
    with Session.resume("ours") as session:
        assert session.resumed_at == 0
        name = repr(theirs.config.run_id)
        assert session.warnings[0].endswith(
            f"expected a checkpoint of a run without an identity, received one of run {name}"
        )
        go_on(session, 2)
    with Session.resume("ours") as session:
        assert (session.resumed_at, session.warnings) == (6, ())
        go_on(session)
    assert ended("ours") == whole


def test_what_a_checkpoint_says_of_its_run_is_quoted_and_cut(folder):
    ours = begin("ours", 1)
    checkpoint = Checkpoint.read(ours.checkpoints.path(3))
    evolve(checkpoint, step=6, run_id="\x1b[31m" + 999 * "x").write(ours.checkpoints.path(6))
    with Session.resume("ours") as session:
        (warning,) = session.warnings
    assert warning.endswith(f"received one of run '\\x1b[31m{35 * 'x'}'")


def forge(directory, step, change):
    """Change the state of a trainer in a checkpoint, whose digest is right."""
    path = directory.checkpoints.path(step)
    checkpoint = Checkpoint.read(path)
    change(checkpoint.state["trainer"])
    checkpoint.write(path)


@pytest.mark.parametrize(
    "position",
    [
        {"step": -1, "epoch": 3, "batch": 0},
        {"step": 9, "epoch": 10**9, "batch": 0},
        {"step": 9, "epoch": 1, "batch": 0},
        {"step": 9, "epoch": 3, "batch": "x"},
        {"step": 9},
        5,
    ],
)
def test_a_position_that_no_training_has_is_refused(folder, position):
    ours = begin("ours", 3)
    forge(ours, 9, lambda trainer: trainer.update(position=position))
    with pytest.raises(StateError), Session.resume("ours"):
        pass


@pytest.mark.parametrize("value", [None, 5, "x\nwarning", [5]])
@pytest.mark.parametrize("part", ["model", "rate", "order", "global", "running", "history"])
def test_a_state_of_another_form_is_refused_by_the_name_of_its_file(folder, part, value):
    ours = begin("ours", 1)
    forge(ours, 3, lambda trainer: trainer.update({part: value}))
    with pytest.raises(StateError) as caught, Session.resume("ours"):
        pass
    assert caught.value.__notes__ == [f"in {ours.checkpoints.path(3)}"]
    assert str(caught.value).isprintable()


def test_what_a_run_says_of_its_environment_commands_no_terminal(folder):
    ours = begin("ours", 1)
    Path("ours/versions.json").write_text(json.dumps([{"python": "1\x1b[2J\nwarning"}]))
    with Session.resume("ours") as session:
        assert r"Python was 1\x1b[2J\nwarning, is" in session.warnings[0]
    assert all(map(str.isprintable, session.warnings))
    assert ours.config.run_id
