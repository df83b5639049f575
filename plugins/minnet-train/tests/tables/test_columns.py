from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError
from minnet_train.data.tables import Columns, CsvFile, Dialect

pytest.importorskip("pyarrow")

NAMED = Columns(2, ("size", "colour"), ((), ("blue", "red")))


@pytest.fixture
def encode(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def encode_(columns, text, *, header=False):
        (tmp_path / "t.csv").write_text(text)
        file = CsvFile.open("t.csv", Dialect(header=header))
        positions = columns.positions(file)
        (batch,) = file.batches(sorted(positions))
        return columns.encode(batch, positions)

    return encode_


def test_columns_are_found_by_name_where_both_have_names(encode):
    encoded = encode(NAMED, "colour,other,size\nred,x,3\n,y,\n", header=True)
    assert np.array_equal(encoded, [[3, 1], [np.nan, np.nan]], equal_nan=True)


@pytest.mark.parametrize("columns", [NAMED, Columns(2, None, ((), ("blue", "red")))])
def test_columns_are_taken_in_order_where_either_has_no_names(encode, columns):
    assert encode(columns, "3,blue\n").tolist() == [[3, 0]]


def test_columns_of_one_name_are_found_by_their_order(encode):
    columns = Columns(3, ("a", "a.1", "b"))
    assert encode(columns, "b,a,a,c\n1,2,3,4\n", header=True).tolist() == [[2, 3, 1]]
    with pytest.raises(DataError, match="model, a, b; missing or there twice: a$"):
        encode(Columns(2, ("a", "b")), "b,a,a,c\n1,2,3,4\n", header=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1,2,3\n",
            "t.csv: expected 2 columns, one for each feature of the model, received 3; the target is none of them, and "
            "no names tell which is",
        ),
        ("1\n", "t.csv: expected 2 columns, one for each feature of the model, received 1"),
        ("1,red\n2,pink\n", "t.csv, line 2, column 2: expected one of blue, red, received 'pink'"),
        ("x,red\n", "t.csv, line 1, column 1: expected a finite float32 number, received 'x'"),
    ],
)
def test_what_does_not_fit_is_an_error(encode, text, message):
    with pytest.raises(DataError) as caught:
        encode(NAMED, text)
    assert str(caught.value) == message


def test_a_column_that_is_missing_is_named(encode):
    with pytest.raises(DataError) as caught:
        encode(NAMED, "size,color\n1,2\n", header=True)
    assert str(caught.value) == (
        "t.csv: expected one column for each feature of the model, size, colour; missing or there twice: colour"
    )


def test_of_many_categories_a_message_names_ten(encode):
    columns = Columns(1, None, (tuple(f"c{index:02}" for index in range(30)),))
    with pytest.raises(DataError, match=r"expected one of c00, c01, .*, c09, \.\.\., received 'q'"):
        encode(columns, "q\n")


def test_of_many_columns_a_message_names_ten(encode):
    columns = Columns(30, tuple(f"c{index:02}" for index in range(30)))
    with pytest.raises(DataError, match=r"model, c00, .*, c09, \.\.\.; missing or there twice: c01, .*, c10, \.\.\.$"):
        encode(columns, "c00\n1\n", header=True)


def test_each_input_knows_whether_it_is_a_number():
    assert NAMED.is_number.tolist() == [True, False, False]
    assert NAMED.expanded_names == ("size", "colour=blue", "colour=red")
    assert Columns(2).is_number.tolist() == [True, True]
    assert Columns(2).expanded_names is None
