"""All cells of a file that cannot be used are told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from minnet_train import DataError, datasets
from minnet_train.data import Columns, RawRows

pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(lines, target="y"):
    Path("t.csv").write_text("\n".join(["a,b,y" if lines[0].count(",") == 2 else "a,b,c,y", *lines]))
    with pytest.raises(DataError) as caught:
        datasets["Csv"]("t.csv", target, task="regression").load()
    return str(caught.value).splitlines()


@pytest.mark.parametrize("rows", [30, 400_000])
def test_every_column_of_every_part_is_told(rows):
    lines = ["1,2024-01-01,2,0.5"] * rows
    lines[3] = "x,2024-01-01,2,0.5"
    lines[5] = "1,soon,2,0.5"
    lines[rows - 4] = "1,later,1e39,sold"
    assert {*refused(lines)[1:]} == {
        "  t.csv, line 5, column 1 ('a'): expected a finite float32 number, received 'x'",
        "  t.csv, line 7, column 2 ('b'): expected a date, received 'soon'",
        f"  t.csv, line {rows - 2}, column 3 ('c'): expected a finite float32 number, received '1e39'",
        f"  t.csv, line {rows - 2}, column 2 ('b'): expected a date, received 'later'",
        f"  t.csv, line {rows - 2}, column 4 ('y'): expected a finite float32 number, received 'sold'",
    }


def test_of_many_the_first_ten_and_their_count():
    lines = ["1,2,0.5"] * 100
    lines[10:60] = ["n.v.,2,0.5"] * 50
    lines[70] = "1,k.A.,0.5"
    head, *told, rest = refused(lines)
    hints = "categories = [...] reads a column as strings, null_values = [...] takes a text for a missing value"
    assert head == f"t.csv: 51 cells cannot be used; {hints}"
    assert len(told) == 10
    assert any("line 72, column 2 ('b')" in line for line in told), "no column hides another"
    assert rest == "  and 41 more"


@pytest.mark.parametrize("rows", [30, 400_000])
def test_a_file_to_predict_for_is_read_to_its_end(rows):
    Path("t.csv").write_text("a,kind,y\n" + "1,u,0.5\n2,v,1.5\n" * 9)
    columns = Columns.of(datasets["Csv"]("t.csv").load())
    lines = ["1,u"] * rows
    lines[4], lines[6], lines[rows - 1] = "x,u", "1,w", ",w"
    Path("new.csv").write_text("\n".join(["a,kind", *lines]))
    parts = iter(RawRows.open("new.csv", columns, may_be_missing=False))
    with pytest.raises(DataError) as caught:
        list(parts)
    head, *told = str(caught.value).splitlines()
    assert head == "new.csv: 4 cells cannot be used"
    assert {line.partition(", ")[2] for line in told} == {
        f"line {rows + 1}, column 1 ('a'): the value is missing",
        "line 8, column 2 ('kind'): expected one of u, v, received 'w'",
        f"line {rows + 1}, column 2 ('kind'): expected one of u, v, received 'w'",
        "line 6, column 1 ('a'): expected a finite float32 number, received 'x'",
    }
