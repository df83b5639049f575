from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minnet_train import DataError
from minnet_train.csv_table import CsvTable


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(text, **options):
        (tmp_path / "t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return CsvTable.read("t.csv", **options)

    return read


def test_a_first_row_without_numbers_is_a_header(table):
    read = table("a, b\n1,2\n")
    assert (read.header, list(read.rows), list(read.lines)) == (("a", "b"), [["1", "2"]], [2])


def test_a_first_row_of_numbers_is_data(table):
    assert table("1,2\n3,4\n").header is None


def test_a_first_row_with_one_number_is_data_so_that_a_mistake_in_it_is_found(table):
    read = table("1,x\n3,4\n")
    assert read.header is None
    with pytest.raises(DataError, match=r"t.csv, line 1, column 2: expected a finite float32 number, received 'x'"):
        read.numbers([0, 1])


def test_text_in_the_target_column_does_not_make_a_header(table):
    assert table("1,setosa\n3,virginica\n", target=1).header is None
    assert table("1,setosa\n3,virginica\n", target=-1).header is None
    assert table("setosa,1\nvirginica,3\n", target=0).header is None


def test_a_target_with_a_name_needs_a_header(table):
    assert table("1,2\n3,4\n", target="2").header == ("1", "2")


def test_empty_lines_quotes_and_a_byte_order_mark_are_read_as_spreadsheets_write_them(table):
    read = table(b'\xef\xbb\xbf"first, name",b\r\n\r\n1,"2"\r\n\r\n 3 ,4\r\n')
    assert read.header == ("first, name", "b")
    assert read.numbers([0, 1]).tolist() == [[1, 2], [3, 4]]
    assert list(read.lines) == [3, 5]


def test_numbers_are_float32(table):
    assert table("0.1,1e3\n").numbers([1, 0]).dtype == np.float32


@pytest.mark.parametrize("cell", ["x", "nan", "NaN", "inf", "-inf", "1e39", "1,5", "0x10", "1 2"])
def test_what_is_no_finite_number_is_reported_with_line_and_column(table, cell):
    read = table(f'first,second\n1,2\n\n3,"{cell}"\n')
    with pytest.raises(DataError) as caught:
        read.numbers([0, 1])
    assert (
        str(caught.value) == f"t.csv, line 4, column 2 ('second'): expected a finite float32 number, received {cell!r}"
    )


@pytest.mark.parametrize("cell", ["", "  "])
def test_a_missing_value_is_reported_with_line_and_column(table, cell):
    read = table(f"1,2\n{cell},4\n")
    with pytest.raises(DataError, match=r"^t.csv, line 2, column 1: the value is missing$"):
        read.numbers([0, 1])
    with pytest.raises(DataError, match=r"^t.csv, line 2, column 1: the value is missing$"):
        read.texts(0)


def is_finite_float32(cell: str) -> bool:
    try:
        return abs(float(cell)) <= float(np.finfo(np.float32).max)
    except ValueError:
        return False


@settings(deadline=None)
@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=1, max_size=4))
def test_any_cells_are_numbers_or_an_error(cells):
    read = CsvTable("t.csv", None, [cells], [1])
    columns = range(len(cells))
    if all(map(is_finite_float32, cells)):
        assert read.numbers(columns).tolist() == [[np.float32(float(cell)) for cell in cells]]
    else:
        with pytest.raises(DataError, match=r"^t.csv, line 1, column"):
            read.numbers(columns)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.csv: expected rows of comma-separated values, received an empty file"),
        ("\n\n", "t.csv: expected rows of comma-separated values, received an empty file"),
        ("a,b\n", "t.csv: expected rows of data, received only a header, a, b"),
        ("1,2\n3\n", "t.csv, line 2: expected 2 columns, as in line 1, received 1"),
        ("\n1,2\n\n3,4,5\n", "t.csv, line 4: expected 2 columns, as in line 2, received 3"),
        (b"1,\xff\n", "t.csv: expected comma-separated text in UTF-8: 'utf-8' codec"),
        (
            '1,"2\n',
            "t.csv, line 1: expected comma-separated cells, every quote of which is closed: unexpected end of data",
        ),
        (
            '1,"2\n\n"\n\n3,"4\n5,6\n7,8\n',
            "t.csv, line 5: expected comma-separated cells, every quote of which is closed",
        ),
        ('1,2\n3,"4\n5,"6"\n', "t.csv, line 2: expected comma-separated cells, every quote of which is closed"),
    ],
)
def test_a_file_that_is_no_table_is_an_error(table, text, message):
    with pytest.raises(DataError) as caught:
        table(text)
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"none.csv: expected a CSV file that can be read: No such file"):
        CsvTable.read(tmp_path / "none.csv")
