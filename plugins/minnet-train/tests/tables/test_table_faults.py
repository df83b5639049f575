"""Faults that were found in the manner of public reports about readers of tables; each with its whole kind."""

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest

from minnet_train import DataError, Samples, datasets

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def csv(text, target=None, **options):
    with open("t.csv", "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return datasets["Csv"]("t.csv", target, **options).load()


def frame(pandas_index, **columns):
    """A Parquet file as pandas writes it; the metadata are what it would write for these index columns."""
    import json

    from pyarrow import parquet

    metadata = {"index_columns": pandas_index, "columns": [], "pandas_version": "2.2.0"}
    table = pyarrow.table(columns).replace_schema_metadata({"pandas": json.dumps(metadata)})
    parquet.write_table(table, "t.parquet")
    return "t.parquet"


NUMBERS = np.random.default_rng(0).permutation(40)


@pytest.mark.parametrize(
    ("index", "values"),
    [("__index_level_0__", NUMBERS), ("id", NUMBERS), ("key", [f"k{n}" for n in NUMBERS]), ("when", None)],
)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("target", ["y", None])
def test_the_index_of_a_pandas_frame_is_neither_a_feature_nor_the_target(index, values, first, target):
    if values is None:
        values = pyarrow.array(NUMBERS.tolist(), pyarrow.timestamp("s"))
    columns = {"noise": np.arange(40.0), "y": NUMBERS / 7}
    ordered = {index: values, **columns} if first else {**columns, index: values}
    name = frame([index], **ordered)
    data = datasets["Parquet"](name, target).load()
    assert (data.columns, data.outputs) == (("noise",), ("y",))
    (note,) = data.notes
    assert repr(index) in note
    assert "keep_index = true" in note


def test_several_indices_are_left_out_and_one_that_is_wanted_is_kept():
    name = frame(["a", "b", {"kind": "range"}], a=NUMBERS, b=NUMBERS, x=NUMBERS, y=NUMBERS / 7)
    assert datasets["Parquet"](name).load().columns == ("x",)
    assert datasets["Parquet"](name, keep_index=True).load().columns == ("a", "b", "x")
    assert datasets["Parquet"](name, "a", task="regression").load().columns == ("x", "y")


def test_an_index_column_without_a_name_in_a_csv_file_is_left_out():
    lines = [f"{row},{row % 7}.5,{row % 2}" for row in NUMBERS]
    data = csv("\n".join([",x,y", *lines]))
    assert data.columns == ("x",)
    assert "keep_index = true" in data.notes[0]
    assert csv("\n".join([",x,y", *lines]), keep_index=True).columns == ("", "x")
    assert csv("\n".join([",x,y", *(f"car {line}" for line in lines)])).columns == ("x",)
    assert csv("\n".join([",x,y", *(line[1:] for line in lines if line[1] != ",")])).columns == ("", "x"), "repeats"


def test_a_delimiter_at_the_end_of_each_line_makes_no_column():
    data = csv(",x,y,\n" + "".join(f"{row},{row % 7}.5,{row % 2},\n" for row in NUMBERS))
    assert (data.columns, data.classes) == (("x",), (0, 1))
    assert "column 4 has neither a name nor anything else" in data.notes[1]


@pytest.mark.parametrize(
    ("lines", "line", "cell"),
    [
        ([f"{i}.25" for i in range(300)] + ["n.v."], 302, "n.v."),
        ([f"{i}.0" for i in range(300)] + ["n.v."], 302, "n.v."),
        ([str(i) for i in range(300)] + ["n.v."], 302, "n.v."),
        (["n.v."] + [str(i) for i in range(300)], 2, "n.v."),
        ([str(i) for i in range(300)] + ["k.A.", "n.v.", "7"], 302, "k.A."),
        ([f"{i % 9}.5" for i in range(50)] + ["-"] * 30, 52, "-"),
        ([str(i) for i in range(500_000)] + ["sold"], 500_002, "sold"),
    ],
)
def test_a_target_of_numbers_with_a_text_among_them_is_refused_at_the_text(lines, line, cell):
    with pytest.raises(DataError, match=rf"t.csv, line {line}, column 2 \('y'\): .* received '{cell}'"):
        csv("x,y\n" + "".join(f"{row % 5},{text}\n" for row, text in enumerate(lines)))


def test_a_few_integers_among_texts_are_names_of_classes():
    assert csv("x,y\n" + "1,1\n2,2\n3,other\n" * 5).classes == ("1", "2", "other")
    text = "x,y\n" + "1,01\n2,2\n" * 400_000 + "3,other\n" * 3
    assert csv(text).classes == ("01", "2", "other"), "as they are written, though numbers came first"


@pytest.mark.parametrize(
    ("cells", "looks", "remedy"),
    [
        (["0,5", "1,25", "3"], "numbers with a decimal comma", 'decimal = ","'),
        (["1,234", "2,345,678"], "commas between thousands", 'thousands = ","'),
        (["1,234.50", "12.25"], "commas between thousands", 'thousands = ","'),
        (["1.234,50", "2.345,25"], "decimal comma and points between thousands", 'thousands = "."'),
        (["1,234", "5,678"], "decimal comma or with commas between thousands", "says which"),
        (["1 234", "5 678"], "groups of three digits", "thousands"),
        (["$5", "$1,234.50"], "amounts of money", "as numbers"),
        (["5 €", "12,50 €"], "amounts of money", "as numbers"),
        (["EUR 5", "EUR 7"], "amounts of money", "as numbers"),
        (["5%", "12.5 %"], "percentages", "as numbers"),
        (["(5)", "(12.5)"], "negative numbers in brackets", "minus sign"),
        (["5-", "12.5-"], "the minus sign behind", "in front"),
        (["12,34,567", "1,23,456.50"], "commas between thousands", 'thousands = ","'),
        ([f"{row}_500" for row in range(1, 30)], "groups of three digits", 'thousands = "_"'),
        ([f"{row} kg" for row in range(30)], "numbers with the unit 'kg'", "numbers alone"),
        ([f"<{row}" for row in range(30)], "limits of numbers", "null_values"),
        (
            [chr(0x661 + row % 9) * (1 + row // 9) for row in range(27)],
            "other digits than 0 to 9",
            "write them in these",
        ),
    ],
)
@pytest.mark.parametrize("as_target", [True, False])
def test_numbers_that_are_written_in_another_way_are_no_categories(cells, looks, remedy, as_target):
    lines = [f"{row % 3};{cell}" if as_target else f"{cell};{row % 3}" for row in range(20) for cell in cells]
    with pytest.raises(DataError) as caught:
        csv("\n".join(["a;y", *lines]), delimiter=";")
    assert looks in str(caught.value)
    assert remedy in str(caught.value)
    assert ("column 2 ('y')" if as_target else "column 1 ('a')") in str(caught.value)


@pytest.mark.parametrize("cells", [["5 kg", "7 kg"], ["<40", ">=40"], ["1st", "2nd"], ["1_2", "3_4"]])
def test_few_texts_are_categories_though_they_have_numbers_in_them(cells):
    assert csv("a,y\n" + "".join(f"{cell},0\n{cell},1\n" for cell in cells * 3)).categories == (tuple(sorted(cells)),)


def test_a_decimal_point_beside_decimal_commas_is_told():
    with pytest.raises(DataError, match="line 3, .*'1.5', which looks like one of numbers with a decimal point"):
        csv("a;y\n" + "0,5;1\n1.5;0\n" * 10, delimiter=";", decimal=",")


@pytest.mark.parametrize("text", ["\u2212{}", "-{}"])
def test_a_minus_sign_of_typesetters_is_one(text):
    numbers = "\n".join(f"{text.format(row)},{text.format(row / 4)}" for row in range(1, 9))
    data = csv(f"a,y\n{numbers}\n5,6.5\n")
    assert data.features[:, 0].tolist() == [*range(-1, -9, -1), 5]
    assert data.targets[:, 0].tolist() == [*(-row / 4 for row in range(1, 9)), 6.5]
    classes = csv("a,y\n" + f"1,{text.format(1)}\n2,1\n" * 3).classes
    assert classes == (-1, 1)
    with_lakhs = csv('a,y\n"' + text.format("12,34,567") + '",1\n"1,234",0\n', thousands=",")
    assert with_lakhs.features[:, 0].tolist() == [-1234567, 1234]


@pytest.mark.parametrize("token", ["NA", "None", "null", "nan", "n/a", "?"])
@pytest.mark.parametrize("count", [3, 5000, 800_000])
def test_categories_may_be_called_like_a_missing_number_however_late_others_come(token, count):
    data = csv("region,y\n" + f"{token},0\n" * count + "EU,1\n" * 60)
    assert data.categories == (tuple(sorted(["EU", token])),)
    assert len(np.unique(data.features)) == 2


def test_columns_of_which_nothing_is_known_are_missing_numbers():
    data = csv("a,b,y\n" + "NA,1,0\n,2,1\n" * 5)
    assert np.isnan(data.features[:, 0]).all()
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"a": pyarrow.nulls(4), "b": [1, 2, 3, 4], "y": [0, 1, 0, 1]}), "n.parquet")
    data = datasets["Parquet"]("n.parquet").load()
    assert np.isnan(data.features[:, 0]).all()
    assert data.features[:, 1].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**60) - 1, 2**64 - 1])
