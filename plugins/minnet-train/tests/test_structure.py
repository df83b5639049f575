from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import DataConfig, EarlyStopping, Experiment, ExperimentError
from minnet_train.experiment.structure import structure_data, structure_experiment, unstructure_experiment

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEYS = st.text(max_size=5).filter(lambda key: key != "class")
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
COMPONENTS = st.builds(
    lambda name, arguments: {"class": name, **arguments}, st.text(max_size=5), st.dictionaries(KEYS, VALUES, max_size=3)
)
COLUMN = st.integers() | st.text()
EXPERIMENTS = st.builds(
    Experiment,
    seed=st.integers(0),
    epochs=st.integers(1),
    batch_size=st.integers(1),
    output=st.text(min_size=1),
    model=st.lists(COMPONENTS, min_size=1, max_size=3).map(tuple),
    initializer=st.none() | COMPONENTS,
    criterion=COMPONENTS,
    optimizer=COMPONENTS,
    schedule=st.none() | COMPONENTS,
    metrics=st.none() | st.lists(COMPONENTS, max_size=3).map(tuple),
    clip_norm=st.none() | st.floats(0.01, 10),
    accumulate=st.integers(1, 4),
    shards=st.none() | st.integers(1, 9),
    average_decay=st.none() | st.floats(0, 0.9999),
    clip_value=st.none() | st.floats(0.01, 10),
    early_stopping=st.none()
    | st.builds(
        EarlyStopping,
        patience=st.integers(1),
        metric=st.text(min_size=1),
        mode=st.sampled_from(["min", "max"]),
        min_delta=st.floats(0, 1),
        restore_best=st.booleans(),
    ),
    checkpoint_every=st.integers(0),
    keep=st.integers(1),
    data=st.builds(
        DataConfig,
        source=st.text(min_size=1) | COMPONENTS,
        target=st.none() | COLUMN | st.lists(COLUMN, max_size=3).map(tuple),
        weights=st.none() | COLUMN,
        missing=st.sampled_from(["error", "mean"]),
        autoencode=st.booleans(),
        test_fraction=st.floats(0.01, 0.5),
        validation_fraction=st.none() | st.floats(0, 0.49),
        group=st.none() | COLUMN,
        order=st.none() | COLUMN,
        scale=st.floats(0.01, 1e6),
        standardize=st.booleans(),
        standardize_targets=st.booleans(),
        class_weights=st.none() | st.just("balanced") | st.dictionaries(st.text(), st.floats(0, 9), min_size=1),
    ),
)


@settings(deadline=None)
@given(experiment=EXPERIMENTS)
def test_an_experiment_survives_json(experiment):
    assert structure_experiment(json.loads(json.dumps(unstructure_experiment(experiment)))) == experiment


def test_containers_are_kept_with_what_is_inside():
    inner = {"class": "Sequential", "modules": [{"class": "ReLU"}]}
    data = {
        "epochs": 1,
        "model": [inner],
        "criterion": {"class": "MSECriterion"},
        "optimizer": {"class": "SGD", "lr": 0.1},
        "data": {"source": "digits"},
    }
    assert structure_experiment(data).model == (inner,)


def test_without_a_file_an_error_still_names_the_key():
    with pytest.raises(ExperimentError) as caught:
        structure_experiment({"epochs": 0, "model": 3})
    assert "model: expected a list of layers" in str(caught.value)
    assert "data: expected this key, which is missing" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_an_experiment_made_in_python_is_checked_too():
    with pytest.raises(ValueError, match="expected a number between 0 and 1, received 2"):
        DataConfig(source="digits", test_fraction=2)


@pytest.mark.parametrize("limit", [np.finfo(np.float32).smallest_normal, np.finfo(np.float32).max])
def test_scale_is_what_float32_can_hold(limit):
    limit = float(limit)
    beyond = limit / 2 if limit < 1 else limit * 2
    assert DataConfig(source="digits", scale=limit).scale == limit
    with pytest.raises(ValueError, match="expected a positive number that float32 can hold"):
        DataConfig(source="digits", scale=beyond)


def test_data_without_a_source_are_an_error():
    with pytest.raises(ExperimentError, match="data.source: expected this key, which is missing"):
        structure_data({"scale": 2})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("source", 3, "data.source: expected 'digits', the path of a data file, or a component such as { class ="),
        (
            "source",
            {"clas": "Csv"},
            "data.source: expected a component with a key class, .*did you mean 'class' by 'clas'",
        ),
        ("source", "", "data.source: expected a text or a component that is not empty, received ''"),
        ("target", [1.5], "data.target: expected the name of a column or its index, received 1.5"),
        ("target", True, "data.target: expected the name of a column or its index, received True"),
        ("weights", [1], "data.weights: expected the name of a column or its index"),
        ("missing", "zero", "data.missing: expected 'error' or 'mean', received 'zero'"),
        ("missing", 0, "data.missing: expected a text, received 0"),
        ("autoencode", 1, "data.autoencode: expected true or false, received 1"),
        ("standardize", "yes", "data.standardize: expected true or false, received 'yes'"),
        ("validation_fraction", -0.1, "data.validation_fraction: expected a number of at least 0 and less than 1"),
        (
            "validation_fraction",
            0.8,
            "data.validation_fraction: expected less than 0.8, which test_fraction leaves, received 0.8",
        ),
        ("class_weights", "equal", "data.class_weights: expected 'balanced' or a table of weights of at least 0"),
        ("class_weights", {"a": -1}, "data.class_weights: expected 'balanced' or a table of weights of at least 0"),
        ("class_weights", {"a": "b"}, "data.class_weights: expected a number, received 'b'"),
        ("class_weights", 3, "data.class_weights: expected 'balanced' or a table of numbers such as { yes = 2.0 }"),
    ],
)
def test_a_value_of_the_data_that_does_not_work_is_reported_with_its_key(key, value, message):
    with pytest.raises(ExperimentError, match=message):
        structure_data({"source": "digits", key: value})
