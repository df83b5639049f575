"""An output that another run made is replaced only if that is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Sequential, layers, load, save
from minnet_train import ExperimentError
from minnet_train.commands.train import train

MODEL = Path("small.safetensors")


def run(*arguments: str):
    return CliRunner().invoke(train, arguments, catch_exceptions=False)


@pytest.fixture
def trained(folder) -> bytes:
    run("small.toml")
    return MODEL.read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("seed = 3", "seed = 4", "seed"),
        ("lr = 1e-2", "lr = 1e-3", "optimizer"),
        ("scale = 10", "scale = 9", "data.scale"),
        ("epochs = 2\nbatch_size = 8", "epochs = 3\nbatch_size = 9", "epochs, batch_size"),
    ],
)
def test_the_model_of_another_run_is_not_replaced(trained, edit, old, new, what):
    with pytest.raises(ExperimentError) as caught:
        run(edit(old, new))
    assert "output: expected a new file, received 'small.safetensors', which is the model of another run " in (
        str(caught.value)
    )
    assert f"({what} differ); --force replaces it, --output small-2.safetensors leaves it" in str(caught.value)
    assert MODEL.read_bytes() == trained
    assert not Path("runs/small-2").exists()


def test_other_data_under_the_same_name_make_another_run(trained, folder):
    table = Path("flowers.csv").read_text()
    Path("flowers.csv").write_text(table.replace("9,8,virginica", "9,7,virginica", 1))
    with pytest.raises(ExperimentError, match=r"\(the contents of the data differ\); --force replaces it"):
        run("small.toml")


def test_force_replaces_it_and_a_seed_option_counts(trained):
    with pytest.raises(ExperimentError, match=r"\(seed differ\)"):
        run("small.toml", "--seed", "7", "--no-run")
    assert run("small.toml", "--seed", "7", "--force").exit_code == 0
    assert MODEL.read_bytes() != trained


def test_an_output_option_is_looked_at_and_so_is_a_model_of_no_run(trained):
    save(Sequential(layers["Linear"](2, 2, rng=0)), "own.safetensors")
    with pytest.raises(ExperimentError, match=r"own.safetensors', which is a file that this run has not made; --force"):
        run("small.toml", "-o", "own.safetensors")
    assert load("own.safetensors").namedParameters()["0.W"].shape == (2, 2)


def test_the_same_run_may_be_repeated_and_resumed(trained, folder):
    run("small.toml")
    assert MODEL.read_bytes() == trained
    run("--resume", "runs/small-1", "--epochs", "3")
    now = load(MODEL, prepared=True).namedParameters()["0.W"]
    assert not np.array_equal(now, load("runs/small-2/model.safetensors", prepared=True).namedParameters()["0.W"])


def test_an_empty_file_is_replaced(folder):
    MODEL.touch()
    assert run("small.toml").exit_code == 0
