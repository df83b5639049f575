"""Fitted estimators in model files: back as they were, and for the commands of minnet."""

import json
import subprocess
import sys

import numpy as np
import pytest

from minnet_core import ConfigError, Criterion, ModelFileError, load, read_header, save
from minnet_layers import Linear, LogSoftMax
from minnet_sklearn import MinnetClassifier, MinnetRegressor
from minnet_train import load_predictor

QUICK = {"hidden": (8,), "learning_rate": 0.02, "max_iter": 10, "n_iter_no_change": None, "random_state": 0}


def minnet(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "minnet_core", *map(str, arguments)], check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalization": True, "dropout": 0.2, "early_stopping": True, "dtype": "float32"},
        {"class_weight": {"ant": 2.0}, "optimizer": {"class": "SGD", "momentum": 0.9}, "hidden": [4, 3]},
        {"model": [Linear(4, 3), LogSoftMax()], "random_state": np.random.RandomState(0)},
    ],
)
def test_a_classifier_comes_back_as_it_was(blobs, tmp_path, options):
    features, labels = blobs
    own = MinnetClassifier(**{**QUICK, **options}).fit(features, labels)
    assert own.save(tmp_path / "own.safetensors") == tmp_path / "own.safetensors"
    again = MinnetClassifier.load(tmp_path / "own.safetensors")
    np.testing.assert_array_equal(again.predict_proba(features), own.predict_proba(features))
    np.testing.assert_array_equal(again.predict(features), own.predict(features))
    assert again.classes_.dtype == own.classes_.dtype
    for name in ("n_iter_", "loss_curve_", "loss_", "best_loss_", "n_features_in_", "n_outputs_"):
        assert getattr(again, name) == getattr(own, name)
    unsaid = {"model", "random_state"} & options.keys()  # a config of the layers, and None
    for name, value in own.get_params().items():
        assert name in unsaid or getattr(again, name) == value
    again.set_params(random_state=0, early_stopping=False)
    assert again.partial_fit(features, labels).n_iter_ == 11
    assert again.fit(features, labels).n_iter_ == 10


def test_labels_and_values_come_back_as_they_were(blobs, waves, tmp_path):
    path = tmp_path / "own.safetensors"
    labels = np.stack([blobs[1] == "ant", blobs[1] != "bee"], axis=1)
    own = MinnetClassifier(**QUICK).fit(blobs[0], labels)
    own.save(path)
    np.testing.assert_array_equal(MinnetClassifier.load(path).predict(blobs[0]), own.predict(blobs[0]))
    for values in (waves[1], waves[1][:, 0]):
        own = MinnetRegressor(**QUICK).fit(waves[0], values)
        own.save(path)
        np.testing.assert_array_equal(MinnetRegressor.load(path).predict(waves[0]), own.predict(waves[0]))


