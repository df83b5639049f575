from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ModelFileError, load
from minnet_train import Run, read_experiment
from minnet_train.commands.plotted_model import ClassPredictions, model_file
from minnet_train.plots import PlotError


@pytest.fixture
def trained(folder):
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("small.safetensors")
    return run


def test_a_model_predicts_the_samples_that_were_held_out(trained):
    predictions = ClassPredictions.of_run("small.safetensors")
    inputs, targets = trained.test.batch(np.arange(len(trained.test)))
    outputs = load("small.safetensors", prepared=True).forward(inputs)
    np.testing.assert_array_equal(predictions.predicted, outputs.argmax(axis=1))
    np.testing.assert_array_equal(predictions.actual, targets.argmax(axis=1))
    np.testing.assert_allclose(predictions.scores, np.exp(outputs).max(axis=1), rtol=1e-6)
    assert predictions.title == "small, epoch 2: test samples of flowers.csv"


def test_another_part_can_be_chosen(trained):
    parts = {
        split: set(ClassPredictions.of_run("small.safetensors", split=split).rows)
        for split in ("training", "test", "all")
    }
    assert parts["training"] | parts["test"] == parts["all"] == set(range(24))
    assert not parts["training"] & parts["test"]


def test_a_part_that_the_experiment_does_not_have_is_refused(trained):
    with pytest.raises(PlotError, match="small.safetensors: expected an experiment with validation samples, received"):
        ClassPredictions.of_run("small.safetensors", split="validation")


def test_outputs_that_are_no_probabilities_have_no_scores(trained, edit):
    edit('    { class = "LogSoftMax" },\n', "")
    edit("ClassNLLCriterion", "MSECriterion")
    Run.prepare(read_experiment("small.toml")).save("scores.safetensors")
    assert ClassPredictions.of_run("scores.safetensors").scores is None


def test_a_model_of_numbers_is_no_classifier(trained, edit):
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "digits"\nautoencode = true')
    edit("n_in = 2, n_out = 3", "n_in = 64, n_out = 64")
    edit('    { class = "LogSoftMax" },\n', "")
    edit("ClassNLLCriterion", "MSECriterion")
    Run.prepare(read_experiment("small.toml")).save("auto.safetensors")
    with pytest.raises(PlotError, match="auto.safetensors: expected a classifier, received a model that predicts"):
        ClassPredictions.of_run("auto.safetensors")


def test_data_that_have_changed_are_refused(trained, folder):
    path = folder / "flowers.csv"
    path.write_text(path.read_text().replace("1,1,setosa", "1,2,setosa", 1))
    with pytest.raises(ModelFileError, match="expected the data that it was trained on, received flowers.csv with"):
        ClassPredictions.of_run("small.safetensors")


def test_a_file_is_the_model_that_it_is(tmp_path):
    assert model_file(tmp_path / "m.safetensors") == tmp_path / "m.safetensors"


def test_of_a_run_directory_the_best_model_is_taken(tmp_path):
    with pytest.raises(PlotError, match=r"expected a run directory with best.safetensors or model.safetensors"):
        model_file(tmp_path)
    for name in ("model.safetensors", "best.safetensors"):
        (tmp_path / name).touch()
        assert model_file(tmp_path).name == name


def test_nothing_is_dropped_when_a_model_predicts(folder, edit):
    edit('    { class = "LogSoftMax" },\n', '    { class = "Dropout", p = 0.9 },\n    { class = "LogSoftMax" },\n')
    run = Run.prepare(read_experiment("small.toml"))
    run.model.train()
    run.save("small.safetensors")
    run.model.evaluate()
    inputs, _ = run.test.batch(np.arange(len(run.test)))
    scores = np.exp(run.model.forward(inputs)).max(axis=1)
    np.testing.assert_allclose(ClassPredictions.of_run("small.safetensors").scores, scores, rtol=1e-6)
