from __future__ import annotations

import pytest

from minnet_train import DataError
from minnet_train.data.tables.csv_file import CsvFile


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def open_(text, **options):
        (tmp_path / "t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return CsvFile.open("t.csv", **options)

    return open_


def whole(file: CsvFile) -> tuple[list[list[str]], list[int]]:
    tables = list(file.tables())
    return [list(row) for table in tables for row in table.rows], [line for table in tables for line in table.lines]


def test_a_first_row_without_numbers_is_a_header(csv):
    file = csv("a, b\n1,2\n")
    assert (file.header, file.width, whole(file)) == (("a", "b"), 2, ([["1", "2"]], [2]))


def test_a_first_row_of_numbers_is_data(csv):
    assert csv("1,2\n3,4\n").header is None


def test_a_first_row_with_one_number_is_data_so_that_a_mistake_in_it_is_found(csv):
    (table,) = csv("1,x\n3,4\n").tables()
    with pytest.raises(DataError, match=r"t.csv, line 1, column 2: expected a finite float32 number, received 'x'"):
        table.numbers([0, 1])


@pytest.mark.parametrize(("text", "column"), [("1,a\n3,b\n", 1), ("1,a\n3,b\n", -1), ("a,1\nb,3\n", 0)])
def test_text_in_a_column_that_may_hold_it_does_not_make_a_header(csv, text, column):
    assert csv(text, texts=[column]).header is None


@pytest.mark.parametrize(("header", "names"), [(True, ("1", "2")), (False, None)])
def test_whether_there_is_a_header_can_be_said(csv, header, names):
    assert csv("1,2\n3,4\n", header=header).header == names


def test_empty_lines_quotes_and_a_byte_order_mark_are_read_as_spreadsheets_write_them(csv):
    file = csv(b'\xef\xbb\xbf"first, name",b\r\n\r\n1,"2"\r\n\r\n 3 ,4\r\n')
    assert file.header == ("first, name", "b")
    assert whole(file) == ([["1", "2"], [" 3 ", "4"]], [3, 5])


def test_cells_may_be_divided_by_something_else(csv):
    assert whole(csv("1;2,5\n", delimiter=";"))[0] == [["1", "2,5"]]


def test_rows_come_in_parts(csv):
    file = csv("".join(f"{row},0\n" for row in range(7)))
    assert [table.lines for table in file.tables(3)] == [[1, 2, 3], [4, 5, 6], [7]]


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
def test_a_file_that_is_no_table_is_an_error(csv, text, message):
    with pytest.raises(DataError) as caught:
        whole(csv(text))
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"none.csv: expected a CSV file that can be read: No such file"):
        CsvFile.open(tmp_path / "none.csv")
