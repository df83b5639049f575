from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minnet_train import DataConfig, EarlyStopping, Experiment, ExperimentError
from minnet_train.structure import structure_experiment, unstructure_experiment

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEYS = st.text(max_size=5).filter(lambda key: key != "class")
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
COMPONENTS = st.builds(
    lambda name, arguments: {"class": name, **arguments}, st.text(max_size=5), st.dictionaries(KEYS, VALUES, max_size=3)
)
EXPERIMENTS = st.builds(
    Experiment,
    seed=st.integers(0),
    epochs=st.integers(1),
    batch_size=st.integers(1),
    output=st.text(min_size=1),
    model=st.lists(COMPONENTS, min_size=1, max_size=3).map(tuple),
    criterion=COMPONENTS,
    optimizer=COMPONENTS,
    schedule=st.none() | COMPONENTS,
    metrics=st.none() | st.lists(COMPONENTS, max_size=3).map(tuple),
    clip_norm=st.none() | st.floats(0.01, 10),
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
        source=st.text(min_size=1),
        target=st.none() | st.integers() | st.text(),
        test_fraction=st.floats(0.01, 0.99),
        scale=st.floats(0.01, 1e6),
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
