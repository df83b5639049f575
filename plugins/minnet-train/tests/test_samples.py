from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, Dataset, Samples

DATA = Dataset("t", np.array([[2, 4], [6, 8], [10, 12]], np.float32), np.array([1, 0, 1]), ("x", "y"))


def test_rows_are_taken_scaled_and_given_one_hot_targets():
    samples = Samples.of(DATA, np.array([2, 1]), 2.0)
    assert samples.inputs.tolist() == [[5, 6], [3, 4]]
    assert samples.targets.tolist() == [[0, 1], [1, 0]]
    assert samples.inputs.dtype == samples.targets.dtype == np.float32
    assert len(samples) == 2


def test_a_data_set_stays_as_it_is():
    Samples.of(DATA, np.array([0, 1, 2]), 2.0).inputs[:] = 0
    assert DATA.features.tolist() == [[2, 4], [6, 8], [10, 12]]


@pytest.mark.parametrize("targets", [np.zeros((2, 2)), np.zeros(3), np.zeros((3, 2, 1))])
def test_targets_must_fit_the_inputs(targets):
    with pytest.raises(ValueError, match=r"expected inputs \(rows, features\) and targets \(rows, classes\)"):
        Samples(np.zeros((3, 2)), targets)


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="at least one row"):
        Samples(np.zeros((0, 2)), np.zeros((0, 2)))


def test_labels_must_fit_the_features():
    with pytest.raises(DataError, match=r"expected features \(rows, columns\) and labels \(rows,\)"):
        Dataset("t", np.zeros((3, 2)), np.zeros(2, int), (0, 1))


def test_a_fingerprint_tells_other_contents():
    def fingerprint(features=DATA.features, labels=DATA.labels, classes=DATA.classes):
        return Dataset("another name", features, labels, classes).fingerprint()

    assert fingerprint() == DATA.fingerprint() == fingerprint(features=np.asfortranarray(DATA.features))
    others = [
        fingerprint(features=DATA.features + 1),
        fingerprint(features=DATA.features[:, ::-1]),
        fingerprint(labels=DATA.labels[::-1][[1, 0, 2]]),
        fingerprint(classes=("x", "z")),
    ]
    assert len({fingerprint(), *others}) == 5


def test_a_batch_has_the_rows_that_are_asked_for():
    samples = Samples.of(DATA, np.array([0, 1, 2]), 2.0)
    inputs, targets = samples.batch(np.array([2, 0]))
    assert inputs.tolist() == [[5, 6], [1, 2]]
    assert targets.tolist() == [[0, 1], [0, 1]]


def test_chunks_have_all_rows_in_order():
    samples = Samples.of(DATA, np.array([0, 1, 2]), 2.0)
    chunks = list(samples.chunks(2))
    assert [len(inputs) for inputs, _ in chunks] == [2, 1]
    assert np.array_equal(np.concatenate([inputs for inputs, _ in chunks]), samples.inputs)
    assert np.array_equal(np.concatenate([targets for _, targets in chunks]), samples.targets)
