"""Columns of many texts: the commonest are categories, all others are one; and texts that nobody has seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minnet_train import DataError, datasets
from minnet_train.data import OTHERS, Columns, RawRows
from minnet_train.data.tables import CategoryLimits

pyarrow = pytest.importorskip("pyarrow")

LETTERS = "".join(letter * count for letter, count in zip("abcdefgh", (9, 7, 7, 5, 3, 2, 1, 1), strict=True))


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{letter},{row}.5" for row, letter in enumerate(LETTERS)]
    Path("t.csv").write_text("\n".join(["kind,y", *rows, ",0.5"]) + "\n")


@pytest.mark.parametrize(
    ("most", "least", "kept"),
    [
        (None, None, "abcdefgh"),
        (8, None, "abcdefgh"),
        (7, None, "abcdef"),
        (3, None, "ab"),
        (1, None, ""),
        (None, 1, "abcdefgh"),
        (None, 3, "abcde"),
        (None, 0.1, "abcd"),
        (4, 7, "abc"),
        (3, 7, "ab"),
    ],
)
def test_the_commonest_are_kept_as_scikit_learn_keeps_them(most, least, kept):
    data = datasets["Csv"]("t.csv", max_categories=most, min_frequency=least).load()
    rest = (OTHERS,) if len(kept) < 8 else ()
    assert data.categories == ((*kept, *rest),)
    inputs = Columns.of(data).expand(data.features)
    for letter, row in zip(LETTERS, inputs, strict=False):
        assert row.tolist() == [
            float(name == letter or (name == OTHERS and letter not in kept)) for name in (*kept, *rest)
        ]
    assert np.isnan(inputs[-1]).all(), "what is missing is none of the others"


def test_the_limits_are_those_of_scikit_learn():
    encoder_class = pytest.importorskip("sklearn.preprocessing").OneHotEncoder
    rng = np.random.default_rng(0)
    for _ in range(60):
        texts = [f"t{value}" for value in rng.geometric(0.2, 60)]
        most = None if rng.random() < 0.3 else int(rng.integers(2, 12))
        least = (
            None if rng.random() < 0.3 else int(rng.integers(1, 6)) if rng.random() < 0.5 else float(rng.random() / 8)
        )
        encoder = encoder_class(max_categories=most, min_frequency=least or None).fit(np.array(texts)[:, None])
        own = CategoryLimits(most, least).kept({text: texts.count(text) for text in set(texts)})
        assert len(own) == len(encoder.get_feature_names_out())
        if most is None and least is None:
            assert OTHERS not in own
            continue
        assert (OTHERS in own) == (encoder.infrequent_categories_[0] is not None)


@pytest.mark.parametrize("options", [{"max_categories": 0}, {"min_frequency": 1.5}, {"min_frequency": 0}])
def test_limits_that_cannot_be_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        datasets["Csv"]("t.csv", **options)


def rows_of(columns, *texts):
    parts = RawRows.of({"kind": list(texts)}, columns, may_be_missing=True)
    return np.concatenate([columns.expand(part) for part in parts])


def test_a_text_that_nobody_has_seen_is_an_error_ignored_or_one_of_the_others():
    data = datasets["Csv"]("t.csv").load()
    with pytest.raises(DataError, match=r"row 2, column 1 \('kind'\): expected one of a, b, .*, received 'z'"):
        rows_of(Columns.of(data), "a", "z")
    ignoring = rows_of(Columns.of(data, "ignore"), "b", "z", None)
    assert ignoring[0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert not ignoring[1].any()
    assert np.isnan(ignoring[2]).all()
    limited = datasets["Csv"]("t.csv", max_categories=3).load()
    assert rows_of(Columns.of(limited), "z", "h", "a").tolist() == [[0, 0, 1], [0, 0, 1], [1, 0, 0]]
    with pytest.raises(ValueError, match="unknown"):
        Columns(1, unknown="maybe")


def test_more_texts_than_a_hundred_need_a_limit():
    Path("t.csv").write_text("kind,y\n" + "".join(f"t{row % 150},{row}.5\n" for row in range(450)))
    with pytest.raises(DataError, match="ignore leaves a column out, max_categories keeps the commonest"):
        datasets["Csv"]("t.csv").load()
    assert len(datasets["Csv"]("t.csv", max_categories=20).load().categories[0]) == 20
