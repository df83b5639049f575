"""Frames of other libraries, which are used where they are installed."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, Samples, datasets

pytest.importorskip("pyarrow")

COLUMNS = {"a": [1.5, 2.5, 3.5], "town": ["Bonn", "Celle", "Bonn"], "n": [1, 2, 3], "y": [0.5, 1.5, 2.5]}
EXPECTED = [[1.5, 1, 0, 1], [2.5, 0, 1, 2], [3.5, 1, 0, 3]]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_gives_the_same_samples(library):
    module = pytest.importorskip(library)
    make = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}[library]
    samples = Samples.of_table(getattr(module, make)(COLUMNS), target="y")
    inputs, targets = samples.batch([0, 1, 2])
    assert inputs.tolist() == EXPECTED
    assert targets.tolist() == [[0.5], [1.5], [2.5]]


def test_categories_and_an_index_of_pandas_are_what_they_are_there():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(COLUMNS, index=[7, 3, 5]).astype({"town": "category"})
    inputs, _ = Samples.of_table(frame, target="y").batch([0, 1, 2])
    assert inputs.tolist() == EXPECTED, "the index is no input"
    assert Samples.of_table(frame, target="y", keep_index=True).inputs_shape == (5,)
    assert Samples.of_table(frame.set_index("n"), target="y").inputs_shape == (3,)


@pytest.mark.parametrize("kind", ["Categorical", "Enum"])
def test_categories_of_polars_are_texts(kind):
    polars = pytest.importorskip("polars")
    type_ = polars.Enum(["Celle", "Bonn", "Ulm"]) if kind == "Enum" else polars.Categorical
    frame = polars.DataFrame(COLUMNS).with_columns(polars.col("town").cast(type_))
    inputs, _ = Samples.of_table(frame, target="y").batch([0, 1, 2])
    assert inputs.tolist() == EXPECTED
    assert Samples.of_table(frame, target="town").classes == ("Bonn", "Celle")


def test_what_is_missing_in_a_frame_can_be_left_out():
    frame = pytest.importorskip("pyarrow").table({**COLUMNS, "a": [1.5, None, 3.5]})
    with pytest.raises(DataError, match=r"row 2, column 1 .*: the value is missing; drop_missing=True leaves out rows"):
        Samples.of_table(frame, target="y")
    assert len(Samples.of_table(frame, target="y", drop_missing=True)) == 2


def test_a_series_is_no_frame():
    pandas = pytest.importorskip("pandas")
    for series in (pandas.DataFrame(COLUMNS).iloc[0], pandas.Series([1.0, 2.0])):
        with pytest.raises(DataError, match=r"received a Series, which is one column or row; to_frame\(\) makes"):
            Samples.of_table(series)


@pytest.mark.parametrize("index", [None, "key"])
@pytest.mark.parametrize("target", ["y", None])
def test_what_pandas_writes_is_read_without_its_index(tmp_path, monkeypatch, index, target):
    pandas = pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    noise, ordered = np.random.default_rng(0).random(60).round(6), np.sort(np.random.default_rng(1).random(60)).round(6)
    frame = pandas.DataFrame({"noise": noise, "y": ordered}).sample(frac=1, random_state=0).rename_axis(index)
    frame.to_parquet("t.parquet")
    frame.to_csv("t.csv")
    found = [datasets["Parquet"]("t.parquet", target).load()]
    if index is None:  # a CSV file does not say that a column with a name is an index
        found.append(datasets["Csv"]("t.csv", target).load())
    for data in found:
        assert (data.columns, data.outputs) == (("noise",), ("y",))
        assert data.features[:, 0].tolist() == frame["noise"].tolist()
        assert len(data.notes) == 1
