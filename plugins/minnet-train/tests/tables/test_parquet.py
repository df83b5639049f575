from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from minnet_train import DataError, datasets
from minnet_train.data.raw_rows import RawRows
from minnet_train.data.tables import Columns

TEXT = "a,colour,b,k\n1.5,red,1,x\n2.5,blue,0,y\n3.5,red,1,x\n4.5,green,1,y\n"


@pytest.fixture
def parquet(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    import pyarrow
    from pyarrow import parquet

    monkeypatch.chdir(tmp_path)

    def write(name="t.parquet", **columns):
        parquet.write_table(pyarrow.table(columns), name, row_group_size=3)
        return name

    return write


def load(*args, **kwargs):
    return datasets["Parquet"](*args, **kwargs).load()


def test_it_holds_what_a_csv_file_would(parquet, tmp_path):
    (tmp_path / "t.csv").write_text(TEXT)
    expected = datasets["Csv"]("t.csv").load()
    data = load(
        parquet(
            a=[1.5, 2.5, 3.5, 4.5],
            colour=["red", "blue", "red", "green"],
            b=[True, False, True, True],
            k=["x", "y", "x", "y"],
        )
    )
    assert np.array_equal(data.features, expected.features)
    assert (data.classes, data.columns, data.categories) == (expected.classes, expected.columns, expected.categories)
    assert data.fingerprint() == expected.fingerprint()


def test_texts_may_be_stored_as_a_dictionary(parquet):
    import pyarrow

    data = load(parquet(colour=pyarrow.array(["q", "p", None]).dictionary_encode(), k=[0, 1, 0]))
    assert data.categories == (("p", "q"),)
    assert np.array_equal(data.features, [[1], [0], [np.nan]], equal_nan=True)


def test_the_columns_have_the_roles_that_are_said(parquet):
    name = parquet(i=[9, 9, 9], a=[1, 2, 3], w=[0.5, 1, 2], u=[1, 2, 3], v=[4, 5, 6])
    data = load(name, ["u", "v"], weights="w", ignore=["i"])
    assert data.targets.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert (data.columns, data.weights.tolist()) == (("a",), [0.5, 1, 2])
    assert load(name, "a", "regression", ignore=[0], categories=["u"]).categories[1] == ("1", "2", "3")


def test_what_is_missing_is_nan_and_its_place_is_known(parquet):
    data = load(parquet(k=["x", "y", "x", "y"], a=[1.0, 2.0, None, float("nan")]), "k")
    assert np.isnan(data.features[:, 0]).tolist() == [False, False, True, True]
    assert data.where(3, 0) == "row 4, column 2 ('a')"


def test_missing_targets_are_listed(parquet):
    with pytest.raises(DataError, match=r"t.parquet, row 3, column 2 \('k'\): the value is missing"):
        load(parquet(a=[1, 2, 3, 4], k=["x", "y", None, "y"]))


def test_a_column_of_another_type_is_an_error(parquet):
    import pyarrow

    name = parquet(day=pyarrow.array([0, 1], pyarrow.duration("s")), k=[0, 1])
    with pytest.raises(
        DataError, match=r"t.parquet, column 1 \('day'\): expected numbers or texts, received duration.*; ignore leaves"
    ):
        load(name)


def test_a_column_that_is_ignored_may_be_of_any_type_and_is_no_matter_of_prediction(parquet):
    import pyarrow

    name = parquet(day=pyarrow.array([0, 1], pyarrow.date32()), a=[1, 2], k=[0, 1])
    data = load(name, ignore=["day"])
    assert data.columns == ("a",)
    (rows,) = RawRows.open(name, Columns.of(data), may_be_missing=False)
    assert rows.tolist() == [[1], [2]]


def test_texts_are_no_targets_of_a_regression(parquet):
    with pytest.raises(DataError, match=r"t.parquet, column 2 \('k'\): expected numbers, received string"):
        load(parquet(a=[1, 2], k=["x", "y"]), task="regression")


def test_a_number_that_float32_cannot_hold_is_an_error(parquet):
    with pytest.raises(DataError, match=r"row 2, column 1 \('a'\): expected a finite float32 number, received 1e\+39"):
        load(parquet(a=[1, 1e39], k=["x", "y"]))


def test_a_file_that_is_none_is_an_error(parquet, tmp_path):
    (tmp_path / "bad.parquet").write_text("hello")
    with pytest.raises(DataError, match="bad.parquet: expected a Parquet file"):
        load("bad.parquet")
    with pytest.raises(DataError, match="none.parquet: expected a Parquet file that can be read"):
        load("none.parquet")
    with pytest.raises(DataError, match="t.parquet: expected rows of data, received none"):
        load(parquet(a=np.array([], float)))


@pytest.mark.parametrize(
    ("module", "source", "message"),
    [
        (
            "pyarrow",
            'datasets["Parquet"]("t.parquet")',
            "Tables: expected pyarrow to be installed, received .*pip install 'minnet-train\\[tables\\]'",
        ),
        (
            "sklearn",
            'datasets["Sklearn"]("iris")',
            "Data sets of scikit-learn: expected sklearn to be installed, .*pip install 'minnet-train\\[sklearn\\]'",
        ),
    ],
)
def test_without_its_library_a_source_says_what_to_install(module, source, message):
    code = f"import sys; sys.modules[{module!r}] = None\nfrom minnet_train import datasets\n{source}.load()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(message, done.stderr)


def test_parts_without_rows_are_left_out(parquet):
    parquet("p-1.parquet", a=[1.5, 2.5, 3.5], k=["x", "y", "x"])
    parquet("p-3.parquet", a=[4.5], k=["y"])
    whole = [load("p-*.parquet", in_memory=in_memory) for in_memory in (True, False)]
    for name in ("p-0.parquet", "p-2.parquet"):  # as Spark writes for a partition of which a filter has left nothing
        parquet(name, a=np.array([], float), k=np.array([], str))
    for expected, in_memory in zip(whole, (True, False), strict=True):
        data = load("p-*.parquet", in_memory=in_memory)
        np.testing.assert_array_equal(data.features[:], expected.features[:])
        assert data.fingerprint() == expected.fingerprint()
    parquet("p-2.parquet", b=np.array([], float), k=np.array([], str))
    with pytest.raises(
        DataError, match=r"p-2.parquet: expected the columns of p-0.parquet; 'a' is missing, 'b' is new"
    ):
        load("p-*.parquet")
    parquet("p-2.parquet", a=np.array([], float), k=np.array([], str))
    with pytest.raises(DataError, match=r"p-\[02\].parquet: expected rows of data, received none"):
        load("p-[02].parquet")
