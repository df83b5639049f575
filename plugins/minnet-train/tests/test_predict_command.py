from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, load, read_header, save
from minnet_train import DataError, Run, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train
from minnet_train.evaluation import predict_rows
from minnet_train.experiment.record import TrainingRecord

ROWS = "1,2\n9,8\n6.5,3\n"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(predict, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    # Older versions of click mix standard error, where the epoch is said, into the output.
    return "".join(line for line in result.stdout.splitlines(True) if not line.startswith("weights of "))


@pytest.fixture
def model(folder):
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    return "m.safetensors"


@pytest.fixture
def data(folder):
    def write(text: str) -> str:
        (folder / "rows.csv").write_text(text)
        return "rows.csv"

    return write


def test_labels_and_probabilities_are_those_of_the_model_for_raw_rows(model, data):
    inputs = np.array([[1, 2], [9, 8], [6.5, 3]], np.float32) / 10  # the experiment's scale
    expected = np.exp(load(model, prepared=True).forward(inputs))
    names = ["setosa", "versicolor", "virginica"]
    rows = list(csv.DictReader(io.StringIO(run(model, data(ROWS)))))
    assert [row["label"] for row in rows] == [names[index] for index in expected.argmax(axis=1)]
    assert [float(row["probability"]) for row in rows] == pytest.approx(expected.max(axis=1), rel=1e-5)


def test_a_header_and_empty_lines_change_nothing(model, data):
    plain = run(model, data(ROWS))
    assert run(model, data("length,width\n\n" + ROWS + "\n")) == plain


def test_columns_are_found_by_name_and_others_ignored(model, data):
    plain = run(model, data(ROWS))
    assert run(model, data("id,width,length,species\n7,2,1,?\n8,8,9,?\n9,3,6.5,?\n")) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("before", ["", "Messung 2024\n\n"])
def test_a_file_that_is_written_in_another_way_is_found_by_the_names_of_its_columns(
    model, data, folder, encoding, before
):
    plain = run(model, data(ROWS))
    table = "l\u00e4nge;width;length\n" + "".join(
        f"1;{width.replace('.', ',')};{length.replace('.', ',')}\n"
        for length, width in (line.split(",") for line in ROWS.split())
    )
    (folder / "other.csv").write_bytes((before + table).encode(encoding))
    told = CliRunner().invoke(predict, [model, "other.csv", "-o", "other-answers.csv"], catch_exceptions=False).output
    assert Path("other-answers.csv").read_text("utf-8") == plain
    assert 'note: other.csv: delimiter = ";": line' in told
    assert 'note: other.csv: decimal = ",": line' in told


def test_a_pattern_is_several_files_of_a_table(model, data, folder):
    first, *others = ROWS.splitlines(keepends=True)
    (folder / "rows-1.csv").write_text("length,width\n" + first)
    swapped = [",".join(reversed(row.strip().split(","))) for row in others]
    (folder / "rows-2.csv").write_text("\n".join(["width,length", *swapped]))
    assert run(model, "rows-*.csv") == run(model, data(ROWS))
    with pytest.raises(DataError, match=r"none\*.csv: expected files whose names have this form, received none"):
        run(model, "none*.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3\n", "rows.csv: expected 2 columns, one for each feature of the model, received 3"),
        (
            "a,b,c\n1,2,3\n",
            "rows.csv: expected one column for each feature of the model, length, width; missing",
        ),
        ("1,2\n3\n", "rows.csv, line 2: expected 2 columns, as in line 1, received 1"),
        ("1,2\n3,\n", "rows.csv, line 2, column 2: the value is missing"),
        (
            "length,width\n1,2\n3,x\n",
            "rows.csv, line 3, column 2 ('width'): expected a finite float32 number",
        ),
        ("length,wdth\n1,2\n", "missing or there twice: width"),
    ],
)
def test_rows_that_do_not_fit_are_an_error(model, data, text, message):
    with pytest.raises(DataError) as caught:
        run(model, data(text))
    assert message in str(caught.value)


