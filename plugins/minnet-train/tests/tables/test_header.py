from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, datasets
from minnet_train.data.tables import CsvFile, Dialect
from minnet_train.data.tables.header import find_header
from minnet_train.data.tables.numerals import Numerals

pytest.importorskip("pyarrow")


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.split()]


def drawn(*columns: str, count: int = 60, seed: int = 0) -> list[list[str]]:
    """Rows of columns of ``n``ormal numbers, ``i``ntegers, ``b``inary ones, ``y``ears, ``t``exts or ``c``lasses."""
    rng = np.random.default_rng(seed)
    kinds = {
        "n": lambda _: f"{rng.normal():.4f}",
        "i": lambda _: str(rng.integers(10)),
        "b": lambda _: str(rng.integers(2)),
        "y": lambda _: str(rng.integers(1990, 2020)),
        "t": lambda row: f"name {row}",
        "c": lambda _: "rgb"[rng.integers(3)],
        "s": str,
    }
    return [[kinds[column](row) for column in columns] for row in range(count)]


def decided(header: str, below: list[list[str]]) -> bool:
    return find_header(header.split(","), below, Numerals()).is_header


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("a,b", "nn"),
        ("2018,2019,2020", "nnn"),
        ("2010,2015,2020", "nni"),
        ("0,1,2", "nnn"),
        ("0,1,2,3", "iiii"),
        ("1,2,3", "nni"),
        ("0,1", "nn"),
        ("0,1,2,y", "nnni"),
        ("age,2018,2019,2020", "innn"),
        ("400.5,401.0,401.5,conc", "nnnn"),
        ("400.5,401.0,401.5", "nnn"),
        (",0,1,2", "snnn"),
        (",a,y", "tnc"),
        ("colour,size", "cc"),
        ("5,3,1,species", "nnnc"),
        ("id,1,2,3", "siii"),
        ("1,colour", "nc"),
    ],
)
def test_a_first_row_that_is_unlike_what_is_below_it_is_a_header(header, columns):
    assert decided(header, drawn(*columns))
    assert decided(header, drawn(*columns, count=400, seed=1))


@pytest.mark.parametrize(
    "columns", ["nn", "ii", "bb", "bbbb", "iiii", "nni", "yn", "cc", "cb", "nc", "ct", "iiic", "ccc"]
)
@pytest.mark.parametrize("seed", range(20))
def test_a_first_row_that_is_like_what_is_below_it_is_data(columns, seed):
    first, *below = drawn(*columns, seed=seed)
    assert not decided(",".join(first), below)


@pytest.mark.parametrize(
    "text",
    [
        "0,0 1,1 2,4 3,9 4,16 5,25 6,36 7,49 8,64 9,81 10,100 11,121",
        "0,1,2 3,4,5 6,7,8 9,10,11 12,13,14 15,16,17 18,19,20 21,22,23",
        "1,2 3,4",
        "5,2,x 3,4,5 6,1,8",
        "1.5,2 2.5,3 3.5,4 4.5,5 5.5,6 6.5,7",
        "100,1 10,2 9,3 8,4 7,5 6,6 5,7 4,8 3,9 2,10 1,11",
    ],
)
def test_data_that_are_in_an_order_are_no_header(text):
    first, *below = rows(text)
    assert not decided(",".join(first), below)


@pytest.mark.parametrize(("header", "names"), [(True, ("1", "2")), (False, None)])
def test_whether_there_is_a_header_can_be_said(tmp_path, header, names):
    (tmp_path / "t.csv").write_text("1,2\n3,4\n")
    assert CsvFile.open(tmp_path / "t.csv", Dialect(header=header)).header == names


def test_what_was_decided_is_said_unless_it_is_plain(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def notes(first, columns, **options):
        lines = [first, *map(",".join, drawn(*columns))]
        (tmp_path / "t.csv").write_text("\n".join(lines))
        return datasets["Csv"]("t.csv", **options).load().notes

    (note,) = notes("2018,2019,2020", "nnn")
    assert note == (
        "t.csv: the first row is taken for a header: 2018, 2019, 2020 count up, as nothing below does; "
        "header = false takes it for data"
    )
    assert notes("2018,2019,2020", "nnn", header=True) == ()
    assert notes("a,b", "nn") == ()
    assert notes("0.5,0.25", "nn") == ()
    (note,) = notes("r,g", "cc")
    assert note.endswith("taken for data: 'r' is found again below it; header = true takes it for a header")


def test_a_header_of_years_is_no_row_of_data(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 400))
    monkeypatch.chdir(tmp_path)
    np.savetxt("t.csv", np.column_stack([a, b, a + b]), delimiter=",", header="2018,2019,2020", comments="")
    data = datasets["Csv"]("t.csv").load()
    assert (len(data), data.columns, data.outputs) == (400, ("2018", "2019"), ("2020",))


def test_a_first_row_with_a_mistake_is_data_so_that_the_mistake_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("5,x,2,1\n3,4,5,1\n6,1,8,2\n")
    with pytest.raises(DataError, match=r"t.csv, line 1, column 2: expected a finite float32 number, received 'x'"):
        datasets["Csv"]("t.csv").load()
