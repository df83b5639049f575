from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import DataError
from minnet_train.data.tables.cells import MISSING
from minnet_train.data.tables.csv_file import CsvFile, CsvTable

LIMIT = float(np.finfo(np.float32).max)


def table(*rows: list[str], header: tuple[str, ...] | None = None) -> CsvTable:
    return CsvTable(CsvFile("t.csv", header, len(rows[0])), range(1, len(rows) + 1), rows)


def test_numbers_are_float64_in_the_order_that_is_asked_for():
    numbers = table(["0.1", "1e3"]).numbers([1, 0])
    assert numbers.dtype == np.float64
    assert numbers.tolist() == [[1000.0, 0.1]]


@pytest.mark.parametrize("cell", ["x", "inf", "-inf", "1e39", "1,5", "0x10", "1 2"])
def test_what_is_no_finite_number_is_reported_with_line_and_column(cell):
    read = table(["1", "2"], ["3", cell], header=("first", "second"))
    with pytest.raises(DataError) as caught:
        read.numbers([0, 1])
    assert (
        str(caught.value) == f"t.csv, line 2, column 2 ('second'): expected a finite float32 number, received {cell!r}"
    )


@pytest.mark.parametrize("cell", ["", "  ", "nan", "NaN", "NA", "n/a", "null", "None", "?"])
def test_a_missing_number_is_nan_however_it_is_written(cell):
    assert np.isnan(table(["1", "2"], [cell, "4"]).numbers([0, 1])).tolist() == [[False, False], [True, False]]


def test_only_an_empty_text_is_missing():
    assert table([" x "], ["NA"], [" "]).texts(0) == ["x", "NA", ""]


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [(["1", "2"], (True, False)), (["x", ""], (False, True)), (["x", "1"], (True, True)), (["NA", ""], (False, False))],
)
def test_a_column_says_whether_it_has_numbers_and_texts(cells, kinds):
    assert table(*([cell] for cell in cells)).holds_numbers(0) == kinds


def is_finite_float32(cell: str) -> bool:
    try:
        return abs(float(cell)) <= LIMIT
    except ValueError:
        return False


@settings(deadline=None)
@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=4))
def test_any_cells_are_numbers_or_missing_or_an_error(cells):
    read = table(cells)
    columns = range(len(cells))
    if all(is_finite_float32(cell) or cell.strip().lower() in MISSING for cell in cells):
        expected = [np.nan if cell.strip().lower() in MISSING else float(cell) for cell in cells]
        assert np.array_equal(read.numbers(columns), [expected], equal_nan=True)
    else:
        with pytest.raises(DataError, match=r"^t.csv, line 1, column"):
            read.numbers(columns)
