from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_train import DataConfig, DataError, Dataset, ExperimentError, LearningData

RNG = np.random.default_rng(0)
CLASSES = Dataset("c", RNG.standard_normal((60, 3)) * 5 + 7, np.arange(60) % 3, ("x", "y", "z"), ("a", "b", "c"))
NUMBERS = Dataset("n", CLASSES.features, RNG.standard_normal((60, 2)) * [1, 100] + [0, 50])


def learn(dataset=CLASSES, rng=0, **options) -> LearningData:
    return LearningData.of(dataset, DataConfig(source="digits", **options), rng)


def inputs(samples):
    return samples.batch(np.arange(len(samples)))[0]


def targets(samples):
    return samples.batch(np.arange(len(samples)))[1]


def test_the_parts_are_rows_of_the_data():
    data = learn(test_fraction=0.2, validation_fraction=0.1)
    for samples, rows in (
        (data.training, data.split.training),
        (data.validation, data.split.validation),
        (data.test, data.split.test),
    ):
        assert np.array_equal(inputs(samples), CLASSES.features[rows].astype(np.float32))
        assert samples.labels().tolist() == CLASSES.targets[rows].tolist()


def test_a_tenth_of_what_is_not_held_out_is_the_validation_part_unless_it_is_said():
    data, without = learn(), learn(validation_fraction=0)
    assert [len(part) for part in (data.training, data.validation, data.test)] == [42, 6, 12]
    assert without.validation is None
    assert sorted([*data.split.training, *data.split.validation]) == without.split.training.tolist()
    assert np.array_equal(data.split.test, without.split.test)


def test_a_class_of_few_rows_is_not_validated_rather_than_refused():
    few = evolve(CLASSES, targets=np.array([0] * 40 + [1] * 18 + [2] * 2))
    assert {*learn(few).validation.labels()} == {0, 1}
    with pytest.raises(DataError, match="at least 3 rows of each class"):
        learn(few, validation_fraction=0.1)
    tiny = Dataset("tiny", np.zeros((4, 1)), np.array([0, 0, 1, 1]), ("x", "y"))
    assert learn(tiny).validation is None


def test_data_to_validate_by_take_the_place_of_a_part_in_the_form_of_the_others():
    other = Dataset("o", CLASSES.features[:5, ::-1], np.array([0, 1, 1, 0, 0]), ("y", "z"), ("c", "b", "a"))
    config = DataConfig(source="digits", standardize=True, validation="other.csv")
    data = LearningData.of(CLASSES, config, 0, other)
    assert len(data.split.validation) == 0
    assert len(data.training) + len(data.test) == 60
    assert data.validation.classes == ("x", "y", "z")
    assert data.validation.labels().tolist() == [1, 2, 2, 1, 1]
    assert np.array_equal(inputs(data.validation), data.preparation.inputs(CLASSES.features[:5]))
    assert data.validation_fingerprint == other.fingerprint()
    with pytest.raises(DataError, match="o, target: expected one of x, y, z, received 'w'"):
        LearningData.of(CLASSES, config, 0, evolve(other, classes=("w", "z")))


def test_standardization_is_learned_from_the_training_part_alone():
    data = learn(standardize=True, validation_fraction=0.2)
    assert inputs(data.training).mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert inputs(data.training).std(axis=0) == pytest.approx(1, abs=1e-6)
    changed = CLASSES.features.copy()
    changed[data.split.test] = changed[data.split.validation] = 1e6
    assert (
        learn(evolve(CLASSES, features=changed), standardize=True, validation_fraction=0.2).preparation
        == data.preparation
    )


def test_what_is_missing_is_filled_from_the_training_part_alone():
    rows = learn(validation_fraction=0.1).split
    features = CLASSES.features.copy()
    features[rows.test[0], 1] = features[rows.training[0], 1] = np.nan
    data = learn(evolve(CLASSES, features=features), missing="mean", validation_fraction=0.1)
    mean = np.float32(np.nanmean(features[rows.training, 1]))
    assert inputs(data.test)[0, 1] == inputs(data.training)[0, 1] == pytest.approx(mean)
    with pytest.raises(DataError, match="c: 2 values are missing"):
        learn(evolve(CLASSES, features=features))


def test_targets_are_standardized_by_the_training_part():
    data = learn(NUMBERS, standardize_targets=True)
    assert targets(data.training).mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert targets(data.training).std(axis=0) == pytest.approx(1, abs=1e-5)
    assert data.preparation.answers(targets(data.test)) == pytest.approx(NUMBERS.targets[data.split.test], rel=1e-4)