def test_outputs_that_are_no_probabilities_are_called_scores(folder, edit, data):
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    training = Run.prepare(read_experiment("small.toml"))
    training.save("m.safetensors")
    assert run("m.safetensors", data("1,2\n")).startswith("label,score,score(setosa),")


def test_integer_classes_are_printed_as_integers(folder, edit, data):
    path = folder / "flowers.csv"
    path.write_text(path.read_text().replace("setosa", "7").replace("versicolor", "-1").replace("virginica", "10"))
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    label = run("m.safetensors", data("1,2\n")).splitlines()[1].split(",")[0]
    assert label in {"7", "-1", "10"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preparation": "x"}, "its record of the training is of another form"),
        ({"classes": ["a"]}, r"expected an output for each of its 1 classes, received \(3,\)"),
    ],
)
def test_record_that_does_not_fit_is_an_error(model, data, change, message):
    metadata = read_header(model).metadata
    save(load(model, prepared=True), model, metadata={"minnet-train": {**metadata["minnet-train"], **change}})
    with pytest.raises(ModelFileError, match=message):
        CliRunner().invoke(predict, [model, data(ROWS)], catch_exceptions=False)


def test_there_is_a_number_for_each_class_unless_it_is_not_wanted(model, data):
    inputs = np.array([[1, 2], [9, 8], [6.5, 3]], np.float32) / 10
    expected = np.exp(load(model, prepared=True).forward(inputs))
    for row, numbers in zip(csv.DictReader(io.StringIO(run(model, data(ROWS)))), expected, strict=True):
        for name, number in zip(["setosa", "versicolor", "virginica"], numbers, strict=True):
            assert float(row[f"probability({name})"]) == pytest.approx(number, rel=1e-5)
    assert run(model, "rows.csv", "--no-probabilities").splitlines()[0] == "label,probability"


@pytest.mark.parametrize(
    "options", [("--format", "jsonl"), ("-o", "p.jsonl"), ("-o", "p.ndjson"), ("-o", "p", "--format", "jsonl")]
)
def test_json_lines_say_the_same(model, data, folder, options):
    rows = list(csv.DictReader(io.StringIO(run(model, data(ROWS)))))
    text = run(model, "rows.csv", *options)
    text = (folder / options[1]).read_text() if options[0] == "-o" else text
    for line, row in zip(text.splitlines(), rows, strict=True):
        found = json.loads(line)
        assert (found["label"], found["probability"]) == (row["label"], float(row["probability"]))
        assert found["probabilities"] == {
            name: float(row[f"probability({name})"]) for name in ("setosa", "versicolor", "virginica")
        }


def test_a_regression_predicts_values_in_the_units_of_its_raw_targets(folder, edit, data):
    edit('target = "species"', 'target = ["width", "length"]\nstandardize_targets = true')
    edit("n_in = 2, n_out = 3", "n_in = 3, n_out = 2")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    training = Run.prepare(read_experiment("small.toml"))
    training.save("m.safetensors")
    (row,) = csv.DictReader(io.StringIO(run("m.safetensors", data("species\nvirginica\n"))))
    outputs = load("m.safetensors", prepared=True).forward(np.array([[0, 0, 1]], np.float32))
    expected = training.preparation.answers(outputs)[0]
    assert [float(row["width"]), float(row["length"])] == pytest.approx(expected, rel=1e-6)
    assert json.loads(run("m.safetensors", "rows.csv", "--format", "jsonl")) == {
        "width": float(row["width"]),
        "length": float(row["length"]),
    }


@pytest.mark.parametrize("name", ["rows.npy", "rows.npz", "rows.parquet"])
def test_other_files_are_read_by_their_suffix(model, data, name):
    array = np.array([[1, 2], [9, 8], [6.5, 3]])
    if name == "rows.parquet":
        pyarrow = pytest.importorskip("pyarrow")
        table = pyarrow.table({"width": array[:, 1], "other": ["x"] * 3, "length": array[:, 0]})
        pytest.importorskip("pyarrow.parquet").write_table(table, name)
    else:
        np.save(name, array) if name == "rows.npy" else np.savez(name, x=array)
    assert run(model, name) == run(model, data(ROWS))


