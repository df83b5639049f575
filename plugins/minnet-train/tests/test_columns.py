from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError
from minnet_train.data.tables.columns import Columns
from minnet_train.data.tables.csv_file import CsvFile, CsvTable

NAMED = Columns(2, ("size", "colour"), ((), ("blue", "red")))


def table(*rows, header=None):
    return CsvTable(CsvFile("t.csv", header, len(rows[0])), range(2, len(rows) + 2), [list(row) for row in rows])


def test_columns_are_found_by_name_where_both_have_names():
    encoded = NAMED.encode(table(["red", "x", "3"], ["", "y", ""], header=("colour", "other", "size")))
    assert np.array_equal(encoded, [[3, 1], [np.nan, np.nan]], equal_nan=True)


@pytest.mark.parametrize("columns", [NAMED, Columns(2, None, ((), ("blue", "red")))])
def test_columns_are_taken_in_order_where_either_has_no_names(columns):
    assert columns.encode(table(["3", "blue"])).tolist() == [[3, 0]]


def test_columns_are_taken_from_where_they_are_said_to_be():
    assert NAMED.encode(table(["red", "3"]), [1, 0]).tolist() == [[3, 1]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            table(["1", "2", "3"]),
            "t.csv, line 2: expected 2 columns, one for each feature of the model, received 3; "
            "the target is none of them, and no names tell which is",
        ),
        (table(["1"]), "t.csv, line 2: expected 2 columns, one for each feature of the model, received 1"),
        (
            table(["1", "2"], header=("size", "color")),
            "t.csv: expected one column for each feature of the model, size, colour; missing or there twice: colour",
        ),
        (table(["1", "red"], ["2", "pink"]), "t.csv, line 3, column 2: expected one of blue, red, received 'pink'"),
        (table(["x", "red"]), "t.csv, line 2, column 1: expected a finite float32 number, received 'x'"),
    ],
)
def test_what_does_not_fit_is_an_error(rows, message):
    with pytest.raises(DataError) as caught:
        NAMED.encode(rows)
    assert str(caught.value) == message


def test_of_many_categories_a_message_names_ten():
    columns = Columns(1, None, (tuple(f"c{index:02}" for index in range(30)),))
    with pytest.raises(DataError, match=r"expected one of c00, c01, .*, c09, \.\.\., received 'q'"):
        columns.encode(table(["q"]))


def test_of_many_columns_a_message_names_ten():
    columns = Columns(30, tuple(f"c{index:02}" for index in range(30)))
    with pytest.raises(DataError, match=r"model, c00, .*, c09, \.\.\.; missing or there twice: c01, .*, c10, \.\.\.$"):
        columns.encode(table(["1"], header=("c00",)))


def test_each_input_knows_whether_it_is_a_number():
    assert NAMED.is_number.tolist() == [True, False, False]
    assert NAMED.expanded_names == ("size", "colour=blue", "colour=red")
    assert Columns(2).is_number.tolist() == [True, True]
    assert Columns(2).expanded_names is None