@pytest.mark.parametrize("options", [{}, {"standardize": True}, {"scale": 4.0}])
def test_an_autoencoder_learns_its_prepared_inputs(options):
    data = learn(autoencode=True, **options)
    assert np.array_equal(inputs(data.training), targets(data.training))
    assert data.training.task == "regression"
    assert data.preparation.answers(targets(data.test)) == pytest.approx(CLASSES.features[data.split.test], abs=1e-4)


def test_an_autoencoder_needs_no_target_and_minds_no_rare_class():
    learn(evolve(CLASSES, targets=np.zeros((60, 0)), classes=()), autoencode=True)
    learn(evolve(CLASSES, targets=np.array([0] * 59 + [1])), autoencode=True)


def test_balanced_weights_give_each_class_the_same_sum_and_the_mean_1():
    unequal = evolve(CLASSES, targets=np.array([0] * 40 + [1] * 15 + [2] * 5))
    data = learn(unequal, class_weights="balanced")
    labels = data.training.labels()
    sums = [data.training.weights[labels == label].sum() for label in range(3)]
    assert sums == pytest.approx([len(labels) / 3] * 3)
    assert data.test.weights is None


def test_weights_of_classes_go_by_their_names_and_are_1_where_none_is_said():
    data = learn(class_weights={"y": 3.0, "z": 0.5})
    assert data.training.weights.tolist() == [[1, 3, 0.5][label] for label in data.training.labels()]


def test_weights_of_classes_multiply_those_of_samples_which_hold_for_every_part():
    weighted = evolve(CLASSES, weights=np.arange(60.0))
    data = learn(weighted, class_weights={"y": 3.0})
    rows = data.split.training
    assert data.training.weights.tolist() == (rows * np.where(CLASSES.targets[rows] == 1, 3.0, 1.0)).tolist()
    assert data.test.weights.tolist() == data.split.test.tolist()


@pytest.mark.parametrize(
    ("dataset", "options", "message"),
    [
        (
            CLASSES,
            {"standardize_targets": True},
            "data.standardize_targets: expected targets that are numbers, received classes",
        ),
        (NUMBERS, {"standardize_targets": True, "autoencode": True}, "received the inputs themselves"),
        (
            NUMBERS,
            {"class_weights": "balanced"},
            "data.class_weights: expected targets that are classes, received numbers",
        ),
        (
            CLASSES,
            {"class_weights": {"q": 1.0}},
            "data.class_weights: expected names among the classes, x, y, z, received q",
        ),
        (CLASSES, {"class_weights": {"x": 0.0, "y": 0.0, "z": 0.0}}, "expected weights that are not all 0"),
    ],
)
def test_what_does_not_fit_the_data_is_an_error_that_names_the_key(dataset, options, message):
    with pytest.raises(ExperimentError, match=message):
        learn(dataset, **options)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("training", "42 rows to train on"),
        ("validation", "6 rows to look at after every epoch"),
        ("test", "12 rows that are held out"),
    ],
)
def test_a_part_in_which_no_row_counts_is_an_error(rows, what):
    weights = np.ones(60)
    weights[getattr(learn().split, rows)] = 0
    with pytest.raises(DataError, match=f"^c: expected a weight above 0 among the {what}, received only zeros"):
        learn(evolve(CLASSES, weights=weights))


def test_data_that_cannot_be_learned_from_are_an_error():
    with pytest.raises(DataError, match="c: expected a target, received none; only autoencode = true does without"):
        learn(evolve(CLASSES, targets=np.zeros((60, 0)), classes=()))
    with pytest.raises(DataError, match="c: expected at least two classes, received only 'x'"):
        learn(evolve(CLASSES, targets=np.zeros(60, int), classes=("x",)))


def test_a_mapped_file_is_prepared_as_an_array_is(tmp_path):
    np.save(tmp_path / "f.npy", CLASSES.features)
    mapped = evolve(CLASSES, features=np.load(tmp_path / "f.npy", mmap_mode="r"))
    for options in ({"standardize": True}, {"scale": 3.0}, {"autoencode": True}):
        one, other = learn(**options), learn(mapped, **options)
        assert one.preparation == other.preparation
        assert np.array_equal(inputs(one.training), inputs(other.training))
        assert np.array_equal(targets(one.test), targets(other.test))
