from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, load, read_header, save
from minnet_train import DataError, Run, read_experiment
from minnet_train.commands.predict import predict

ROWS = "1,2\n9,8\n6.5,3\n"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(predict, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


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
    expected = np.exp(load(model).forward(inputs))
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


def test_the_output_goes_to_a_file(model, data, folder):
    plain = run(model, data(ROWS))
    assert run(model, "rows.csv", "-o", "out.csv") == ""
    assert (folder / "out.csv").read_text() == plain


def test_a_mistake_in_the_data_leaves_an_older_output_as_it_was(model, data, folder):
    (folder / "out.csv").write_text("old")
    with pytest.raises(DataError):
        run(model, data("1,x\n2,3\n"), "-o", "out.csv")
    assert (folder / "out.csv").read_text() == "old"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3\n", "rows.csv, line 1: expected 2 columns, one for each feature of the model, received 3"),
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
    save(load(model), model, metadata={"minnet-train": {**metadata["minnet-train"], **change}})
    with pytest.raises(ModelFileError, match=message):
        CliRunner().invoke(predict, [model, data(ROWS)], catch_exceptions=False)