def test_large_integers_are_the_nearest_float_in_every_format(number):
    from pyarrow import parquet

    kind = pyarrow.uint64() if number > 2**63 else pyarrow.int64()
    parquet.write_table(pyarrow.table({"a": pyarrow.array([number, 1], kind), "y": [0.5, 1.5]}), "n.parquet")
    assert datasets["Parquet"]("n.parquet").load().features[0, 0] == float(number)
    assert csv(f"a,y\n{number},0.5\n1,1.5\n").features[0, 0] == float(number)


@pytest.mark.parametrize("form", ["Parquet", "Feather"])
def test_damaged_files_with_types_end_in_no_other_error(form):
    from pyarrow import feather, parquet

    sink = io.BytesIO()
    table = pyarrow.table({"a": np.arange(500.0), "t": ["x", "y"] * 250, "y": np.arange(500) % 2})
    table = table.append_column("d", table["t"].dictionary_encode())
    parquet.write_table(table, sink) if form == "Parquet" else feather.write_feather(table, sink)
    whole, rng = sink.getvalue(), np.random.default_rng(0)
    for _ in range(150):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), rng.integers(1, 4)):
            data[place] = rng.integers(256)
        cut = data[: rng.integers(len(data))] if rng.random() < 0.2 else data
        with open("d.file", "wb") as file:
            file.write(cut)
        with suppress(DataError):
            datasets[form]("d.file", "y").load()


