from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import DataError, Dataset, Split, load_digits

LABELS = st.lists(st.integers(2, 40), min_size=1, max_size=6).flatmap(
    lambda counts: st.permutations([label for label, count in enumerate(counts) for _ in range(count)])
)


def data(labels, classes=("a", "b", "c", "d", "e", "f")):
    return Dataset("t", np.zeros((len(labels), 1)), np.asarray(labels), classes)


@settings(deadline=None)
@given(labels=LABELS, fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_every_sample_is_on_exactly_one_side(labels, fraction, seed):
    split = Split.draw(data(labels), fraction, rng=seed)
    assert sorted([*split.training, *split.test]) == list(range(len(labels)))
    assert (np.diff(split.training) > 0).all()
    assert (np.diff(split.test) > 0).all()


@settings(deadline=None)
@given(labels=LABELS, fraction=st.floats(0.001, 0.999), seed=st.integers(0, 2**32))
def test_each_class_is_divided_by_the_fraction_and_is_on_both_sides(labels, fraction, seed):
    labels = np.array(labels)
    test = Split.draw(data(labels), fraction, rng=seed).test
    for label in np.unique(labels):
        size, held_out = np.sum(labels == label), np.sum(labels[test] == label)
        assert 1 <= held_out <= size - 1
        assert abs(held_out - size * fraction) <= 1


@settings(deadline=None)
@given(labels=LABELS, seed=st.integers(0, 2**32))
def test_a_seed_decides_the_split(labels, seed):
    first, second = (Split.draw(data(labels), 0.3, rng=seed) for _ in range(2))
    assert np.array_equal(first.training, second.training)
    assert np.array_equal(first.test, second.test)


def test_another_seed_gives_another_split():
    first, second = (Split.draw(load_digits(), 0.2, rng=seed) for seed in (0, 1))
    assert not np.array_equal(first.test, second.test)


def test_a_class_of_one_sample_is_an_error():
    with pytest.raises(DataError, match=r"at least 2 rows of each class.*received one of 'b', in row 3"):
        Split.draw(data([0, 0, 1, 0]), 0.5)


def numbers(rows):
    return Dataset("t", np.zeros((rows, 1)), np.zeros((rows, 1)))


FRACTIONS = st.tuples(st.floats(0.01, 0.98), st.floats(0.01, 0.98)).filter(lambda both: sum(both) < 1)
LARGER = st.lists(st.integers(3, 40), min_size=1, max_size=6).flatmap(
    lambda counts: st.permutations([label for label, count in enumerate(counts) for _ in range(count)])
)


@settings(deadline=None)
@given(labels=LARGER, fractions=FRACTIONS, seed=st.integers(0, 2**32))
def test_every_row_is_in_exactly_one_part_and_every_class_in_each(labels, fractions, seed):
    split = Split.draw(data(labels), *fractions, rng=seed)
    parts = (split.training, split.validation, split.test)
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    for label in set(labels):
        size = labels.count(label)
        trained, validated, tested = (int(np.sum(np.array(labels)[part] == label)) for part in parts)
        assert min(trained, validated, tested) >= 1
        assert abs(tested - size * fractions[0]) <= 1 or tested == size - 2
        assert abs(validated - size * fractions[1]) <= 1 or trained == 1


@pytest.mark.parametrize("dataset", [load_digits(), numbers(100)], ids=["classes", "numbers"])
def test_the_same_rows_are_held_out_whether_there_is_a_validation_part_or_not(dataset):
    two, three = Split.draw(dataset, 0.2, 0.0, rng=5), Split.draw(dataset, 0.2, 0.3, rng=5)
    assert np.array_equal(two.test, three.test)
    assert len(two.validation) == 0
    assert len(three.validation) == pytest.approx(0.3 * len(dataset), abs=10)


def test_the_validation_part_is_as_the_seed_says_too():
    first, second, other = (Split.draw(numbers(50), 0.2, 0.2, rng=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.validation, second.validation)
    assert not np.array_equal(first.validation, other.validation)


def test_classes_may_be_left_out_of_account():
    split = Split.draw(data([0, 0, 0, 0, 1]), 0.2, rng=0, stratify=False)
    assert len(split.test) == 1


@pytest.mark.parametrize(
    ("dataset", "validation", "message"),
    [
        (
            data([0, 0, 1]),
            0.0,
            r"t: expected at least 2 rows of each class, one to train on and one to hold out, "
            r"received one of 'b', in row 3$",
        ),
        (
            data([0, 0, 0, 1, 1]),
            0.2,
            r"at least 3 rows of each class, one to train on, one to validate and one to hold "
            r"out, received 2 of 'b', in row 4$",
        ),
        (
            data([0, 0, 1], (7, 8)),
            0.0,
            r"received one of 8, in row 3; task = \"regression\" in the source learns numbers",
        ),
        (numbers(1), 0.0, "t: expected at least 2 rows, one to train on and one to hold out, received 1"),
    ],
)
def test_too_few_rows_are_an_error(dataset, validation, message):
    with pytest.raises(DataError, match=message):
        Split.draw(dataset, 0.2, validation, rng=0)
