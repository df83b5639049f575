from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_train import Dataset, Preparation, Samples
from minnet_train.data.preprocessing import Standardization
from minnet_train.data.tables.columns import Columns

DATA = Dataset("t", np.array([[2, 4], [6, 8], [10, 12]], np.float32), np.array([1, 0, 1]), ("x", "y"))
HALVED = Preparation(columns=Columns(2), scale=2.0)
ALL = np.arange(3)


@pytest.fixture(params=["memory", "file"])
def stored(request, tmp_path):
    """A data set in memory, or the same one in a mapped file."""

    def store(dataset: Dataset) -> Dataset:
        if request.param == "memory":
            return dataset
        np.save(tmp_path / "features.npy", dataset.features)
        return evolve(dataset, features=np.load(tmp_path / "features.npy", mmap_mode="r"))

    return store


def test_rows_are_taken_prepared_and_given_one_hot_targets(stored):
    samples = Samples.of(stored(DATA), np.array([2, 1]), HALVED)
    inputs, targets = samples.batch(np.array([0, 1]))
    assert inputs.tolist() == [[5, 6], [3, 4]]
    assert targets.tolist() == [[0, 1], [1, 0]]
    assert inputs.dtype == targets.dtype == np.float32
    assert (len(samples), samples.inputs_shape, samples.outputs) == (2, (2,), 2)
    assert (samples.task, samples.classes) == ("classification", ("x", "y"))
    assert samples.labels().tolist() == [1, 0]


def test_a_batch_has_its_rows_in_the_order_that_is_asked_for(stored):
    samples = Samples.of(stored(DATA), ALL, HALVED)
    assert samples.batch([2, 0, 2])[0].tolist() == [[5, 6], [1, 2], [5, 6]]
    assert samples.batch([2, 0, 2])[1].tolist() == [[0, 1], [0, 1], [0, 1]]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_chunks_are_all_rows_in_order(stored, size):
    samples = Samples.of(stored(DATA), ALL, HALVED)
    chunks = list(samples.chunks(size))
    assert [len(inputs) for inputs, _ in chunks] == [min(size, 3 - start) for start in range(0, 3, size)]
    assert np.array_equal(np.concatenate([inputs for inputs, _ in chunks]), DATA.features / 2)
    assert np.concatenate([targets for _, targets in chunks]).argmax(1).tolist() == [1, 0, 1]


def test_the_targets_of_a_regression_are_prepared(stored):
    data = Dataset("t", DATA.features, np.array([[10.0], [20.0], [30.0]]))
    preparation = evolve(HALVED, of_targets=Standardization((20.0,), (10.0,)))
    samples = Samples.of(stored(data), ALL, preparation)
    assert samples.batch(ALL)[1].tolist() == [[-1], [0], [1]]
    assert (samples.task, samples.classes, samples.outputs) == ("regression", (), 1)
    with pytest.raises(ValueError, match="expected samples with classes"):
        samples.labels()


def test_the_targets_of_an_autoencoder_are_its_inputs(stored):
    samples = Samples.of(stored(DATA), ALL, HALVED, autoencode=True)
    inputs, targets = samples.batch(ALL)
    assert targets.tolist() == inputs.tolist() == (DATA.features / 2).tolist()
    assert (samples.task, samples.outputs) == ("regression", 2)


def test_a_data_set_stays_as_it_is(stored):
    for scale in (1.0, 2.0):
        inputs, _ = Samples.of(stored(DATA), ALL, Preparation(columns=Columns(2), scale=scale)).batch(ALL)
        inputs[:] = 0
    assert DATA.features.tolist() == [[2, 4], [6, 8], [10, 12]]


def test_a_file_is_read_only_when_its_rows_are_asked_for(tmp_path):
    np.save(tmp_path / "features.npy", DATA.features)
    features = np.load(tmp_path / "features.npy", mmap_mode="r+")
    samples = Samples.of(evolve(DATA, features=features), ALL, HALVED)
    features[0] = 100
    assert samples.batch([0])[0].tolist() == [[50, 50]]


@pytest.mark.parametrize("targets", [np.zeros((2, 2)), np.zeros(3), np.zeros((3, 2, 1))])
def test_targets_must_fit_the_inputs(targets):
    with pytest.raises(ValueError, match=r"expected inputs \(rows, features\) and targets \(rows, outputs\)"):
        Samples(np.zeros((3, 2)), targets)


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="at least one row"):
        Samples(np.zeros((0, 2)), np.zeros((0, 2)))


def test_weights_must_fit_the_inputs():
    with pytest.raises(ValueError, match=r"expected weights \(3,\), received \(2,\)"):
        Samples.of_arrays(np.zeros((3, 2)), [0, 1, 0], weights=[1, 2])


def test_plain_arrays_of_labels_make_a_classification():
    samples = Samples.of_arrays([[1, 2], [3, 4], [5, 6]], [2, 0, 2], weights=[1, 2, 3])
    assert samples.classes == (0, 1, 2)
    assert samples.batch(ALL)[1].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert samples.weights.tolist() == [1, 2, 3]
    assert samples.labels().tolist() == [2, 0, 2]


