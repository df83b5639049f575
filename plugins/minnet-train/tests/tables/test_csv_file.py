from __future__ import annotations

import gzip

import numpy as np
import pytest

from minnet_train import DataError
from minnet_train.data.tables import CsvFile, Dialect, text_blocks as blocks

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def open_(text, *, texts=(), **options):
        (tmp_path / "t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return CsvFile.open("t.csv", Dialect(**options), texts=texts)

    return open_


def whole(file):
    """All cells as they are written, and the line that each row is on."""
    columns = range(file.width)
    batches = list(file.batches(columns, columns))
    rows = [row for batch in batches for row in zip(*(batch.texts(c).to_pylist() for c in columns), strict=True)]
    return rows, [batch.find_places()[row] for batch in batches for row in range(len(batch))]


def numbers(file):
    return np.concatenate([batch.numbers(range(file.width)) for batch in file.batches(range(file.width))])


def test_empty_lines_quotes_and_a_byte_order_mark_are_read_as_spreadsheets_write_them(csv):
    file = csv(b'\xef\xbb\xbf"first, name",b\r\n\r\n1,"2"\r\n\r\n 3 ,4\r\n')
    assert file.header == ("first, name", "b")
    assert whole(file) == ([("1", "2"), ("3", "4")], [3, 5])
    assert numbers(file).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("size", [7, 20, 10_000])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_through_line_breaks_within_quotes(csv, monkeypatch, size, newline):
    monkeypatch.setattr(blocks, "BLOCK", size)
    text = '\na,b\n1,"x\ny"\n\n2,"say ""hi"", 5"\n3,12" pipe\n4,"u\n\n\nv"\n5,end'.replace("\n", newline)
    rows, lines = whole(csv(text, header=True))
    breaks = "\n" if newline == "\r" else newline
    cells = ["x\ny", 'say "hi", 5', '12" pipe', "u\n\n\nv", "end"]
    assert rows == [(str(index), cell.replace("\n", breaks)) for index, cell in enumerate(cells, 1)]
    assert lines == [4, 6, 7, 11, 12], "a row is on the line that it ends on"


def test_cells_may_be_divided_and_numbers_written_in_another_way(csv):
    file = csv("a;b\n1.234,5;1\n-2;12.345.678\n0,25;\n+7;1e3\n", delimiter=";", decimal=",", thousands=".")
    found = [[1234.5, 1], [-2, 12345678], [0.25, np.nan], [7, 1000]]
    assert np.array_equal(numbers(file), found, equal_nan=True)


def test_a_number_with_the_delimiter_in_it_stands_in_quotes(csv):
    assert numbers(csv('a,b\n"1,5","2,25"\n', decimal=",")).tolist() == [[1.5, 2.25]]


def test_other_quotes_and_no_quotes_at_all(csv):
    assert whole(csv("a,b\n'1,5',x\n", quote="'"))[0] == [("1,5", "x")]
    assert whole(csv('a,b\n"1,5"\n', quote="", header=True))[0] == [('"1', '5"')]


def test_lines_before_the_first_row_are_skipped_and_counted(csv):
    rows, lines = whole(csv("Report\nof 2020, final\n\na,b\n1,2\n", skip_rows=3))
    assert (rows, lines) == ([("1", "2")], [5])


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le", "mac-roman"])
def test_text_may_be_in_any_encoding(csv, encoding):
    file = csv("größe,y\nmäßig,1\n".encode(encoding), encoding=encoding)
    assert file.header == ("größe", "y")
    assert whole(file)[0] == [("mäßig", "1")]


def zstd(data):
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_packed_file_is_unpacked_by_how_it_begins(csv, pack):
    data = b"a,b\n" + b"1,2\n3,4\n" * 100
    assert numbers(csv(pack(data))).tolist() == [[1, 2], [3, 4]] * 100
    assert numbers(csv(pack(data) + pack(b"5,6\n"))).tolist()[-1] == [5, 6], "parts that were joined"


def test_a_packed_file_that_is_cut_is_an_error(csv):
    text = "a,b\n" + "".join(f"{row},{row * row}\n" for row in range(1000))
    for pack in (gzip.compress, zstd):
        with pytest.raises(DataError, match="t.csv: expected a CSV file that can be read: "):
            whole(csv(pack(text.encode())[:-20]))
    data = gzip.compress(text.encode())
    with pytest.raises(DataError, match="t.csv: expected a CSV file"):
        whole(csv(data[:12] + bytes([data[12] ^ 255]) + data[13:]))


def test_rows_longer_than_a_part_are_read(csv):
    text = "x" * 3_000_000
    rows, lines = whole(csv(f"a,b\n1,{text}\n2,z\n" * 1, header=True))
    assert [(one, len(two)) for one, two in rows] == [("1", 3_000_000), ("2", 1)]
    assert lines == [2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.csv: expected rows of comma-separated values, received an empty file"),
        ("\n\n", "t.csv: expected rows of comma-separated values, received an empty file"),
        ("a,b\n", "t.csv: expected rows of data, received only a header, a, b"),
        ("1,2\n3\n", "t.csv, line 2: expected 2 columns, as in line 1, received 1"),
        ("\n1,2\n\n3,4,5\n", "t.csv, line 4: expected 2 columns, as in line 2, received 3"),
        ("a,b\n" + "1,2\n" * 2_000_000 + "3\n", "t.csv, line 2000002: expected 2 columns, as in line 1, received 1"),
        ("a,b\n\n1,\xff\n".encode("latin-1"), "t.csv, line 3: expected text in UTF-8, received the byte 0xff, which is "
         'none; encoding = "cp1252" takes it for \'ÿ\''),
        ("a,b\n1,2\n".encode("utf-16-be"),
         't.csv: expected text in UTF-8, received UTF-16; encoding = "utf-16-be" reads it'),
        ("a,b\n1,2\n".encode("utf-32"), 't.csv: expected text in UTF-8, received UTF-32; encoding = "utf-32" reads it'),
        ("a,b\n1,2\n".encode("utf-16"), 't.csv: expected text in UTF-8, received UTF-16; encoding = "utf-16" reads it'),
        ('1,"2\n', "t.csv, line 1: expected cells every quote of which is closed"),
        ('1,"2\n\n"\n\n3,"4\n5,6\n7,8\n', "t.csv, line 5: expected cells every quote of which is closed"),
        ('1,2\n3,"4\n5,"6"\n', "t.csv, line 2: expected cells every quote of which is closed"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_an_error(csv, text, message):
    with pytest.raises(DataError) as caught:
        whole(csv(text))
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"none.csv: expected a CSV file that can be read: No such file"):
        CsvFile.open(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"delimiter": ";;"},
            r"expected a delimiter of one character, or '\\s\+' for any number of blanks, received ';;'",
        ),
        ({"delimiter": "\n"}, "expected a delimiter of one character"),
        ({"delimiter": "·"}, "expected delimiter, decimal and quote that are ASCII characters"),
        ({"decimal": ",", "thousands": ","}, "expected different characters"),
        ({"quote": ","}, "expected different characters"),
        ({"encoding": "utf-99"}, "expected the name of an encoding"),
        ({"encoding": "base64"}, "expected the name of an encoding"),
        ({"skip_rows": -1}, "expected skip_rows of at least 0"),
        ({"header": 1}, "expected header to be true or false, received 1"),
        ({"null_values": [1]}, "expected null_values that are texts"),
    ],
)
def test_a_dialect_that_cannot_be_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        Dialect(**options)