def test_the_file_is_one_of_minnet(blobs, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(blobs[0], columns=list("abcd"))
    own = MinnetClassifier(**QUICK, early_stopping=True).fit(frame, blobs[1])
    path = own.save(tmp_path / "own.safetensors")
    assert MinnetClassifier.load(path).feature_names_in_.tolist() == list("abcd")
    np.testing.assert_array_equal(np.exp(load(path).forward(blobs[0])), own.predict_proba(frame))
    predictor = load_predictor(path)
    np.testing.assert_array_equal(predictor.predict(blobs[0]), own.predict(frame))
    frame[["d", "c", "b", "a"]].to_csv(tmp_path / "rows.csv", index=False)
    lines = minnet("predict", path, tmp_path / "rows.csv").splitlines()
    assert lines[0] == "label,probability,probability(ant),probability(bee),probability(cat)"
    assert [line.partition(",")[0] for line in lines[1:]] == own.predict(frame).tolist()
    told = minnet("explain", path)
    for fact in (
        "classification, 3 classes: ant, bee, cat",
        "4: a, b, c, d",
        "arrays given to MinnetClassifier.fit, 90 rows",
        "81 training, 9 validation; 0% held out, 10% to validate by",
        "minnet-criterions:ClassNLLCriterion",
    ):
        assert fact in told


def test_a_regression_is_predicted_in_its_units_by_the_commands_too(waves, tmp_path):
    own = MinnetRegressor(**QUICK).fit(waves[0], waves[1][:, 0])
    path = own.save(tmp_path / "own.safetensors")
    np.save(tmp_path / "rows.npy", waves[0])
    name, *values = minnet("predict", path, tmp_path / "rows.npy").splitlines()
    assert name == "value"
    np.testing.assert_allclose(np.array(values, float), own.predict(waves[0]), rtol=1e-6)


def test_classes_that_are_no_unicode_are_predicted_by_the_commands_too(blobs, tmp_path):
    """As Python has the names of files that are not in UTF-8."""
    labels = np.where(blobs[1] == "ant", "caf\udce9", blobs[1]).astype(object)
    own = MinnetClassifier(**QUICK).fit(blobs[0], labels)
    path = own.save(tmp_path / "own.safetensors")
    np.save(tmp_path / "rows.npy", blobs[0])
    for output in ("-", tmp_path / "made.jsonl"):
        out = minnet("predict", path, tmp_path / "rows.npy", "--output", output, "--format", "jsonl")
        text = out if output == "-" else output.read_text("utf-8")
        assert [json.loads(line)["label"] for line in text.splitlines()] == own.predict(blobs[0]).tolist()
    minnet("predict", path, tmp_path / "rows.npy", "--output", tmp_path / "made.csv")
    assert "\ncaf\\udce9," in (tmp_path / "made.csv").read_text("utf-8")


def test_another_file_is_refused(blobs, tmp_path):
    path = save(Linear(4, 3), tmp_path / "plain.safetensors")
    with pytest.raises(ModelFileError, match="expected a model that an estimator of minnet-sklearn saved"):
        MinnetClassifier.load(path)
    own = MinnetClassifier(**QUICK).fit(*blobs).save(tmp_path / "own.safetensors")
    with pytest.raises(ModelFileError, match="expected a MinnetRegressor, received a 'MinnetClassifier'"):
        MinnetRegressor.load(own)
    for record, message in (
        ({"format": 2}, "expected an estimator of format 1, received format 2; pip install -U minnet-sklearn"),
        ({"format": 1, "estimator": "MinnetClassifier"}, "its estimator is of another form: KeyError: 'parameters'"),
        (
            {"format": 1, "estimator": "MinnetClassifier", "parameters": {"nose": 1}},
            "its estimator is of another form: TypeError",
        ),
    ):
        path = save(Linear(4, 3), tmp_path / "wrong.safetensors", metadata={"minnet-sklearn": record})
        with pytest.raises(ModelFileError, match=message):
            MinnetClassifier.load(path)


@pytest.mark.parametrize(
    ("place", "wrong", "message"),
    [
        ("features", 10**9, r"expected input \(batch, 4\), received \(1, 1000000000\)"),
        ("features", 4.5, "features: expected a positive integer, received 4.5"),
        ("feature_names", ["a"], "feature_names: expected null or 4 texts, received"),
        ("feature_names", "abcd", "feature_names: expected null or 4 texts, received"),
        (
            "classes",
            {"dtype": "<U3", "values": ["ant", "bee"]},
            r"a network of outputs \(1, 2\), received one of \(1, 3\)",
        ),
        ("classes", {"dtype": "<U3", "values": ["cat", "bee", "ant"]}, "classes: expected different ones, sorted"),
        (
            "classes",
            {"dtype": "<U3", "values": [["ant"], ["bee"], ["cat"]]},
            "classes: expected different ones, sorted",
        ),
        ("labels", -1, "labels: expected a positive integer, received -1"),
        ("values", {"offset": [0.0], "spread": [-1.0], "is_flat": True}, "spread: expected 1 numbers of at least 0"),
        ("values", {"offset": [0.0], "spread": [None], "is_flat": True}, "spread: expected 1 numbers of at least 0"),
        ("values", {"offset": [0.0, 0.0], "spread": [1.0, 1.0], "is_flat": True}, "is_flat: expected true or false"),
        ("outputs_are", "lies", "outputs_are: expected one of logarithms, probabilities, .*, received 'lies'"),
        ("dtype", "object", "dtype: expected one of float32, float64, received 'object'"),
        ("loss_curve", [], "loss_curve: expected a list of numbers"),
        ("loss_curve", [None], "loss_curve: expected a list of numbers"),
        ("epochs", -3, "epochs: expected a positive integer, received -3"),
        ("parts", 3, "AttributeError"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(blobs, tmp_path, place, wrong, message):
    """Somebody else may have written it: what it says is looked at when it is read, not when it predicts."""
    path = MinnetClassifier(**QUICK).fit(*blobs).save(tmp_path / "own.safetensors")
    metadata = dict(read_header(path).metadata)
    metadata["minnet-sklearn"] = {**metadata["minnet-sklearn"], place: wrong}
    forged = save(load(path, prepared=True), tmp_path / "forged.safetensors", metadata=metadata)
    with pytest.raises(ModelFileError, match=f"its estimator is of another form: .*{message}"):
        MinnetClassifier.load(forged)


def test_what_no_file_can_hold_is_refused(blobs, tmp_path):
    class Late:
        def __call__(self, epoch):
            return 0.1

    own = MinnetClassifier(**QUICK).fit(*blobs).set_params(schedule=Late())
    with pytest.raises(ConfigError, match="schedule: expected numbers, texts or components"):
        own.save(tmp_path / "own.safetensors")
    assert not list(tmp_path.iterdir())


class Small(MinnetClassifier):
    """One with parameters of its own, in place of most."""

    def __init__(self, width=8):
        super().__init__((width,), max_iter=2, n_iter_no_change=None)
        self.width = width


def test_a_subclass_is_saved_with_its_own_parameters(blobs, tmp_path):
    own = Small(5).fit(*blobs)
    again = Small.load(own.save(tmp_path / "own.safetensors"))
    assert again.get_params() == {"width": 5}
    np.testing.assert_array_equal(again.predict_proba(blobs[0]), own.predict_proba(blobs[0]))
    with pytest.raises(ModelFileError, match="expected a MinnetClassifier, received a 'Small'"):
        MinnetClassifier.load(tmp_path / "own.safetensors")


def test_a_function_is_saved_as_the_network_that_it_made(blobs, tmp_path):
    own = MinnetClassifier(**QUICK, model=lambda a, b, rng: Linear(a, b, rng=rng), criterion="CrossEntropyCriterion")
    path = own.fit(*blobs).save(tmp_path / "own.safetensors")
    again = MinnetClassifier.load(path)
    assert again.model["class"] == "minnet-layers:Linear"
    np.testing.assert_array_equal(again.predict_proba(blobs[0]), own.predict_proba(blobs[0]))
    assert isinstance(again.criterion_, Criterion)
