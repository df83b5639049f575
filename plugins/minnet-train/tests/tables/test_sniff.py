from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, datasets
from minnet_train.data import work_out

pytest.importorskip("pyarrow")

RNG = np.random.default_rng(0)
DRAWN = zip(RNG.normal(size=60).tolist(), RNG.integers(1000, 99999, 60).tolist(), strict=True)
ROWS = [(a, b, "rg"[b % 2]) for a, b in DRAWN]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def found(content, **given):
    with open("t.csv", "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return {option.name: option.value for option in work_out("t.csv", given)}


def text(delimiter=",", decimal=".", thousands="", quote="", before="", header=("size", "count", "colour")):
    lines = [delimiter.join(header)]
    for a, b, c in ROWS:
        cells = f"{a:.3f}".replace(".", decimal), f"{b:,}".replace(",", thousands), f"{quote}{c}{quote}"
        lines.append(delimiter.join(cells))
    return before + "\n".join(lines) + "\n"


DIALECTS = [
    {"delimiter": delimiter, "decimal": decimal, "thousands": thousands, "quote": quote, "skip_rows": skipped}
    for delimiter in ",;\t|"
    for decimal, thousands in ((".", ""), (",", ""), (",", "."), (".", ","), (",", "'"))
    for quote in ("", "'")
    for skipped in (0, 2)
    if delimiter not in (decimal, thousands) and (not quote or quote != thousands)
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_dialect_is_found_and_reads_the_same_numbers(dialect):
    given = {key: value for key, value in dialect.items() if key != "skip_rows"}
    options = found(text(**given, before="Report of 2020\n\n" if dialect["skip_rows"] else ""))
    usual = {"delimiter": ",", "decimal": ".", "thousands": "", "quote": '"', "skip_rows": 0}
    wanted = dialect | {"quote": dialect["quote"] or '"'}
    assert options == {key: value for key, value in wanted.items() if value != usual[key]}
    data = datasets["Csv"]("t.csv", **options).load()
    assert data.features.tolist() == [[round(a, 3), b] for a, b, _ in ROWS]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig"])
def test_the_encoding_is_found_wherever_the_letter_is(encoding):
    plain = text() + "1,2,x\n" * 400_000
    options = found((plain + "1,2,größe\n").encode(encoding))
    assert options == ({} if encoding == "utf-8-sig" else {"encoding": encoding})


def test_numbers_with_blanks_between_them_are_a_table():
    assert found("1 2 3\n" * 5 + "4 5 6\n" * 5)["delimiter"] == " "
    assert "delimiter" not in found("some words\nmore words\n" * 5)


@pytest.mark.parametrize(
    "lines",
    [
        "x y z\n" + "  1.5   2.25 3\n 10.5  -4.5 \t 7 \n" * 5,
        "x  y  z\r\n" + "1.5   2.25 3\r\n10.5  -4.5  7  \r\n" * 5,
        '"x"   y  "z"\n' + '1.5   2.25 3\n\n10.5  -4.5  "7"\n' * 5,
    ],
)
def test_any_number_of_blanks_may_be_between_numbers(lines):
    assert found(lines)["delimiter"] == r"\s+"
    data = datasets["Csv"]("t.csv", delimiter=r"\s+").load()
    assert data.columns == ("x", "y")
    assert data.features.tolist() == [[1.5, 2.25], [10.5, -4.5]] * 5
    assert data.classes == (3, 7)


def test_blanks_in_a_quoted_cell_stay():
    found('a name  y\n1   "two   words"  0\n2 "x" 1\n  3  ""  1\n')
    data = datasets["Csv"]("t.csv", delimiter=r"\s+").load()
    assert data.categories[1] == ("two   words", "x")
    found("a  y\n1  2\n3  4  5\n")
    with pytest.raises(DataError, match="t.csv, line 3: expected 2 columns, as in line 1, received 3"):
        datasets["Csv"]("t.csv", delimiter=r"\s+").load()


@pytest.mark.parametrize("mark", ["~", "^", "\x01"])
def test_rarer_delimiters_are_found(mark):
    assert found(text().replace(",", mark))["delimiter"] == mark


def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_heeded():
    assert found("sep=;\na;b\n1;2\n") == {"skip_rows": 1, "delimiter": ";"}


def test_what_is_plain_is_not_said():
    assert found(text()) == {}
    assert found('a,b\n"x, y",1\n"z; w",2\n') == {}


def test_what_is_given_is_not_looked_for():
    assert found(text(";", ","), delimiter=";") == {"decimal": ","}
    assert found(text(";", ","), delimiter=";", decimal=",") == {}


def test_a_dash_among_numbers_is_a_missing_value_but_not_in_the_target():
    lines = [f"{a:.2f},{'-' if index in (7, 9) else b},{a * 2:.2f}" for index, (a, b, _) in enumerate(ROWS)]
    assert found("a,b,y\n" + "\n".join(lines)) == {"null_values": ("-",)}
    data = datasets["Csv"]("t.csv", null_values=["-"]).load()
    assert np.isnan(data.features[:, 1]).nonzero()[0].tolist() == [7, 9]
    as_target = [",".join([*line.split(",")[::2], line.split(",")[1]]) for line in lines]
    assert found("a,y,b\n" + "\n".join(as_target)) == {}


@pytest.mark.parametrize(
    "token",
    [
        "-",
        "--",
        ".",
        "*",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "<NA>",
        "(null)",
        "[NA]",
        "NIL",
        "n.a.",
        "k.A.",
        "N/V",
        "s/d",
        "NaT",
        "ND",
        "void",
        "missing",
        "Unknown",
        "not available",
        "No data",
        r"\N",
    ],
)
def test_what_is_written_for_a_missing_number_is_found(token):
    rows = "".join(f"{token if row % 3 == 0 else row / 2},{row}\n" for row in range(30))
    assert found(f"a,y\n{rows}") == {"null_values": (token,)}


@pytest.mark.parametrize("text", ["low", "Total", "12 Main", "n", "a", "<0.5"])
def test_what_may_mean_something_is_none(text):
    rows = "".join(f"{text if row % 3 == 0 else row / 2},{row}\n" for row in range(30))
    assert found(f"a,y\n{rows}") == {}


def test_what_could_be_either_is_left_to_the_user():
    assert found("a;y\n" + "1,234;0\n5,678;1\n" * 5) == {"delimiter": ";"}


def test_each_option_names_the_line_that_tells():
    with open("t.csv", "wb") as file:
        file.write(b"Title\na;y\nM\xfcller;1,5\nMeier;2,25\n" * 1 + b"Meier;2,25\n" * 8)
    assert [str(option) for option in work_out("t.csv", {})] == [
        "encoding = \"cp1252\": line 3 has the byte 0xfc, which is no UTF-8; here it is 'ü'",
        "skip_rows = 1: line 2 is the first with 2 cells, and line 1 is 'Title'",
        "delimiter = \";\": line 2 is 2 cells with ';' between them",
        "decimal = \",\": line 3 has '1,5' in column 2",
    ]
