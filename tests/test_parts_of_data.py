"""Experiments whose data have named parts: a layer looks a category up, another takes the numbers."""

import csv

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core.cli.main import main
from minnet_train import (
    DataConfig,
    DataError,
    Dataset,
    ExperimentError,
    LearningData,
    Run,
    load_predictor,
    read_experiment,
)
from minnet_train.commands.plotted_model import PlottedModel
from minnet_train.evaluation import load_split

EXPERIMENT = """
epochs = 30
output = "model.safetensors"
model = [
    { class = "Embedding", num_embeddings = 4, embedding_dim = 2, padding_idx = 0, name = "place", inputs = "town" },
    { class = "JoinTable", axis = 1, inputs = ["place", "flat"] },
    { class = "Linear", n_in = 7, n_out = 16 },
    { class = "ReLU" },
    { class = "Linear", n_in = 16, n_out = 1 },
]
criterion = { class = "MSECriterion" }
optimizer = { class = "Adam", lr = 0.02 }

[data]
source = "flats.csv"
target = "rent"
inputs = { flat = ["area", "view", "age"], town = "town" }
unknown = "ignore"
missing = "mean"
standardize = true
standardize_targets = true
"""
TOWNS = {"Bonn": 14, "Celle": 6, "Trier": 10}
VIEWS = ("lake", "park", "yard")


def minnet(*arguments):
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    with open("flats.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "town", "floor", "area", "view", "rent"])
        for _ in range(240):
            town, area, age = rng.choice(list(TOWNS)), rng.integers(30, 120), rng.integers(80)
            writer.writerow([age, town, 1, area, rng.choice(VIEWS), area * TOWNS[town] - age])
    (tmp_path / "flats.toml").write_text(EXPERIMENT)
    return tmp_path / "flats.toml"


def changed(experiment, before, after):
    assert before in EXPERIMENT
    experiment.write_text(EXPERIMENT.replace(before, after))
    return read_experiment(experiment)


def test_a_part_of_texts_is_numbers_from_1_and_the_others_are_prepared_as_ever(experiment):
    run = Run.prepare(read_experiment(experiment))
    rows = np.arange(len(run.training))
    inputs, _ = run.training.batch(rows)
    run.model.forward(inputs)
    flat, town = run.model["flat"].output, run.model["town"].output
    assert (flat.shape, town.shape) == ((len(rows), 5), (len(rows),))
    assert sorted(set(town.tolist())) == [1, 2, 3]
    np.testing.assert_allclose(flat[:, [0, 4]].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(flat[:, [0, 4]].std(axis=0), 1, rtol=1e-5)
    assert set(map(tuple, flat[:, 1:4].tolist())) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}
    assert run.dataset.columns == ("area", "view", "age", "town")


def test_a_step_is_compiled_and_does_what_the_modules_do(experiment):
    losses = []
    for compile in (True, False):
        run = Run.prepare(changed(experiment, "epochs = 30", f"epochs = 2\ncompile = {str(compile).lower()}"))
        losses.append([report.loss for report in run.epochs()])
    np.testing.assert_allclose(*losses, rtol=1e-5)


def test_commands_prepare_the_parts(experiment):
    minnet("train", "flats.toml", "--run", "whole")
    minnet("train", "flats.toml", "--run", "part", "--epochs", "4", "-o", "part.safetensors")
    minnet("train", "--resume", "part", "--epochs", "30")
    predictor, again = load_predictor("model.safetensors"), load_predictor("part.safetensors")
    for name, array in predictor.model.namedParameters().items():
        np.testing.assert_array_equal(again.model.namedParameters()[name], array)

    flats = {"rent": [0, 0, 0], "view": ["park"] * 3, "town": ["Bonn", "Celle", None], "age": [9] * 3, "area": [50] * 3}
    bonn, celle, _ = predictor.predict(flats)
    assert (bonn, celle) == pytest.approx((691, 291), abs=60)
    strange = {**flats, "town": ["Köln", "Trier", None]}
    assert predictor.transform(strange)[:, -1].tolist() == [0, 3, 0]
    np.testing.assert_array_equal(predictor.predict(strange)[0], predictor.predict(flats)[2])

    held_out = load_split(predictor.record, "model.safetensors", None, "test").samples
    assert sorted(set(held_out.batch(np.arange(48))[0][:, -1].tolist())) == [1, 2, 3]
    rents, predicted = PlottedModel.of_run("model.safetensors").answers()
    assert np.abs(rents - predicted).mean() < 60
    told = minnet("explain", "model.safetensors")
    assert "the input flat is area, view, age" in told
    assert "1 column of texts becomes numbers of categories, 0 for none of them" in told
    assert "1 column of texts becomes one input for each category, 6 in all" in told


def test_a_model_that_is_gone_on_from_keeps_its_parts(experiment):
    minnet("train", "flats.toml", "--no-run", "--epochs", "20", "-o", "first.safetensors")
    more = ("train", "flats.toml", "--from", "first.safetensors", "--no-run", "--epochs", "1", "-o")
    minnet(*more, "more.safetensors")
    first, later = (load_predictor(f"{name}.safetensors") for name in ("first", "more"))
    assert later.record.preparation == first.record.preparation
    change = ("--set", 'data.inputs.flat=["view", "area", "age"]')
    done = CliRunner().invoke(main, [*more, "other.safetensors", *change])
    assert "data.inputs: expected those of 'first.safetensors'" in done.output
    minnet(*more, "other.safetensors", *change, "--new-preparation")
    assert load_predictor("other.safetensors").features == ("view", "area", "age", "town")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('town = "town" }', 'town = "towm" }', r"data.inputs.town: expected columns of .*flats.csv, .*received 'towm'"),
        ('town = "town" }', 'town = ["town", "age"] }', r"data.inputs.flat: expected .*, each once, received 'age'"),
        ('town = "town" }', 'place = "town" }', r"model\[0\].name: .*a name that is new, received 'place'"),
        ('town = "town" }', 'town = "town", up = "floor" }', r"data.inputs.up: expected a part .* takes"),
        ("town = ", "input = ", r"data.inputs: expected a name that is new, received 'input'"),
        ("num_embeddings = 4", "num_embeddings = 3", r"model\[0\]: .*indices from 0 to 2, received 3"),
        ("n_in = 7", "n_in = 8", r"model\[2\]: Linear 8 -> 16"),
    ],
)
def test_what_does_not_fit_is_an_error_of_the_experiment(experiment, before, after, message):
    with pytest.raises(ExperimentError, match=message):
        Run.prepare(changed(experiment, before, after))


def test_columns_without_names_have_no_parts():
    dataset = Dataset("nameless", np.ones((20, 2)), np.ones((20, 1)))
    with pytest.raises(DataError, match="nameless: expected columns with names"):
        LearningData.of(dataset, DataConfig(source="digits", inputs={"all": ("x",)}), 0)


def test_what_is_learned_is_no_part():
    with pytest.raises(ValueError, match="expected none beside autoencode"):
        DataConfig(source="digits", inputs={"all": ("x",)}, autoencode=True)
