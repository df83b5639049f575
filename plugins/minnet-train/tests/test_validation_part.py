"""What is held out decides nothing: neither the best epoch, nor when to stop, nor the learning rate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from minnet_core import load
from minnet_train import ExperimentError, Run, RunDirectory, Session, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.plot import plot
from minnet_train.commands.train import train
from minnet_train.experiment import LearningData, load_source
from minnet_train.runs import generators

STOPPING = 'early_stopping = { patience = 2, metric = "validation_loss" }\noptimizer'


def run(*arguments: str, command=train):
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("fraction", ["", "validation_fraction = 0.25\n", "validation_fraction = 0\n"])
def test_what_is_held_out_changes_neither_the_best_model_nor_the_last(folder, edit, fraction):
    edit("validation_fraction = 0\n", fraction)
    edit("epochs = 2", "epochs = 12")
    if fraction != "validation_fraction = 0\n":
        edit("optimizer", STOPPING)
    experiment = read_experiment("small.toml")
    held_out = LearningData.load(experiment.data, generators(3)[0]).split.test
    run("small.toml", "--run", "one")
    head, *rows = Path("flowers.csv").read_text().splitlines()
    for row in held_out:  # as another species is, so that the loss on them rises
        species = rows[row].split(",")[2]
        rows[row] = f"{({'setosa': '9,8', 'versicolor': '1,1', 'virginica': '6,3'})[species]},{species}"
    Path("flowers.csv").write_text("\n".join([head, *rows]) + "\n")
    run("small.toml", "--run", "other", "--force")
    for name in ("best", "model"):
        one, other = (load(f"{each}/{name}.safetensors", prepared=True) for each in ("one", "other"))
        for key, array in one.namedParameters().items():
            assert np.array_equal(array, other.namedParameters()[key])
    best = [RunDirectory.open(each).checkpoints.best() for each in ("one", "other")]
    assert best[0] == best[1]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("optimizer", STOPPING, "line 10: early_stopping.metric: "),
        ("seed = 3", 'seed = 3\nschedule = { class = "ReduceOnPlateau" }', "line 2: schedule.metric: "),
    ],
)
def test_without_samples_to_validate_by_nothing_may_look_at_them(edit, old, new, where):
    with pytest.raises(ExperimentError) as caught:
        run(edit(old, new))
    assert f"{where}expected samples to validate by for 'validation_loss', received none: what is held out may" in str(
        caught.value
    )
    run("small.toml", "--set", "data.validation_fraction=0.25")


def test_a_run_that_began_before_goes_on(folder, edit):
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    run_ = Run.prepare(read_experiment(edit("optimizer", STOPPING)))
    before = evolve(run_.experiment, data=evolve(run_.experiment.data, validation_fraction=0.0))
    old = Run.prepare(before, is_begun=True)
    with Session.begin(old, "old") as session:
        next(session.epochs())
    run("--resume", "old")
    assert len(RunDirectory.open("old").journal.read()) == 2


def test_other_data_validate(folder, edit):
    table = Path("flowers.csv").read_text()
    head, *rows = table.splitlines()
    Path("valid.csv").write_text(
        "\n".join(["species,width,length", *(",".join(r.split(",")[::-1]) for r in rows[4:9])])
    )
    edit("validation_fraction = 0", 'validation = "valid.csv"')
    output = run("small.toml", "--run", "one")
    assert "18 samples to train on, 5 to validate by, 6 held out" in output
    said = json.loads(run("small.safetensors", "--split", "validation", "--json", command=evaluate))
    last = RunDirectory.open("one").journal.read()[-1]
    assert (said["samples"], said["data"]) == (5, "valid.csv")
    assert said["accuracy"] == last["validation_accuracy"]
    assert said["loss"] == pytest.approx(last["validation_loss"])
    pytest.importorskip("matplotlib")
    run("small.safetensors", "--kind", "confusion", "--split", "validation", command=plot)
    Path("valid.csv").write_text(Path("valid.csv").read_text().replace("setosa", "virginica", 1))
    with pytest.raises(Exception, match="expected the data that the run was begun with"):
        run("--resume", "one", "--epochs", "3")


def test_data_to_validate_by_are_found_from_the_folder_of_the_experiment(folder, edit, monkeypatch):
    (folder / "valid.csv").write_text(Path("flowers.csv").read_text())
    edit("validation_fraction = 0", 'validation = "valid.csv"')
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    data = read_experiment("../small.toml").data
    assert load_source(evolve(data, source=data.validation, validation=None)).name == "../valid.csv"
    run("../small.toml", "--run", "one")
    monkeypatch.chdir(folder)
    run("--resume", "sub/one", "--epochs", "3", "-o", "x.safetensors")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ('validation = "none.csv"', "data.validation: expected 'digits', the path of a data file"),
        ('validation = "valid.csv"\nvalidation_fraction = 0.1', "validation_fraction: expected none beside validation"),
        ("validation = 5", "data.validation: expected 'digits', the path of a data file, or a component"),
        ("fold = 1", "data.fold: expected none without folds, received 1"),
        ("folds = 3", "data.fold: expected an integer from 1 to 3, received None"),
        ("folds = 3\nfold = 4", "data.fold: expected an integer from 1 to 3, received 4"),
        ("folds = 1\nfold = 1", "data.folds: expected an integer of at least 2, received 1"),
        ("group = 9", "group from -3 to 2, received 9"),
        ("group = 'species'", r"expected a target, received column 3 \('species'\), by which rows are divided"),
    ],
)
def test_mistakes_are_named(edit, new, message):
    with pytest.raises(Exception, match=message):
        run(edit("validation_fraction = 0", new))
