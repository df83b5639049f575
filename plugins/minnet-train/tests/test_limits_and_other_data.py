"""Limits of categories are those of the data that are trained on, whatever is common in others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError
from minnet_train import LearningData, load_predictor
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.plot import plot
from minnet_train.commands.train import train
from minnet_train.experiment import read_experiment

pytest.importorskip("pyarrow")

TOWNS = [f"t{number:02}" for number in range(12)]

LIMITS = ["max_categories = 5", "min_frequency = 12", "min_frequency = 0.08"]


def run(command, *arguments):
    result = CliRunner().invoke(command, [*map(str, arguments)], catch_exceptions=False)
    assert not result.exit_code, result.output
    return result.output


def mse_of(told):
    return told["outputs"][0]["mse"]


def write(name, counts):
    """A file in which each town is so many times, and adds its number to the target."""
    rows = [
        (town, number) for number, (town, count) in enumerate(zip(TOWNS, counts, strict=True)) for _ in range(count)
    ]
    lines = (f"{town},{row % 5},{number + row % 5 / 2 + 0.25}" for row, (town, number) in enumerate(rows))
    Path(name).write_text("\n".join(["town,x,y", *lines]) + "\n")


def experiment(limit, more=""):
    Path("e.toml").write_text(
        'epochs = 3\noutput = "m.safetensors"\nmodel = [{ class = "Linear", n_in = INPUTS, n_out = 1 }]\n'
        'criterion = { class = "MSECriterion" }\noptimizer = { class = "Adam", lr = 0.1 }\n'
        f'[data]\nsource = {{ class = "Csv", path = "a.csv", target = "y", {limit} }}\n{more}'.replace(
            "INPUTS", "9" if "min" in limit else "6"
        )
    )


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("a.csv", [30, 25, 20, 16, 13, 12, 12, 3, 3, 3, 3, 3])
    write("b.csv", [1, 1, 2, 2, 3, 20, 20, 20, 20, 20, 20, 20])


@pytest.mark.parametrize("limit", LIMITS)
def test_other_data_are_measured_with_the_categories_of_the_model(limit):
    experiment(limit)
    run(train, "e.toml", "--no-run")
    predictor = load_predictor("m.safetensors")
    categories = predictor.record.preparation.columns.categories[0]
    assert categories[-1] == "(all others)"
    predicted = predictor.predict("b.csv")
    true = np.loadtxt("b.csv", delimiter=",", skiprows=1, usecols=2)
    for data in ("b.csv", f'{{ class = "Csv", path = "b.csv", {limit} }}'):
        told = json.loads(run(evaluate, "m.safetensors", "--data", data, "--split", "all", "--json"))
        np.testing.assert_allclose(mse_of(told), np.mean((predicted - true) ** 2), rtol=1e-5)


@pytest.mark.parametrize("form", ['"b.csv"', '{ class = "Csv", path = "b.csv", LIMIT }'])
@pytest.mark.parametrize("limit", LIMITS)
def test_validation_by_other_data_has_the_categories_of_the_model(limit, form):
    experiment(limit, f"validation = {form.replace('LIMIT', limit)}\n")
    data = LearningData.load(read_experiment("e.toml").data, 0)
    raw = data.preparation.columns.categories[0]
    towns = [line.split(",")[0] for line in Path("b.csv").read_text().split()[1:]]
    expected = [raw.index(town) if town in raw else len(raw) - 1 for town in towns]
    assert data.validation.inputs[:, : len(raw)].argmax(axis=1).tolist() == expected


def test_data_that_have_moved_are_named_whatever_options_their_source_has():
    pytest.importorskip("matplotlib")  # of plot
    experiment(LIMITS[0])
    run(train, "e.toml", "--run", "r")
    Path("a.csv").rename("moved.csv")
    for command, arguments, words in (
        (
            evaluate,
            ["m.safetensors"],
            "m.safetensors: a.csv: .* No such file .*; --data names the file where it is",
        ),
        (plot, ["r", "--kind", "predicted"], "best.safetensors: a.csv: .*; --data names the data where they are now"),
    ):
        with pytest.raises(ModelFileError, match=words):
            run(command, *arguments)
    assert "held-out samples" in run(evaluate, "m.safetensors", "--data", "moved.csv")
    pytest.importorskip("matplotlib")
    run(plot, "r", "--kind", "predicted", "--data", "moved.csv")


def test_a_model_that_is_gone_on_from_keeps_its_categories():
    experiment(LIMITS[0])
    run(train, "e.toml", "--no-run")
    Path("e.toml").write_text(Path("e.toml").read_text().replace("a.csv", "b.csv"))
    run(train, "e.toml", "--from", "m.safetensors", "-o", "n.safetensors", "--run", "r")
    predictor = load_predictor("n.safetensors")
    assert predictor.record.preparation.columns.categories == (
        load_predictor("m.safetensors").record.preparation.columns.categories
    )
    predicted = predictor.predict("b.csv")
    true = np.loadtxt("b.csv", delimiter=",", skiprows=1, usecols=2)
    told = json.loads(run(evaluate, "n.safetensors", "--split", "all", "--json"))
    np.testing.assert_allclose(mse_of(told), np.mean((predicted - true) ** 2), rtol=1e-5)


def test_validation_by_other_data_may_have_texts_that_are_ignored():
    experiment("max_categories = 20", 'unknown = "ignore"\nvalidation = "b.csv"\n')
    write("a.csv", [30, 25, 20, 16, 13, 12, 12, 0, 0, 0, 0, 0])
    data = LearningData.load(read_experiment("e.toml").data, 0)
    assert data.validation.inputs[-1, :-1].tolist() == [0] * 7
