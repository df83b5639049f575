"""A model file says how its model came about, and ``minnet explain`` prints it."""

from __future__ import annotations

import json
import platform

import numpy as np
import pytest
import threadpoolctl
from attrs import evolve

from minnet_core import load, read_header, save
from minnet_core.diagnosis import explain_model
from minnet_core.support import blas, blas_library
from minnet_train import Run, load_predictor, read_experiment
from minnet_train.display import training_section
from minnet_train.experiment import ModelCard, TrainingRecord
from minnet_train.metrics import Calibration
from minnet_train.runs.card import MOST
from minnet_train.training import EpochReport


def card_of(path: str) -> ModelCard:
    card = TrainingRecord.read(read_header(path), path).card
    assert card is not None
    return card


def told(path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section = training_section(read_header(path), path)
    assert section is not None
    for label, text in section.rows:
        found.setdefault(label, []).append(text)
    return found


@pytest.fixture
def run(folder) -> Run:
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    return run


def test_the_card_has_what_the_model_was_made_from(run):
    card = card_of("m.safetensors")
    assert card.parts == {"training": 18, "validation": 0, "test": 6}
    assert card.parameters == 9
    assert (card.python, card.system) == (platform.python_version(), platform.system())
    assert card.versions["numpy"] == np.__version__
    assert "minnet-train" in card.versions
    assert card.components.keys() == {
        "minnet-criterions:ClassNLLCriterion",
        "minnet-layers:Linear",
        "minnet-layers:LogSoftMax",
        "minnet-optimizers:Adam",
    }
    assert card.processor
    assert card.blas


def test_the_card_has_the_numbers_of_the_epoch_that_the_weights_are_of(run):
    card = card_of("m.safetensors")
    last = run.trainer.history[-1].as_dict()
    assert card.epoch == card.last == {key: value for key, value in last.items() if "second" not in key}
    losses = run.trainer.history.column("loss")
    assert card.best["epoch"] == losses.index(min(losses)) + 1
    assert (card.judged_by, card.measured_on) == ("loss", "test")


def test_the_calibration_is_that_of_the_held_out_part(run):
    probabilities = np.exp(load("m.safetensors", prepared=True).forward(run.test.inputs))
    expected = Calibration.of(probabilities, run.test.labels())
    found = card_of("m.safetensors").calibration
    assert found == pytest.approx({"error": expected.error, "brier": expected.brier, "samples": 6}, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_the_calibration_is_what_its_definition_says(seed):
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 6))
    probabilities = rng.dirichlet(np.ones(classes), 200)
    labels = rng.integers(0, classes, 200)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    error = 0.0
    for index in range(15):
        within = (confidence > index / 15) & (confidence <= (index + 1) / 15)
        if within.any():
            error += within.mean() * abs(right[within].mean() - confidence[within].mean())
    brier = np.mean(np.sum((probabilities - np.eye(classes)[labels]) ** 2, axis=1)) / (2 if classes == 2 else 1)
    found = Calibration.of(probabilities, labels)
    assert (found.error, found.brier, found.samples) == pytest.approx((error, brier, 200), abs=1e-9)


def test_right_and_certain_probabilities_are_calibrated():
    found = Calibration.of(np.eye(3), np.arange(3))
    assert (found.error, found.brier) == (0, 0)
    assert Calibration.of(np.eye(2), np.array([1, 0])) == Calibration(error=1, brier=1, samples=2)


def test_saving_changes_nothing_of_a_run(folder, edit):
    edit('{ class = "LogSoftMax" }', '{ class = "Dropout" }, { class = "LogSoftMax" }')
    runs = [Run.prepare(read_experiment("small.toml")) for _ in range(2)]
    for index, run in enumerate(runs):
        for _ in run.epochs():
            if index:
                run.save("m.safetensors")
                run.save("m.safetensors")
    weights = [run.model.namedParameters()["0.W"].tobytes() for run in runs]
    assert weights[0] == weights[1]
    run.model.train()
    output = run.model.output
    run.save("m.safetensors")
    assert run.model.training
    assert run.model.output is output


def test_weights_of_the_best_epoch_are_told_by_its_number(folder, edit):
    edit("epochs = 2", "epochs = 9\nearly_stopping = { patience = 2, metric = 'loss', mode = 'max' }")
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    card = card_of("m.safetensors")
    assert (card.epoch["epoch"], card.best["epoch"], card.last["epoch"]) == (1, 1, 3)
    assert card.judged_by == "loss"
    (line,) = told("m.safetensors")["last"]
    assert line.startswith("epoch 3: ")


def test_a_validation_part_is_named(folder, edit):
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    card = card_of("m.safetensors")
    assert card.parts == {"training": 12, "validation": 6, "test": 6}
    assert card.measured_on == "validation"
    assert told("m.safetensors")["split"] == [
        "12 training, 6 validation, 6 test; 25% held out, 25% to validate by, seed 3"
    ]


def test_a_model_that_was_not_trained_says_so(folder):
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    card = card_of("m.safetensors")
    assert (card.epoch, card.best, card.last, card.calibration) == (None, None, None, None)
    assert told("m.safetensors")["weights"] == ["not trained"]


