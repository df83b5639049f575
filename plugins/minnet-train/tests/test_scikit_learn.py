from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataConfig, DataError, LearningData, datasets, load_digits
from minnet_train.data.sources.scikit_learn import _named


@pytest.fixture(autouse=True)
def _sklearn():
    pytest.importorskip("sklearn")


def load(name, **options):
    return datasets["Sklearn"](name, **options).load()


@pytest.mark.parametrize("name", ["iris", "load_iris"])
def test_a_data_set_is_loaded_with_the_names_of_its_classes_and_columns(name):
    data = load(name)
    assert data.features.shape == (150, 4)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.columns[0] == "sepal length (cm)"
    assert data.targets[[0, 50, 149]].tolist() == [0, 1, 2]


def test_classes_are_sorted_and_the_targets_follow():
    data = load("breast_cancer")
    assert data.classes == ("benign", "malignant")
    assert np.bincount(data.targets).tolist() == [357, 212]


def test_whatever_the_order_of_the_names_each_row_keeps_its_own():
    names, targets = _named(["c", "a", "d", "b"], np.array([0, 1, 2, 3]), (0, 1, 2, 3))
    assert [names[target] for target in targets] == ["c", "a", "d", "b"]


def test_the_digits_are_the_embedded_ones():
    data = load("digits")
    assert data.classes == tuple(range(10))
    assert np.array_equal(data.features, load_digits().features)
    assert np.array_equal(data.targets, load_digits().targets)


def test_numbers_make_a_regression():
    data = load("diabetes", scaled=False)
    assert (data.task, data.targets.shape) == ("regression", (442, 1))
    assert load("linnerud").outputs == ("Weight", "Waist", "Pulse")


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes", "digits", "linnerud"])
def test_every_table_can_be_learned_from(name):
    config = DataConfig(source={"class": "Sklearn", "name": name}, test_fraction=0.25, standardize=True)
    data = LearningData.load(config, 0)
    inputs, targets = data.training.batch(np.arange(len(data.training)))
    assert inputs.mean(axis=0) == pytest.approx(0, abs=1e-4)
    assert targets.shape == (len(data.training), len(data.dataset.classes) or data.dataset.targets.shape[1])


def test_a_name_that_there_is_not_is_an_error():
    with pytest.raises(DataError, match="Sklearn: expected one of breast_cancer, .*, received 'irs'"):
        load("irs")


@pytest.mark.parametrize(("name", "options"), [("iris", {"colour": 1}), ("sample_images", {}), ("svmlight_file", {})])
def test_what_gives_no_table_is_an_error(name, options):
    with pytest.raises(DataError, match=f"expected a data set with features and targets in load_{name}"):
        load(name, **options)
