"""Splits and folds by rows, groups and times, beside those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import DataError, Dataset, Split


def data(labels, *, groups=None, order=None, classes=("a", "b", "c", "d")):
    labels = np.asarray(labels)
    return Dataset("t", np.zeros((len(labels), 1)), labels, classes, groups=groups, order=order)


def parts(split):
    return (split.training, split.validation, split.test)


LABELS = st.lists(st.integers(2, 30), min_size=1, max_size=4).flatmap(
    lambda counts: st.permutations([label for label, count in enumerate(counts) for _ in range(count)])
)


@settings(deadline=None, max_examples=100)
@given(labels=LABELS, folds=st.integers(2, 5), seed=st.integers(0, 2**32))
def test_each_row_is_held_out_exactly_once_and_classes_are_balanced_to_within_one(labels, folds, seed):
    if len(labels) < folds:
        return
    held = [Split.fold(data(labels), fold, folds, rng=seed).test for fold in range(folds)]
    assert sorted(np.concatenate(held)) == list(range(len(labels)))
    assert max(map(len, held)) - min(map(len, held)) <= 1
    for label in set(labels):
        counts = [int(np.sum(np.array(labels)[rows] == label)) for rows in held]
        assert max(counts) - min(counts) <= 1


@settings(deadline=None, max_examples=30)
@given(labels=LABELS, folds=st.integers(2, 5), seed=st.integers(0, 99))
def test_folds_have_as_many_of_each_class_as_those_of_scikit_learn(labels, folds, seed):
    sklearn = pytest.importorskip("sklearn.model_selection")
    labels = np.array(labels)
    if np.bincount(labels).min() < folds:  # which scikit-learn warns of
        return
    theirs = sklearn.StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    ours = [Split.fold(data(labels), fold, folds, rng=seed).test for fold in range(folds)]

    def counts(tests):
        return np.sort([np.bincount(labels[test], minlength=4) for test in tests], axis=0)

    assert np.array_equal(counts(ours), counts([test for _, test in theirs]))


@settings(deadline=None, max_examples=100)
@given(
    groups=st.lists(st.integers(0, 12), min_size=12, max_size=120).filter(lambda groups: len({*groups}) >= 5),
    seed=st.integers(0, 2**32),
    folds=st.integers(2, 5),
)
def test_no_group_is_in_two_parts_or_folds(groups, seed, folds):
    groups = np.array(groups)
    labels = np.random.default_rng(seed).integers(0, 3, len(groups))
    several = data(labels, groups=groups)
    held = [Split.fold(several, fold, folds, rng=seed) for fold in range(folds)]
    assert sorted(np.concatenate([split.test for split in held])) == list(range(len(groups)))
    for split in (*held, Split.draw(several, 0.3, 0.2, seed), Split.draw(several, 0.3, None, seed)):
        own = [{*groups[rows].tolist()} for rows in parts(split)]
        assert sum(map(len, own)) == len({*groups.tolist()})
        training, validation, test = own
        assert training
        assert validation or len(training) == 1, "one group that is left is not divided"
        assert test
        assert sorted(np.concatenate(parts(split))) == list(range(len(groups)))


def test_groups_are_dealt_as_evenly_as_scikit_learn_does():
    sklearn = pytest.importorskip("sklearn.model_selection")
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), rng.integers(1, 20, 60))
    labels = rng.integers(0, 3, len(groups))

    def unevenness(tests):
        counts = np.array([np.bincount(labels[test], minlength=3) for test in tests])
        return counts.std(axis=0).max() / counts.mean()

    ours = unevenness([Split.fold(data(labels, groups=groups), fold, 5, rng=0).test for fold in range(5)])
    splitter = sklearn.StratifiedGroupKFold(5, shuffle=True, random_state=0)
    assert ours <= unevenness([test for _, test in splitter.split(labels, labels, groups)]) + 0.02


def test_a_grouped_part_is_about_as_large_as_it_should_be_and_has_every_class():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(100), rng.integers(1, 20, 100))
    labels = (np.arange(len(groups)) % 4 == 0).astype(int)
    for seed in range(20):
        split = Split.draw(data(labels, groups=groups), 0.2, 0.1, seed)
        for rows, fraction in ((split.test, 0.2), (split.validation, 0.1)):
            assert len(rows) == pytest.approx(fraction * len(labels), rel=0.1)
            assert labels[rows].mean() == pytest.approx(0.25, abs=0.05)


@settings(deadline=None, max_examples=100)
@given(
    order=st.lists(st.integers(0, 40), min_size=6, max_size=80).filter(lambda order: len({*order}) >= 3),
    fractions=st.sampled_from([(0.2, 0.1), (0.5, 0.4), (0.05, 0.05), (0.2, None)]),
)
def test_what_is_held_out_comes_later_than_what_is_validated_by_and_that_later_than_what_is_trained_on(
    order, fractions
):
    order = np.array(order)
    split = Split.draw(data([0] * len(order), order=order), *fractions)
    training, validation, test = (order[rows] for rows in parts(split))
    assert training.max() < validation.min() <= validation.max() < test.min()
    assert len(training) + len(validation) + len(test) == len(order)


def test_times_that_all_differ_are_cut_by_the_fractions():
    order = np.random.default_rng(0).permutation(100)
    split = Split.draw(data([0] * 100, order=order), 0.2, 0.1)
    assert [sorted(order[rows]) for rows in parts(split)] == [
        [*range(70)],
        [*range(70, 80)],
        [*range(80, 100)],
    ]


def test_a_seed_decides_groups_and_folds():
    groups = np.arange(40) // 2
    for of in (
        lambda seed: Split.draw(data([0, 1] * 20, groups=groups), 0.3, rng=seed),
        lambda seed: Split.fold(data([0, 1] * 20), 0, 4, rng=seed),
        lambda seed: Split.fold(data([0, 1] * 20, groups=groups), 0, 4, rng=seed),
    ):
        assert all(map(np.array_equal, parts(of(1)), parts(of(1))))
        assert not np.array_equal(of(1).test, of(2).test)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: Split.draw(data([0] * 9, groups=np.zeros(9, int)), 0.2),
            "t: expected at least 2 groups, one to train on and one to hold out, received 1",
        ),
        (lambda: Split.draw(data([0] * 9, order=np.arange(9) // 5), 0.2, 0.1), "expected at least 3 times, one to "),
        (lambda: Split.fold(data([0] * 9, order=np.arange(9)), 0, 3), "expected rows without an order for folds"),
        (
            lambda: Split.fold(data([0] * 9, groups=np.arange(9) // 3), 0, 5),
            "expected at least 5 groups, one for each fold, received 3",
        ),
        (lambda: Split.fold(data([0] * 3), 0, 5), "expected at least 5 rows, one for each fold, received 3"),
        (lambda: data([0] * 9, order=np.arange(9), groups=np.arange(9)), "expected groups or an order, received both"),
        (lambda: data([0] * 9, groups=np.arange(9.0)), "expected groups that are integers"),
        (lambda: data([0] * 9, order=np.arange(8)), r"expected order \(9,\), received"),
    ],
)
def test_what_cannot_be_divided_is_an_error(draw, message):
    with pytest.raises(DataError, match=message):
        draw()