def test_numbers_that_are_not_finite_do_not_keep_a_model_from_being_saved(run):
    run.trainer.history.append(
        EpochReport(epoch=3, step=9, loss=np.inf, validation_loss=np.nan, metrics={"accuracy": [1]})
    )
    run.save("m.safetensors")
    card = card_of("m.safetensors")
    assert card.last == {"epoch": 3, "step": 9, "loss": None, "validation_loss": None}
    assert card.best["epoch"] < 3


def test_a_plugin_that_took_part_is_named(run, monkeypatch):
    monkeypatch.setattr(
        "minnet_train.runs.card.training_plugins", lambda: ["minnet-mpi 0.1.0 (minnet_gradients_ready)"]
    )
    run.save("m.safetensors")
    assert card_of("m.safetensors").plugins == ["minnet-mpi 0.1.0 (minnet_gradients_ready)"]
    assert told("m.safetensors")["plugins"] == ["minnet-mpi 0.1.0 (minnet_gradients_ready) took part"]


def test_a_file_without_a_card_is_read_and_explained(run):
    metadata = read_header("m.safetensors").metadata
    del metadata["minnet-train"]["card"]
    save(load("m.safetensors", prepared=True), "m.safetensors", metadata=metadata)
    assert load_predictor("m.safetensors").record.card is None
    rows = told("m.safetensors")
    assert rows["split"] == ["25% held out, seed 3"]
    assert "weights" not in rows


def test_a_card_of_a_later_version_is_read_and_one_that_is_none_is_refused(run):
    card = card_of("m.safetensors")
    assert ModelCard.from_json({**card.to_json(), "mood": "good"}) == card
    for wrong in ("text", {**card.to_json(), "parts": 3}, {**card.to_json(), "plugins": [3]}):
        with pytest.raises((TypeError, ValueError)):
            ModelCard.from_json(wrong)


def test_what_is_printed(run):
    rows = told("m.safetensors")
    assert rows["task"] == ["classification, 3 classes: setosa, versicolor, virginica"]
    assert rows["features"] == ["2: length, width"]
    assert rows["preparation"] == ["numbers are divided by 10"]
    assert rows["data"] == ["flowers.csv, 24 rows", f"SHA-256 {run.dataset.fingerprint()}"]
    assert rows["split"] == ["18 training, 6 test; 25% held out, seed 3"]
    assert rows["parameters"] == ["9"]
    assert rows["weights"][0].startswith("of epoch 2: ")
    assert "on 6 samples of the test part" in rows["calibration"][0]
    assert rows["optimizer"] == ["Adam(lr=0.01), batches of 8, 2 epochs at most"]


def test_json_has_the_record_and_the_card(run):
    found = explain_model("m.safetensors")
    assert not found.failures
    data = json.loads(json.dumps(found.to_dict()))["sections"]["training"]
    assert data["card"] == card_of("m.safetensors").to_json()
    assert data["data"] == {"source": "flowers.csv", "sha256": run.dataset.fingerprint()}
    assert data["split"] == {
        "training": 18,
        "validation": 0,
        "test": 6,
        "test_fraction": 0.25,
        "validation_fraction": 0.0,
    }
    assert (data["task"], data["seed"], data["features"]) == ("classification", 3, ["length", "width"])


def test_a_regression_has_no_calibration_and_says_what_becomes_of_its_data(folder, edit):
    edit(
        'target = "species"',
        'target = ["width", "length"]\nstandardize = true\nmissing = "mean"\nstandardize_targets = true',
    )
    edit("n_in = 2, n_out = 3", "n_in = 3, n_out = 2")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    assert card_of("m.safetensors").calibration is None
    rows = told("m.safetensors")
    assert rows["task"] == ["regression of width, length"]
    assert rows["preparation"] == [
        "1 column of texts becomes one input for each category, 3 in all",
        "numbers are divided by 10",
        "what is missing is taken for the mean",
        "inputs are standardized",
        "outputs are turned back into the units of the targets",
    ]


def test_the_calibration_of_many_rows_is_that_of_some(run):
    many = evolve(run.test, inputs=np.tile(run.test.inputs, (MOST, 1)), targets=np.tile(run.test.targets, (MOST, 1)))
    evolve(run, test=many).save("m.safetensors")
    assert card_of("m.safetensors").calibration["samples"] == MOST


def test_a_model_of_somebody_else_is_none_of_our_business(run):
    save(load("m.safetensors", prepared=True), "m.safetensors", metadata={"told": 3})
    assert training_section(read_header("m.safetensors"), "m.safetensors") is None


def test_the_blas_is_that_of_numpy_and_not_that_of_scipy_whichever_was_loaded_first(monkeypatch):
    pytest.importorskip("scipy.linalg")
    loaded = threadpoolctl.threadpool_info()
    if not any("numpy.libs" in each["filepath"] for each in loaded):
        pytest.skip("NumPy is not from a wheel for Linux or Windows, and may share its library with SciPy")
    names = set()
    for order in (loaded, loaded[::-1]):
        monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda order=order: order)
        assert "numpy.libs" in blas_library()["filepath"]
        blas.cache_clear()
        names.add(blas())
    assert len(names) == 1
