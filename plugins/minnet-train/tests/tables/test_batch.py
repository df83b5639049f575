from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_train import DataError
from minnet_train.data.tables import CsvFile, Dialect
from minnet_train.data.tables.numerals import FLOAT32_MAX, MISSING, Numerals

pytest.importorskip("pyarrow")

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("batch")


def batch(folder, *rows, header=None):
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in ([header] if header else []) + [*rows]]
    lines = map(",".join, quoted)
    path = folder / "t.csv"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))
    file = CsvFile.open(path, Dialect(header=header is not None))
    (found,) = file.batches(range(file.width))
    return found


def test_numbers_are_float64_in_the_order_that_is_asked_for(folder):
    numbers = batch(folder, ["0.1", "1e3"]).numbers([1, 0])
    assert numbers.dtype == np.float64
    assert numbers.tolist() == [[1000.0, 0.1]]


@pytest.mark.parametrize("cell", ["x", "inf", "-inf", "1e39", "1,5", "0x10", "1 2", "True", "2020-01-01", "12:30"])
def test_what_is_no_finite_number_is_reported_with_line_and_column(folder, cell):
    for others in (["2"], ["7.5", "x", "y"][:1]):
        read = batch(folder, ["1", *others], ["3", cell], header=["first", "second"])
        with pytest.raises(DataError) as caught:
            read.numbers([0, 1])
        assert f"t.csv, line 3, column 2 ('second'): expected a finite float32 number, received {cell!r}" in str(
            caught.value
        )


@pytest.mark.parametrize("cell", ["", "  ", "nan", "NaN", "NA", "n/a", "null", "None", "?", " NA "])
def test_a_missing_number_is_nan_however_it_is_written(folder, cell):
    assert np.isnan(batch(folder, ["1", "2"], [cell, "4"]).numbers([0, 1])).tolist() == [[False, False], [True, False]]


def test_only_an_empty_text_is_missing(folder):
    assert batch(folder, [" x "], ["NA"], [" "], [""]).texts(0).to_pylist() == ["x", "NA", "", ""]


def is_finite_float32(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None and abs(float(cell)) <= FLOAT32_MAX


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=2, max_size=4))
def test_any_cells_are_numbers_or_missing_or_an_error(folder, cells):
    read = batch(folder, cells)
    columns = range(len(cells))
    texts = [cell.strip() for cell in cells]
    if all(is_finite_float32(cell) or cell.lower() in MISSING for cell in texts):
        expected = [np.nan if cell.lower() in MISSING else float(cell) for cell in texts]
        assert np.array_equal(read.numbers(columns), [expected], equal_nan=True)
    else:
        with pytest.raises(DataError, match=r"t.csv, line \d+, column"):
            read.numbers(columns)


@settings(deadline=None, max_examples=60)
@given(numbers=st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=5))
def test_numbers_that_are_written_in_another_way_are_the_same_ones(numbers):
    import pyarrow

    swapped = str.maketrans(",.", ".,")
    texts = pyarrow.array([f"{number:,.6f}".translate(swapped) for number in numbers])
    found, is_number, _ = Numerals(",", ".").parse(texts)
    assert is_number.all()
    assert found.tolist() == [float(f"{number:.6f}") for number in numbers]
