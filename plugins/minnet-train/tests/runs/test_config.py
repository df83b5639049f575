from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from minnet_train import RunDirectory, RunError, read_experiment
from minnet_train.runs.directory import RunConfig


@pytest.fixture
def config(folder):
    return RunConfig(experiment=read_experiment("small.toml"), folder=str(folder), fingerprint="f")


def test_it_is_json_and_comes_back(config):
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json())), "c") == config


def test_it_says_when_the_run_was_begun_if_it_was_written_down(config):
    assert abs(datetime.fromisoformat(config.started) - datetime.now().astimezone()) < timedelta(minutes=1)
    data = config.to_json()
    del data["started"]
    assert RunConfig.from_json(data, "c").started is None
    assert "started" not in RunConfig.from_json(data, "c").to_json()


def test_the_seed_and_the_defaults_are_written_down(config):
    assert config.to_json()["experiment"]["seed"] == 3
    assert config.to_json()["experiment"]["batch_size"] == 8


def test_where_a_run_was_begun_paths_are_what_they_were(config):
    assert config.located() == config.experiment


def test_paths_mean_the_same_from_everywhere(config, folder, monkeypatch):
    monkeypatch.chdir("/")
    located = config.located()
    assert located.data == read_experiment(folder / "small.toml").data
    assert located.output == str(folder / "small.safetensors")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], r"c: expected the config of a run, received '\[\]'"),
        ({}, "c: expected the config of a run, received '{}'"),
        ({"format": 2}, "c: expected format 1 or older, received format 2, .*pip install -U minnet-train"),
        ({"format": 1}, "c: expected the config of a run: 'experiment'"),
        ({"format": 1, "experiment": {}, "folder": "", "fingerprint": ""}, "c: expected the config of a run: epochs: "),
    ],
)
def test_what_is_no_config_is_refused(data, message):
    with pytest.raises(RunError, match=message):
        RunConfig.from_json(data, "c")


@pytest.mark.parametrize("name", ["config.json", "versions.json"])
def test_json_that_is_nested_too_deeply_is_an_error_of_ours(config, name, create):
    create("run", config)
    Path("run", name).write_text("[" * 100_000)
    with pytest.raises(RunError, match=f"{name}: expected JSON: "):
        RunDirectory.open("run").note_environment(0)