@pytest.mark.parametrize("rows", [1023, 4096, 5000])
def test_the_parts_that_a_file_is_read_in_make_no_difference(model, data, rows):
    values = np.random.default_rng(0).random((rows, 2)).round(3) * 10
    np.save("rows.npy", values)
    lines = run(model, data("".join(f"{one!r},{two!r}\n" for one, two in values.tolist()))).splitlines()
    assert len(lines) == rows + 1
    assert run(model, "rows.npy").splitlines() == lines


def test_what_is_missing_is_filled_if_the_training_did_so(folder, edit, data):
    edit("scale = 10", 'scale = 10\nmissing = "mean"')
    training = Run.prepare(read_experiment("small.toml"))
    training.save("m.safetensors")
    width = training.preparation.fill[1] * 10
    assert run("m.safetensors", data("1,\n")) == run("m.safetensors", data(f"1,{width!r}\n"))


def test_a_category_that_the_model_does_not_know_is_an_error(folder, edit, data):
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(
        text.replace("width", "leaf").replace(",1,", ",small,").replace(",2,", ",large,")
    )
    lines = [line for line in (folder / "flowers.csv").read_text().splitlines() if "small" in line or "large" in line]
    kept = [line for line in lines if "setosa" in line] + ["5,small,versicolor", "5,large,versicolor"]
    (folder / "flowers.csv").write_text("\n".join(["length,leaf,species", *kept]) + "\n")
    edit("n_in = 2, n_out = 3", "n_in = 3, n_out = 2")
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    assert len(run("m.safetensors", data("1,small\n2,large\n")).splitlines()) == 3  # a first row of data, no header
    assert len(run("m.safetensors", data("leaf,length\nsmall,1\n")).splitlines()) == 2
    with pytest.raises(DataError, match="rows.csv, line 2, column 2: expected one of large, small, received 'tiny'"):
        run("m.safetensors", data("1,small\n2,tiny\n"))


@pytest.mark.parametrize("name", ["rows.npy", "rows.parquet"])
def test_files_of_other_columns_are_an_error(model, name):
    if name == "rows.npy":
        np.save(name, np.zeros((2, 3)))
    else:
        pyarrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table({"length": [1.0]}), name)
    with pytest.raises(DataError, match=f"{name}: expected (2 columns|one column for each feature)"):
        run(model, name)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, -4e38])
def test_numbers_in_a_file_of_numpy_must_be_finite(model, value):
    np.save("rows.npy", np.array([[1.0, 2.0], [3.0, value]]))
    with pytest.raises(DataError, match="rows.npy, row 2, column 2: expected a finite float32 number, received"):
        run(model, "rows.npy")


def test_missing_values_are_listed_by_line_and_column(model, data):
    with pytest.raises(DataError) as caught:
        run(model, data("width,length\n1,\n,2\n"))
    assert str(caught.value).splitlines() == [
        "rows.csv: 2 values are missing",
        "  line 2, column 2 ('length')",
        "  line 3, column 1 ('width')",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "expected format 2, received format None; train it again: minnet train"),
        (1, "expected format 2, received format 1; train it again"),
        (3, "expected format 2, received format 3; pip install -U minnet-train"),
    ],
)
def test_the_record_of_another_version_is_an_error_that_says_what_to_do(model, data, change, message):
    record = dict(read_header(model).metadata["minnet-train"])
    record.pop("format") if change is None else record.update(format=change)
    save(load(model, prepared=True), model, metadata={"minnet-train": record})
    with pytest.raises(
        ModelFileError, match=f"m.safetensors: its record of the training is of another form: {message}"
    ):
        run(model, data(ROWS))


def test_names_of_columns_that_are_numbers_are_known_for_a_header(folder, edit, data):
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("length,width", "1,2"))
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    assert len(run("m.safetensors", data("2,1\n5,6\n")).splitlines()) == 2
    assert len(run("m.safetensors", data("3,1\n5,6\n")).splitlines()) == 3


