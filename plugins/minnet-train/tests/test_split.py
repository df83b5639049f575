from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minnet_train import DataError, load_digits, stratified_split

LABELS = st.lists(st.integers(2, 40), min_size=1, max_size=6).flatmap(
    lambda counts: st.permutations([label for label, count in enumerate(counts) for _ in range(count)])
)


@settings(deadline=None)
@given(labels=LABELS, fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_every_sample_is_on_exactly_one_side(labels, fraction, seed):
    training, test = stratified_split(np.array(labels), fraction, seed)
    assert sorted([*training, *test]) == list(range(len(labels)))
    assert (np.diff(training) > 0).all()
    assert (np.diff(test) > 0).all()


@settings(deadline=None)
@given(labels=LABELS, fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_each_class_is_divided_by_the_fraction_and_is_on_both_sides(labels, fraction, seed):
    labels = np.array(labels)
    _, test = stratified_split(labels, fraction, seed)
    for label in np.unique(labels):
        size, held_out = np.sum(labels == label), np.sum(labels[test] == label)
        assert 1 <= held_out <= size - 1
        assert abs(held_out - size * fraction) <= 1


@settings(deadline=None)
@given(labels=LABELS, seed=st.integers(0, 2**32))
def test_a_seed_decides_the_split(labels, seed):
    labels = np.array(labels)
    first, second = (stratified_split(labels, 0.3, seed) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_another_seed_gives_another_split():
    labels = load_digits().labels
    assert not np.array_equal(stratified_split(labels, 0.2, 0)[1], stratified_split(labels, 0.2, 1)[1])


def test_the_labels_need_not_be_consecutive():
    _, test = stratified_split(np.array([-3, 700, -3, 700]), 0.5, 0)
    assert len(test) == 2


def test_a_class_of_one_sample_is_an_error():
    with pytest.raises(DataError, match=r"at least 2 samples of each class.*received one of class 7, at index 2"):
        stratified_split(np.array([1, 1, 7, 1]), 0.5, 0)
