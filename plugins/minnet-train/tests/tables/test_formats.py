from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from minnet_train import DataError, datasets

pyarrow = pytest.importorskip("pyarrow")
from pyarrow import feather, parquet  # noqa: E402  # pyarrow is asked for first

TABLE = pyarrow.table(
    {
        "a": [1.5, 2.5, None, 4.5] * 30,
        "b": [True, False, True, True] * 30,
        "colour": ["red", "blue", None, "red"] * 30,
        "k": ["x", "y", "x", "y"] * 30,
    }
)


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write_json(path, table=TABLE, *, leave_out_nulls=True):
    rows = [{k: v for k, v in row.items() if v is not None or not leave_out_nulls} for row in table.to_pylist()]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode()) if path.endswith(".gz") else text.encode())


def write_stream(path):
    with pyarrow.OSFile(path, "wb") as sink, pyarrow.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=7)


@pytest.mark.parametrize(
    ("cls", "path", "write"),
    [
        ("Parquet", "t.parquet", lambda path: parquet.write_table(TABLE, path, row_group_size=7)),
        ("Feather", "t.feather", lambda path: feather.write_feather(TABLE, path, chunksize=7)),
        ("Feather", "t.feather", lambda path: feather.write_feather(TABLE, path, version=1)),
        ("Feather", "t.arrow", write_stream),
        ("JsonLines", "t.jsonl", write_json),
        ("JsonLines", "t.jsonl.gz", write_json),
        ("JsonLines", "t.ndjson", lambda path: write_json(path, leave_out_nulls=False)),
    ],
)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_every_format_holds_the_same_table(cls, path, write):
    write(path)
    data = datasets[cls](path).load()
    expected = [[1.5, 1, 1], [2.5, 0, 0], [np.nan, 1, np.nan], [4.5, 1, 1]] * 30
    assert np.array_equal(data.features, expected, equal_nan=True)
    assert (data.classes, data.columns) == (("x", "y"), ("a", "b", "colour"))
    assert data.categories == ((), (), ("blue", "red"))
    assert data.where(9, 0).endswith("10, column 1 ('a')")


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("int8", [1, -2], [1, -2]),
        ("uint64", [2**64 - 1, 0], [float(2**64 - 1), 0]),
        ("float16", np.array([1.5, 2], "f2"), [1.5, 2]),
        ("bool", [True, False], [1, 0]),
        ("decimal128(10, 2)", ["1.25", "-2.50"], [1.25, -2.5]),
        ("dictionary", [7, 9], [7, 9]),
        ("null", [None, None], [np.nan, np.nan]),
        ("large_string", ["b", "a"], [1, 0]),
    ],
)
def test_every_type_of_number_and_text_is_a_feature(type_, values, expected):
    if type_.startswith("decimal"):
        array = pyarrow.array(values).cast(pyarrow.decimal128(10, 2))
    elif type_ == "dictionary":
        array = pyarrow.array(values).dictionary_encode()
    else:
        array = pyarrow.array(values, pyarrow.type_for_alias(type_) if type_ != "float16" else pyarrow.float16())
    feather.write_feather(pyarrow.table({"a": array, "y": [0.5, 1.5]}), "t.feather")
    assert np.array_equal(datasets["Feather"]("t.feather").load().features[:, 0], expected, equal_nan=True)


def test_keys_that_come_late_in_json_lines_are_columns():
    with open("t.jsonl", "w") as file:
        file.write('{"a": 1, "y": 0.5}\n' * 300_000 + '\n{"b": "x2020-01-01", "a": 2, "y": 1.5}\n')
    data = datasets["JsonLines"]("t.jsonl", "y").load()
    assert data.columns == ("a", "b")
    assert data.categories == ((), ("x2020-01-01",))
    assert data.features[-1].tolist() == [2, 0]
    assert data.where(300_000) == "line 300002"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "y": 2}\n{"a": "x", "y": 3}\n', "t.jsonl, line 2, 'a': expected a number, as before, received 'x'"),
        ('{"a": 1, "y": 2}\n\n[1, 2]\n', "t.jsonl, line 3: expected a JSON object, received '[1, 2]'"),
        ('{"a": 1, "y": 2}\n{"a": 1\n', "t.jsonl, line 2: expected a JSON object: "),
        ("", "t.jsonl: expected rows of data, received none"),
        ('{"a": [1], "y": 2}\n', "t.jsonl, column 1 ('a'): expected numbers or texts, received list"),
    ],
)
def test_json_lines_that_are_no_table_are_an_error(text, message):
    with open("t.jsonl", "w") as file:
        file.write(text)
    with pytest.raises(DataError) as caught:
        datasets["JsonLines"]("t.jsonl").load()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("path", ["p*.csv", ["p1.csv", "p2.csv"], ["p1.csv", "p[2-9].csv"], "**/p*.csv"])