def test_damaged_csv_files_end_in_no_other_error():
    rng = np.random.default_rng(0)
    whole = b'a,"b",c\n' + b"".join(b'%d,"x, %d",%d\n' % (row, row % 3, row % 2) for row in range(50))
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), rng.integers(1, 4)):
            data[place] = rng.integers(256)
        with suppress(DataError):
            csv(bytes(data))


def test_a_file_with_another_delimiter_is_told_so_though_a_target_is_named():
    with pytest.raises(DataError, match=r"expected one column 'y', received .* delimiter = \";\""):
        csv("a;b;y\n" + "1;2;3\n" * 9, "y")


class Stream:
    """Whatever has the method, of a library that nobody knows."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def test_a_frame_of_any_library_goes_where_arrays_go():
    table = pyarrow.table({"a": [1, 2, 3], "colour": ["r", "g", "r"], "kind": ["x", "y", "x"], "w": [1.0, 2.0, 3.0]})
    samples = Samples.of_table(Stream(table), "kind", weights="w")
    assert samples.classes == ("x", "y")
    inputs, targets = samples.batch([0, 1, 2])
    assert inputs.tolist() == [[1, 0, 1], [2, 1, 0], [3, 0, 1]]
    assert inputs.dtype == targets.dtype == np.float32
    assert targets.tolist() == [[1, 0], [0, 1], [1, 0]]
    assert samples.weights.tolist() == [1, 2, 3]
    assert Samples.of_table(table, ["w", "a"], ignore=["colour", "kind"][1:]).outputs == 2
    with pytest.raises(DataError, match="__arrow_c_stream__, received dict"):
        Samples.of_table({"a": [1]})
    with pytest.raises(DataError, match=r"row 1, column 1 \('a'\): the value is missing"):
        Samples.of_table(pyarrow.table({"a": [None, 1.0], "y": [0.5, 1.5]}))