def test_what_lies_beside_a_file_of_numpy_is_no_concern(model, data):
    np.save("rows.npy", np.array([[1, 2], [9, 8], [6.5, 3]]))
    np.save("rows_targets.npy", np.zeros(7))
    assert run(model, "rows.npy") == run(model, data(ROWS))


def test_an_archive_is_read_by_the_names_that_the_training_had(folder, edit):
    np.savez("t.npz", one=np.arange(40.0).reshape(20, 2), two=np.arange(20) % 3, x=np.zeros((1, 5)))
    edit(
        'source = "flowers.csv"\ntarget = "species"',
        'source = { class = "Npy", path = "t.npz", features_name = "one", targets_name = "two" }',
    )
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    assert len(run("m.safetensors", "t.npz").splitlines()) == 21


def test_an_autoencoder_gives_its_inputs_back_in_their_own_units(folder, edit, data):
    edit("scale = 10", "standardize = true\nautoencode = true")
    edit('target = "species"', "target = []")
    edit("n_in = 2, n_out = 3", "n_in = 5, n_out = 5")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    training = Run.prepare(read_experiment("small.toml"))
    training.model[0].W[:], training.model[0].b[:] = np.eye(5), 0
    training.save("m.safetensors")
    (row,) = csv.DictReader(io.StringIO(run("m.safetensors", data("6,3,versicolor\n"))))
    expected = {"length": 6, "width": 3, "species=setosa": 0, "species=versicolor": 1, "species=virginica": 0}
    assert {name: float(value) for name, value in row.items()} == pytest.approx(expected, abs=1e-5)


def test_one_part_of_a_file_has_no_other_words_than_another(model):
    record = TrainingRecord.read(read_header(model), model)
    for first, then, word in (
        ([3.0, 1.0, -1.0], np.log([0.5, 0.3, 0.2]).tolist(), "score"),
        ([0.5, 0.5, 0.0], [3.0, 1.0, -1.0], "probability"),
    ):
        outputs = [np.array([row]) for row in (first, then)]
        network = SimpleNamespace(forward=lambda _, rest=outputs: rest.pop(0))
        found = predict_rows(network, record, model, [np.zeros((1, 2)), np.zeros((1, 2))])
        rows = [row for part in found for row in part.as_dicts()]
        assert [list(row)[1] for row in rows] == [word, word]
        assert rows[1][word] == pytest.approx(max(then), rel=1e-5)


def test_a_row_in_which_the_model_overflows_is_alone_in_that(model):
    record = TrainingRecord.read(read_header(model), model)
    likely = np.log([0.5, 0.3, 0.2])
    parts = [np.array([likely, [np.nan] * 3]), np.array([[np.nan] * 3, likely])]
    for outputs in (parts, parts[::-1]):
        network = SimpleNamespace(forward=lambda _, rest=list(outputs): rest.pop(0))
        found = predict_rows(network, record, model, [np.zeros((2, 2)), np.zeros((2, 2))])
        rows = [row for part in found for row in part.as_dicts()]
        assert sorted(row["probability"] for row in rows if row["probability"] > 0) == [0.5, 0.5]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_is_shown_the_names_of_classes_and_not_commanded_by_them(folder, edit, data, monkeypatch):
    edit('output = "small.safetensors"', 'output = "evil\\u001b[2J.safetensors"')
    path = folder / "flowers.csv"
    path.write_text(path.read_text().replace("setosa", "set\x1b[2Josa").replace("virginica", "v" * 5000))
    trained = CliRunner().invoke(train, ["small.toml", "--no-run"], catch_exceptions=False).output
    assert "\nThe model is in evil\\x1b[2J.safetensors\n" in trained
    model = "evil\x1b[2J.safetensors"
    measured = CliRunner().invoke(evaluate, [model], catch_exceptions=False).output
    assert "set\\x1b[2Josa" in measured
    assert "\x1b" not in trained + measured
    rows = data(ROWS)
    written = run(model, rows)
    assert "set\x1b[2Josa" in written, "a pipe or file gets the data"
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    predict.main([model, rows], standalone_mode=False)
    assert terminal.getvalue() == written.replace("\x1b", "\\x1b")
