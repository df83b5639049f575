"""`minnet train --from MODEL`: weights, preparation and classes are taken over, layers are frozen, heads replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Sequential, layers, load, read_header, save
from minnet_train import DataError, ExperimentError, Run, RunDirectory, load_predictor, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.train import train
from minnet_train.display import training_section

DEEP = """\
    { class = "Linear", n_in = 2, n_out = 4 },
    { class = "BatchNormalization" },
    { class = "ReLU" },
    { class = "Linear", n_in = 4, n_out = 3 },
"""


def run(*arguments: str, command=train):
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def arrays(path):
    model = load(path, prepared=True)
    return {**model.namedParameters(), **model.namedBuffers()}


@pytest.fixture
def old(folder, edit) -> str:
    """A model that has been trained on standardized data."""
    edit('    { class = "Linear", n_in = 2, n_out = 3 },\n', DEEP)
    edit("scale = 10", "scale = 10\nstandardize = true")
    edit('Adam", lr = 1e-2', 'AdamW", lr = 1e-2, weight_decay = 0.1')
    run("small.toml", "-o", "old.safetensors", "--run", "old")
    return "old.safetensors"


def other_flowers(change=lambda line: line) -> None:
    """Write other data of the same columns."""
    head, *rows = Path("flowers.csv").read_text().splitlines()
    Path("flowers.csv").write_text("\n".join([head, *(change(f"1{row}") for row in rows)]) + "\n")


def test_weights_and_preparation_are_taken_over(old, folder):
    kept = load_predictor(old).record.preparation
    other_flowers()
    run_ = Run.prepare(read_experiment("small.toml"))
    assert run_.preparation != kept
    output = run("small.toml", "--from", old, "--set", "optimizer.lr=1e-30", "--set", "optimizer.weight_decay=0.0")
    assert f"from        {old}, weights of epoch 2, the " in output
    assert load_predictor("small.safetensors").record.preparation == kept
    before, after = arrays(old), arrays("small.safetensors")
    for name in ("0.W", "0.b", "3.W", "3.b"):
        assert np.array_equal(before[name], after[name])
    run("small.toml", "--from", old, "--new-preparation", "--force")
    assert load_predictor("small.safetensors").record.preparation == run_.preparation
    assert "samples, loss" in run("small.safetensors", command=evaluate)


def test_frozen_layers_stay_bit_identical_and_others_do_not(old):
    run("small.toml", "--from", old, "--freeze", "0,1", "--epochs", "3", "--set", "clip_norm=0.1")
    before, after = arrays(old), arrays("small.safetensors")
    for name, array in before.items():
        assert np.array_equal(array, after[name]) == (not name.startswith("3.")), name


def test_what_was_taken_over_is_recorded_and_resumed_bit_for_bit_without_the_model(old, folder):
    options = ("--from", old, "--freeze", "0")
    run("small.toml", *options, "--epochs", "4", "-o", "whole.safetensors", "--run", "whole")
    run("small.toml", *options, "--epochs", "2", "--run", "half")
    start = RunDirectory.open("half").config.experiment.start
    assert (start.model, start.freeze, start.head, start.preparation) == (old, ("0",), "keep", "keep")
    assert read_header("small.safetensors").metadata["minnet-train"]["experiment"]["start"]["sha256"] == start.sha256
    rows = dict(training_section(read_header("small.safetensors"), "small.safetensors").rows)
    assert rows["from"] == f"{old}: preparation keep, head keep, frozen: 0; SHA-256 {start.sha256}"
    Path(old).unlink()
    run("--resume", "half", "--epochs", "4")
    assert Path("small.safetensors").read_bytes() == Path("whole.safetensors").read_bytes()
    Path("half/start.safetensors").write_bytes(Path("whole.safetensors").read_bytes())
    with pytest.raises(ExperimentError, match="expected the model that the run began with, received .* other contents"):
        run("--resume", "half", "--epochs", "5")


def test_other_classes_and_another_number_of_them_begin_with_a_new_head(old):
    other_flowers(lambda row: row.replace("setosa", "daisy").replace("virginica", "rose"))
    output = run("small.toml", "--from", old, "--freeze", "0,1")
    assert "; a new head; frozen: 0, 1\n" in output
    assert load_predictor("small.safetensors").record.classes == ("daisy", "rose", "versicolor")
    other_flowers(lambda row: row.replace("rose", "daisy"))
    run("small.toml", "--from", old, "--freeze", "0,1", "--set", "model[3].n_out=2", "--force")
    before, after = arrays(old), arrays("small.safetensors")
    assert after["3.W"].shape == (2, 4)
    assert np.array_equal(before["0.W"], after["0.W"])
    assert load_predictor("small.safetensors").record.preparation == load_predictor(old).record.preparation


def test_a_class_that_is_absent_keeps_the_head_and_the_classes(old):
    other_flowers(lambda row: row.replace("setosa", "virginica"))
    run("small.toml", "--from", old)
    assert load_predictor("small.safetensors").record.classes == ("setosa", "versicolor", "virginica")
    assert "samples, loss" in run("small.safetensors", command=evaluate)


def test_a_new_head_may_be_asked_for_or_an_old_one(old):
    run("small.toml", "--from", old, "--new-head", "--epochs", "1", "--set", "optimizer.lr=1e-30")
    assert not np.allclose(arrays(old)["3.W"], arrays("small.safetensors")["3.W"])
    other_flowers(lambda row: row.replace("setosa", "daisy"))
    with pytest.raises(ExperimentError, match="start.head: expected the outputs of 'old.safetensors' to keep its head"):
        run("small.toml", "--from", old, "--set", "start={ model = 'old.safetensors', head = 'keep' }", "--force")


def test_the_experiment_may_say_it_and_options_change_that(old, edit):
    edit("[data]", "[start]\nmodel = 'old.safetensors'\nfreeze = [0, '1']\n\n[data]")
    assert "; frozen: 0, 1\n" in run("small.toml")
    assert "; frozen: 3\n" in run("small.toml", "--freeze", "3", "--force")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--freeze", "7"], "start.freeze: expected the name of a layer, one of 0, 1, 2, 3, 4, received '7'"),
        (["--freeze", "0,1,3"], "expected a layer with parameters that is not frozen, received 0, 1, 3"),
        (["--set", "model[0].n_out=5", "--set", "model[3].n_in=5"], r"model\[0\].*whose 0.W is \(4, 2\), to give"),
        (["--set", "start.modle='x'"], "start.modle: unknown key; did you mean 'model'?"),
    ],
)
def test_what_does_not_fit_is_an_error(old, options, message):
    with pytest.raises(ExperimentError, match=message):
        run("small.toml", "--from", old, *options)


def test_only_a_model_of_a_training_can_be_gone_on_from(folder):
    save(Sequential(layers["Linear"](2, 3, rng=0)), "own.safetensors")
    with pytest.raises(ExperimentError, match="start.model: expected a model that minnet train wrote, received 'own"):
        run("small.toml", "--from", "own.safetensors")
    refused = CliRunner().invoke(train, ["small.toml", "--freeze", "0"])
    assert (refused.exit_code, "expected --from MODEL" in refused.output) == (2, True)


def test_data_of_other_columns_are_refused_where_the_preparation_is_kept(old):
    Path("flowers.csv").write_text(Path("flowers.csv").read_text().replace("length", "height"))
    with pytest.raises(DataError, match="length"):
        run("small.toml", "--from", old)
    assert "new preparation" in run("small.toml", "--from", old, "--new-preparation")