def test_a_pattern_or_a_list_is_one_table(path):
    for name, text in (("p1.csv", "a,b,k\n1,2,x\n3,4,y\n"), ("p2.csv", "k,b,a\nx,6,5\ny,8,7\n")):
        with open(name, "w") as file:
            file.write(text)
    data = datasets["Csv"](path).load()
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.targets.tolist() == [0, 1, 0, 1]
    assert data.where(3, 1) == "line 3 of p2.csv, column 2 ('b')"


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("a,c,k\n1,2,x\n", "p2.csv: expected the columns of p1.csv; 'b' is missing, 'c' is new"),
        ("1.5,2.5,x\n1,2,x\n", "p2.csv: expected a header, as in p1.csv, received none"),
        ("a,b,k\n1,z,x\n", "p*.csv, line 2 of p2.csv, column 2 ('b'): expected a finite float32 number, received 'z'"),
    ],
)
def test_files_that_do_not_belong_together_are_an_error(second, message):
    for name, text in (("p1.csv", "a,b,k\n1,2,x\n3,4,y\n"), ("p2.csv", second)):
        with open(name, "w") as file:
            file.write(text)
    with pytest.raises(DataError) as caught:
        datasets["Csv"]("p*.csv").load()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("names", [("a", "b", "k"), ("a.x", "b", "k")])
def test_parts_of_a_parquet_file_may_have_their_columns_in_another_order(names):
    table = pyarrow.table(dict(zip(names, ([1.0, 2.0], [3.0, 4.0], [0.5, 0.25]), strict=True)))
    parquet.write_table(table, "p0.parquet")
    parquet.write_table(table.select(names[::-1]), "p1.parquet")
    assert datasets["Parquet"]("p*.parquet").load().features.tolist() == [[1, 3], [2, 4], [1, 3], [2, 4]]


def test_a_pattern_without_files_is_an_error():
    with pytest.raises(DataError, match=r"none\*.csv: expected files whose names have this form, received none"):
        datasets["Csv"]("none*.csv").load()


@pytest.mark.parametrize("path", [5, None, [1], {}])
def test_a_path_is_a_text_or_a_list_of_texts(path):
    with pytest.raises(ValueError, match="expected the path of a file, or a list of them, received"):
        datasets["Csv"](path)


@pytest.mark.parametrize(
    ("texts", "is_refused"),
    [
        ([f"{row / 8}" for row in range(50)], True),
        ([f"{row % 40 + 80}" for row in range(200)], True),
        ([f"{row % 40:03}" for row in range(200)], False),
        ([f"{row % 40 + 10_000}" for row in range(200)], False),
        ([f"{row % 20 + 90}.0" for row in range(200)], False),
        ([f"{row % 40 + 80}" if row else "x" for row in range(200)], False),
    ],
)
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_many_texts_that_are_numbers_are_told_where_columns_have_types(tmp_path, texts, is_refused, form):
    path = tmp_path / f"t.{form}"
    if form == "jsonl":
        path.write_text("".join(f'{{"a": "{text}", "y": {row}.5}}\n' for row, text in enumerate(texts)))
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        table = pyarrow.table({"a": texts, "y": [row + 0.5 for row in range(len(texts))]})
        parquet.write_table(table, path)
    source = datasets["JsonLines" if form == "jsonl" else "Parquet"]
    if not is_refused:
        assert source(str(path)).load().categories
        return
    with pytest.raises(
        DataError, match=r"column 1 \('a'\): expected numbers, received texts that look like numbers, such"
    ):
        source(str(path)).load()
    assert source(str(path), categories=["a"]).load().categories == (tuple(sorted({*texts})),)
