"""`minnet evaluate` prints a baseline and an interval beside every number."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_criterions import ClassNLLCriterion
from minnet_layers import LogSoftMax
from minnet_train import Run, Samples, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.evaluation.intervals import RESAMPLES, ROWS, CriterionLoss, percentiles, resampled, wilson
from minnet_train.metrics import MAE, Accuracy

IDENTITY = LogSoftMax()


def run(*arguments: str) -> str:
    return CliRunner().invoke(evaluate, arguments, catch_exceptions=False).output


@pytest.fixture
def trained(folder):
    """A classifier of 24 unbalanced rows, and its training and held-out labels."""
    text = (folder / "flowers.csv").read_text().replace("versicolor", "setosa", 3)
    (folder / "flowers.csv").write_text(text)
    run_ = Run.prepare(read_experiment("small.toml"))
    list(run_.epochs())
    run_.save("small.safetensors")
    return run_


def test_the_baseline_of_a_classification_is_that_of_scikit_learn(trained):
    dummy = pytest.importorskip("sklearn.dummy").DummyClassifier(strategy="prior")
    theirs = pytest.importorskip("sklearn.metrics")
    known, asked = trained.training.labels(), trained.test.labels()
    dummy.fit(np.zeros((len(known), 1)), known)
    features = np.zeros((len(asked), 1))
    predicted, probabilities = dummy.predict(features), dummy.predict_proba(features)
    found = json.loads(run("small.safetensors", "--json"))
    baseline = found["baseline"]
    assert baseline["of"] == "training samples"
    assert baseline["accuracy"] == pytest.approx(theirs.accuracy_score(asked, predicted))
    assert baseline["f1_macro"] == pytest.approx(theirs.f1_score(asked, predicted, average="macro"))
    assert baseline["loss"] == pytest.approx(theirs.log_loss(asked, probabilities, labels=range(3)), rel=1e-6)
    assert baseline["roc_auc"] == 0.5
    assert [each["baseline"]["recall"] for each in found["classes"]] == [float(n == predicted[0]) for n in range(3)]
    assert (
        set(baseline) - {"of"}
        == set(found["intervals"])
        == {*("loss", "accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "calibration_error")}
    )


@pytest.mark.parametrize("layers", ['{ class = "SoftMax" }', '{ class = "SoftPlus" }'])
def test_the_baseline_answers_as_the_model_does(folder, edit, layers):
    edit('{ class = "LogSoftMax" }', layers)
    criterion = "ClassNLLCriterionUnstable" if "SoftMax" in layers else "MSECriterion"
    edit('"ClassNLLCriterion"', f'"{criterion}"')
    run_ = Run.prepare(read_experiment("small.toml"))
    run_.save("m.safetensors")
    baseline = json.loads(run("m.safetensors", "--json"))["baseline"]
    expected = np.log(3) if "SoftMax" in layers else 2 / 3
    assert baseline["loss"] == pytest.approx(expected, rel=1e-5)
    assert ("roc_auc" in baseline) == ("SoftMax" in layers)


@pytest.mark.parametrize("standardize", ["true", "false"])
def test_the_baseline_of_a_regression_is_the_mean_of_the_training_samples(folder, edit, standardize):
    theirs = pytest.importorskip("sklearn.metrics")
    edit('target = "species"', f'target = "width"\nstandardize_targets = {standardize}')
    edit("n_in = 2, n_out = 3", "n_in = 4, n_out = 1")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("1,1,setosa", "1,1.5,setosa", 1))
    run_ = Run.prepare(read_experiment("small.toml"))
    run_.save("m.safetensors")
    answers = run_.preparation.answers
    known, asked = (answers(part.batch(np.arange(len(part)))[1]) for part in (run_.training, run_.test))
    mean = np.full_like(asked, known.mean())
    found = json.loads(run("m.safetensors", "--json"))
    (output,) = found["outputs"]
    expected = {
        "mse": theirs.mean_squared_error(asked, mean),
        "rmse": theirs.root_mean_squared_error(asked, mean),
        "mae": theirs.mean_absolute_error(asked, mean),
        "r2": theirs.r2_score(asked, mean),
    }
    assert output["baseline"] == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert found["baseline"]["mae"] == pytest.approx(expected["mae"], rel=1e-5)
    for key, (low, high) in output["intervals"].items():
        assert low <= output[key] <= high
    lines = run("m.safetensors").splitlines()
    assert any(line.startswith("baseline: the mean of the training samples, whatever the features") for line in lines)
    assert any(line.split()[:2] == ["baseline", f"{output['baseline']['mse']:.4g}"] for line in lines)


def test_of_other_data_the_baseline_is_their_own(trained, folder):
    (folder / "new.csv").write_text("length,width,species\n" + "9,9,virginica\n" * 3 + "1,1,setosa\n")
    found = json.loads(run("small.safetensors", "--data", "new.csv", "--split", "all", "--json"))
    assert (found["baseline"]["of"], found["baseline"]["accuracy"]) == ("these samples", 0.75)
    output = run("small.safetensors", "--data", "new.csv", "--split", "all")
    assert "baseline: the commonest class, virginica, of these samples" in output


def test_each_number_stands_beside_its_interval_and_its_baseline(trained):
    found = json.loads(run("small.safetensors", "--json"))
    rows = [line.split() for line in run("small.safetensors").splitlines()]
    low, high = found["intervals"]["accuracy"]
    assert ["model", "95%", "interval", "baseline"] in rows
    assert [
        *("accuracy", f"{found['accuracy']:.2%}", f"{low:.2%}", "to", f"{high:.2%}"),
        f"{found['baseline']['accuracy']:.2%}",
    ] in rows


def test_the_interval_of_an_accuracy_is_wilsons(trained):
    found = json.loads(run("small.safetensors", "--json"))
    assert found["intervals"]["accuracy"] == pytest.approx(wilson(found["accuracy"] * 6, 6))
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10) == pytest.approx((0.722467, 1))  # Wilson 1927; R: prop.test(10, 10, correct = FALSE)
    assert wilson(81, 263) == pytest.approx((0.255289, 0.366210), abs=1e-5)  # R. Newcombe 1998, table I
    assert wilson(0, 0) == (0, 1)


def test_evaluating_twice_gives_the_same_intervals(trained):
    assert run("small.safetensors") == run("small.safetensors")


def test_another_metric_is_asked_for_by_name_or_as_a_table(trained):
    found = json.loads(run("small.safetensors", "--json", "--metric", "Brier", "--metric", '{ class = "TopK", k = 2 }'))
    assert {"brier", "top2"} <= found.keys() & found["intervals"].keys() & found["baseline"].keys()
    refused = CliRunner().invoke(evaluate, ["small.safetensors", "--metric", "{ class = }"])
    assert refused.exit_code == 2
    assert "expected a name or a table such as" in refused.output
    with pytest.raises(ValueError, match="no distribution registers 'Brrier'"):
        run("small.safetensors", "--metric", "Brrier")


def test_metrics_of_probabilities_are_left_out_where_there_are_none(trained, edit):
    edit('{ class = "LogSoftMax" }', '{ class = "ReLU" }')
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    found = json.loads(run("m.safetensors", "--json"))
    assert "accuracy" in found
    assert "roc_auc" not in found
    with pytest.raises(ValueError, match=r"LogLoss: expected outputs that are probabilities .* from_logits = true"):
        run("m.safetensors", "--metric", "LogLoss")
    logits = json.loads(run("m.safetensors", "--metric", '{ class = "LogLoss", from_logits = true }', "--json"))
    assert logits["log_loss"] > 0


def test_what_cannot_be_said_is_null_in_json(trained, folder):
    (folder / "new.csv").write_text("length,width,species\n9,9,virginica\n")
    text = run("small.safetensors", "--data", "new.csv", "--split", "all", "--json")
    assert "NaN" not in text
    found = json.loads(text)
    assert found["roc_auc"] is found["intervals"]["loss"] is found["intervals"]["roc_auc"] is None


def samples_of(rows: int, seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((rows, 2))
    return Samples.of_arrays(inputs, (inputs[:, 0] + rng.standard_normal(rows) < inputs[:, 1]).astype(int))


@pytest.mark.parametrize("rows", [50, 3 * ROWS])
def test_95_of_100_intervals_have_the_true_number(rows):
    whole = samples_of(200_000, 0)
    true = CriterionLoss(ClassNLLCriterion())
    true.update(IDENTITY.forward(whole.inputs), whole.targets)
    hits = 0
    for seed in range(1, 41):
        samples = samples_of(rows, seed)
        loss = CriterionLoss(ClassNLLCriterion())
        loss.update(IDENTITY.forward(samples.inputs), samples.targets)
        value = loss.compute()
        ((low, high),) = percentiles(value, resampled(IDENTITY, samples, [loss])["loss"], rows)
        hits += low <= true.compute() <= high
    assert 34 <= hits <= 40


def test_four_times_as_many_rows_as_are_drawn_from_halve_the_interval():
    drawn = np.random.default_rng(0).normal(5, 1, RESAMPLES + 1)
    drawn[0] = 5
    ((low, high),), ((less, more),) = percentiles(5, drawn, ROWS), percentiles(5, drawn, 4 * ROWS)
    assert (5 - less, more - 5) == pytest.approx(((5 - low) / 2, (high - 5) / 2))


def test_a_number_that_few_bootstrap_samples_have_has_no_interval():
    drawn = np.full(RESAMPLES + 1, np.nan)
    drawn[:10] = 0.5
    assert list(percentiles(0.5, drawn, 10)) == [None]


def test_metrics_that_are_drawn_again_are_those_of_the_rows():
    samples = samples_of(30, 0)
    drawn = resampled(IDENTITY, samples, [Accuracy(), MAE()])
    outputs = IDENTITY.forward(samples.inputs)
    assert drawn["accuracy"][0] == np.mean(outputs.argmax(1) == samples.labels())
    assert len(drawn["mae"]) == RESAMPLES + 1
    assert np.std(drawn["accuracy"]) > 0
