"""`--set` gives keys of an experiment other values."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from minnet_core import read_header
from minnet_train import ExperimentError, RunDirectory, read_experiment
from minnet_train.commands.train import train
from minnet_train.experiment import ExperimentFile, Setting


def run(*arguments: str):
    return CliRunner().invoke(train, arguments, catch_exceptions=False)


def experiment_with(*texts: str):
    file = ExperimentFile.read("small.toml")
    return ExperimentFile(file.name, file.text, file.folder, tuple(map(Setting.read, texts))).experiment()


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("optimizer.lr=0.01", ("optimizer", "lr"), 0.01),
        ("model.0.n_out = 8", ("model", 0, "n_out"), 8),
        ("model[1]={ class = 'ReLU' }", ("model", 1), {"class": "ReLU"}),
        ('output="a=b.safetensors"', ("output",), "a=b.safetensors"),
        ('data.class_weights."very odd.one"=2', ("data", "class_weights", "very odd.one"), 2),
        ("data.standardize=true", ("data", "standardize"), True),
    ],
)
def test_a_setting_is_a_dotted_key_and_a_value_of_toml(text, path, value):
    setting = Setting.read(text)
    assert (setting.path, setting.value) == (path, value)


def test_a_file_that_is_no_toml_is_told_of_whatever_is_set(folder, edit):
    """No line of a key is looked for in it."""
    edit('{ class = "LogSoftMax" }', '{{ class = "LogSoftMax" }}')
    with pytest.raises(ExperimentError, match=r"^small.toml: expected TOML: .* \(at line 7, column 6\)"):
        experiment_with("epochs=3")


def test_a_set_experiment_is_the_one_that_a_file_with_these_values_describes(folder, edit):
    set_ = experiment_with("optimizer.lr=0.5", "model[0].n_out=4", "data.scale=2", "clip_norm=1.0", "optimizer.lr=0.25")
    edit("lr = 1e-2", "lr = 0.25")
    edit("n_out = 3", "n_out = 4")
    edit("scale = 10", "scale = 2")
    edit("seed = 3", "seed = 3\nclip_norm = 1.0")
    assert set_ == read_experiment("small.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optimiser.lr=0.1", "--set optimiser.lr=0.1: optimiser: unknown key; did you mean 'optimizer'?"),
        ("data.scael=2", "--set data.scael=2: data.scael: unknown key; did you mean 'scale'?"),
        ("epochs=0", "--set epochs=0: epochs: expected an integer of at least 1, received 0"),
        ("epochs='ten'", "--set epochs='ten': epochs: expected an integer, received 'ten'"),
        ("epochs.x=1", "--set epochs: expected a table to set 'x' in, received 2"),
        ("model[7].n_out=1", "--set model: expected an index from 0 to 1, received 7"),
        ("model.n_out=1", "--set model: expected the index of one of 2, received 'n_out'"),
    ],
)
def test_a_mistake_names_the_setting_and_the_nearest_key(folder, text, message):
    with pytest.raises(ExperimentError) as caught:
        experiment_with(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "lr", "=1", "0=1", "a..b=1", "a b=1", "model[0=1"])
def test_what_is_no_setting_is_refused(text):
    with pytest.raises(ExperimentError, match="--set expected KEY=VALUE, such as optimizer.lr=0.01"):
        Setting.read(text)


@pytest.mark.parametrize("value", ["", "1 2", "[1", "1\nseed = 2", "x.csv"])
def test_a_value_that_is_no_toml_is_refused(value):
    with pytest.raises(ExperimentError, match="expected a value as TOML, received") as caught:
        Setting.read(f"data.source={value}")
    assert ("--set 'data.source=\"x.csv\"'" in str(caught.value)) == (value == "x.csv")


def test_an_unknown_argument_is_told_with_the_nearest_one(folder):
    with pytest.raises(ExperimentError) as caught:
        run("small.toml", "--set", "optimizer.lrr=0.1")
    assert str(caught.value).startswith(
        "--set optimizer.lrr=0.1: optimizer.lrr: unknown argument of Adam; did you mean"
    )
    assert not Path("runs").exists()


def test_settings_are_recorded_in_the_run_and_the_model_and_resumed(folder):
    done = run("small.toml", "--set", "optimizer.lr=0.5", "--set", "batch_size=4", "--run", "one")
    assert "experiment  small.toml, seed 3, optimizer.lr=0.5, batch_size=4\n" in done.output
    assert RunDirectory.open("one").config.experiment.optimizer == {"class": "Adam", "lr": 0.5}
    assert read_header("small.safetensors").metadata["minnet-train"]["experiment"]["batch_size"] == 4
    run("--resume", "one", "--epochs", "3")
    experiment = read_header("small.safetensors").metadata["minnet-train"]["experiment"]
    assert (experiment["epochs"], experiment["optimizer"]) == (3, {"class": "Adam", "lr": 0.5})
    refused = run("--resume", "one", "--set", "batch_size=2")
    assert refused.exit_code == 2
    assert "received --set" in refused.output


def test_an_option_of_its_own_comes_before_a_setting(folder):
    run("small.toml", "--set", "epochs=5", "--epochs", "1", "--no-run")
    assert read_header("small.safetensors").metadata["minnet-train"]["experiment"]["epochs"] == 1