@pytest.mark.parametrize(
    ("targets", "given", "classes"),
    [
        ([True, False, True], None, (0, 1)),
        ([True, False, True], ("no", "yes"), ("no", "yes")),
        (["yes", "no", "yes"], None, ("no", "yes")),
        (["yes", "no", "yes"], ("no", "yes", "perhaps"), ("no", "yes", "perhaps")),
    ],
)
def test_booleans_and_texts_are_labels(targets, given, classes):
    samples = Samples.of_arrays(np.zeros((3, 2)), targets, given)
    assert samples.classes == classes
    assert samples.labels().tolist() == [1, 0, 1]


def test_all_labels_may_be_true():
    assert Samples.of_arrays(np.zeros((2, 3)), np.array([True, True])).classes == (0, 1)


def test_texts_that_are_no_classes_are_an_error():
    with pytest.raises(ValueError, match="expected targets among the classes, no, yes, received 'oui'"):
        Samples.of_arrays(np.zeros((2, 3)), ["no", "oui"], ("no", "yes"))


@pytest.mark.parametrize("targets", [[0.5, 1.5], [[0.5], [1.5]]])
def test_plain_arrays_of_numbers_make_a_regression(targets):
    samples = Samples.of_arrays(np.zeros((2, 3)), targets)
    assert samples.batch([0, 1])[1].tolist() == [[0.5], [1.5]]
    assert samples.task == "regression"


def test_plain_arrays_with_a_number_for_each_class_make_a_classification():
    samples = Samples.of_arrays(np.zeros((2, 3)), [[0.9, 0.1], [0.2, 0.8]], ("x", "y"))
    assert samples.labels().tolist() == [0, 1]


def test_labels_beyond_the_classes_are_an_error():
    with pytest.raises(ValueError, match="expected labels from 0 to 1, received 0 to 2"):
        Samples.of_arrays(np.zeros((2, 3)), [0, 2], ("x", "y"))


def test_numbers_that_are_not_as_many_as_the_classes_are_an_error():
    with pytest.raises(ValueError, match="expected a target for each of 2 classes, received 3"):
        Samples.of_arrays(np.zeros((2, 3)), np.zeros((2, 3)), ("x", "y"))


def test_images_keep_their_shape():
    assert Samples.of_arrays(np.zeros((2, 1, 8, 8)), [0, 1]).inputs_shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("targets", "classes", "labels"),
    [
        (np.array(["b", "a"], object), ("a", "b"), [1, 0]),
        (np.array([b"b", b"a"]), ("a", "b"), [1, 0]),
        (np.array([1, 0], "u1"), (0, 1), [1, 0]),
        (np.array([1, 0], "u8"), (0, 1), [1, 0]),
        (np.array([1, 0], object), (0, 1), [1, 0]),
        (np.array([True, False], object), (0, 1), [1, 0]),
        (np.array([-0, 1], "i1"), (0, 1), [0, 1]),
    ],
)
def test_labels_are_taken_however_they_are_held(targets, classes, labels):
    samples = Samples.of_arrays([[1.0], [2.0]], targets)
    assert (samples.classes, samples.labels().tolist()) == (classes, labels)


def test_numbers_held_as_objects_are_those_of_a_regression():
    samples = Samples.of_arrays([[1.0], [2.0]], np.array([1.5, 2], object))
    assert (samples.task, samples.targets.tolist()) == ("regression", [[1.5], [2.0]])


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (np.array([0, 2**40]), r"expected labels that are indices of classes, received 1099511627776, which makes"),
        (np.array([0, 2**63], "u8"), r"expected labels that are indices of classes, received 9223372036854775808"),
        (np.array(["a", 1], object), "expected targets that are all texts, or all numbers, received 'a'"),
        (np.array([None, 1], object), "expected targets that are all texts, or all numbers, received None"),
    ],
)
def test_targets_that_are_no_labels_are_refused(targets, message):
    with pytest.raises(ValueError, match=message):
        Samples.of_arrays([[1.0], [2.0]], targets)


def test_several_inputs_are_a_tuple_of_the_same_rows():
    images, words = np.arange(24.0).reshape(4, 2, 3), np.array([3, 1, 2, 0])
    samples = Samples.of_arrays((images, words), [0, 1, 1, 0])
    assert (len(samples), samples.inputs_shape) == (4, (7,))
    (first, second), targets = samples.batch([2, 0])
    np.testing.assert_array_equal(first, images[[2, 0]])
    assert second.tolist() == [2, 3]
    assert targets.argmax(axis=1).tolist() == [1, 0]
    assert [len(part) for _, part in samples.chunks(3)] == [3, 1]


def test_a_tuple_of_rows_that_are_lists_is_one_input():
    assert Samples.of_arrays(([1, 2], [3, 4]), [0, 1]).batch([1])[0].tolist() == [[3, 4]]


def test_inputs_of_other_rows_are_an_error():
    with pytest.raises(ValueError, match=r"as many rows each, received \(\(3, 2\), \(2,\)\)"):
        Samples.of_arrays((np.ones((3, 2)), np.ones(2)), [0, 1, 0])
