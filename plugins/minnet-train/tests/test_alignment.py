from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_train import DataConfig, DataError, Dataset, Experiment, LearningData
from minnet_train.evaluation import in_form_of_model as aligned
from minnet_train.experiment.record import TrainingRecord

FEATURES = np.array([[1.0, 0], [2, 1], [3, 2], [4, 0], [5, 1], [6, 2]])
TRAINED = Dataset(
    "t", FEATURES, np.arange(6) % 2, ("no", "yes"), ("size", "town"), categories=((), ("Aachen", "Bonn", "Celle"))
)


def record_of(dataset: Dataset, **options) -> TrainingRecord:
    config = DataConfig(source="t.csv", test_fraction=0.4, **options)
    layer = {"class": "Linear"}
    experiment = Experiment(epochs=1, model=[layer], criterion=layer, optimizer=layer, data=config)
    return TrainingRecord.of(experiment, dataset, LearningData.of(dataset, config, 0).preparation)


RECORD = record_of(TRAINED)


def test_the_same_form_is_left_as_it_is():
    assert aligned(TRAINED, RECORD).features is TRAINED.features


def test_categories_and_classes_that_are_not_all_there_keep_their_indices():
    other = evolve(
        TRAINED,
        features=np.array([[7.0, 1], [8, 0], [9, np.nan]]),
        targets=np.zeros(3, int),
        classes=("yes",),
        categories=((), ("Aachen", "Celle")),
    )
    found = aligned(other, RECORD)
    assert np.array_equal(found.features, [[7, 2], [8, 0], [9, np.nan]], equal_nan=True)
    assert found.targets.tolist() == [1, 1, 1]
    assert (found.categories, found.classes) == (TRAINED.categories, TRAINED.classes)


def test_columns_are_found_by_name_and_their_categories_with_them():
    other = evolve(
        TRAINED, features=FEATURES[:, ::-1], columns=("town", "size"), categories=(("Aachen", "Bonn", "Celle"), ())
    )
    assert aligned(other, RECORD).features.tolist() == FEATURES.tolist()


def test_integers_are_the_texts_of_a_model_that_had_texts_besides():
    record = record_of(evolve(TRAINED, classes=("1", "x")))
    assert aligned(evolve(TRAINED, targets=np.zeros(6, int), classes=(1,)), record).targets.tolist() == [0] * 6


def test_an_autoencoder_minds_no_classes():
    other = evolve(TRAINED, targets=np.zeros(6, int), classes=("rose",))
    assert aligned(other, record_of(TRAINED, autoencode=True)).classes == ("rose",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"columns": ("size", "city")},
            "t: expected one column for each feature of the model, size, town; missing or there twice: town",
        ),
        (
            {"features": FEATURES[:, :1], "columns": None, "categories": ()},
            "t: expected 2 columns, received 1",
        ),
        (
            {"categories": ((), ("Aachen", "Bonn", "Trier"))},
            "t, column 2: expected one of Aachen, Bonn, Celle, received 'Trier'",
        ),
        ({"categories": ()}, "t, column 2: expected texts, as in the training data, received numbers"),
        (
            {"categories": (("1", "2", "3", "4", "5", "6", "7"), ("Aachen", "Bonn", "Celle"))},
            "t, column 1: expected numbers, as in the training data, received texts",
        ),
        ({"classes": ("no", "maybe")}, "t, target: expected one of no, yes, received 'maybe'"),
        ({"classes": (), "targets": np.zeros((6, 1))}, "t: expected classes, no, yes, received numbers"),
    ],
)
def test_what_has_another_form_is_an_error(change, message):
    with pytest.raises(DataError) as caught:
        aligned(evolve(TRAINED, **change), RECORD)
    assert str(caught.value) == message
