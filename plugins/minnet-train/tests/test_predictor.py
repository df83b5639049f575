from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, Sequential, load, save
from minnet_core.errors import PreparationWarning
from minnet_train import DataError, Predictor, Run, load_predictor, read_experiment
from minnet_train.commands.predict import predict
from minnet_train.errors import TaskError

ROWS = np.array([[1, 2], [9, 8], [6.5, 3]])


def trained(path: str = "small.toml") -> Run:
    run = Run.prepare(read_experiment(path))
    list(run.epochs())
    run.save("m.safetensors")
    return run


@pytest.fixture
def predictor(folder) -> Predictor:
    trained()
    return load_predictor("m.safetensors")


@pytest.fixture
def mixed(folder, edit) -> Predictor:
    """Of a column of numbers and one of texts."""
    lines = (
        f"{row % 7 + group},{'red' if group else 'blue'},{'yes' if group else 'no'}"
        for row in range(20)
        for group in (0, 1)
    )
    (folder / "flowers.csv").write_text("\n".join(["length,colour,species", *lines]) + "\n")
    edit("n_in = 2, n_out = 3", "n_in = 3, n_out = 2")
    trained()
    return load_predictor("m.safetensors")


@pytest.fixture
def regression(folder, edit) -> Predictor:
    """Of targets that are around 1000, and standardized."""
    (folder / "flowers.csv").write_text(
        "length,width\n" + "".join(f"{row % 10},{1e3 + row % 10 / 2}\n" for row in range(40))
    )
    edit('target = "species"', 'target = "width"\nstandardize_targets = true')
    edit("n_in = 2, n_out = 3", "n_in = 1, n_out = 1")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    trained()
    return load_predictor("m.safetensors")


def test_raw_rows_are_prepared_and_classified(predictor):
    expected = np.exp(predictor.model.forward(ROWS.astype(np.float32) / 10))  # the experiment's scale
    assert predictor.transform(ROWS).tolist() == (ROWS.astype(np.float32) / np.float32(10)).tolist()
    np.testing.assert_allclose(predictor.predict_proba(ROWS), expected, rtol=1e-6)
    names = np.array(["setosa", "versicolor", "virginica"])
    assert predictor.classes_.tolist() == names.tolist()
    assert predictor.predict(ROWS).tolist() == names[expected.argmax(axis=1)].tolist()
    assert predictor.predict(ROWS).dtype.kind == "U"
    assert (predictor.features, predictor.task) == (("length", "width"), "classification")


def test_the_network_alone_is_in_evaluation_mode_and_takes_what_transform_returns(predictor):
    assert not predictor.model.training
    scores = predictor.model.forward(predictor.transform(ROWS))
    np.testing.assert_array_equal(scores, predictor.decision_function(ROWS))


def columns(names=("width", "length")) -> dict[str, list[float]]:
    return {name: ROWS[:, ("length", "width").index(name)].tolist() for name in names}


def frame_of(library: str):
    data = {"target": ["x"] * 3, **columns()}
    module = pytest.importorskip(library)
    if library == "pyarrow":
        return module.table(data)
    frame = module.DataFrame(data)
    return frame.set_index(module.Index([5, 7, 11])) if library == "pandas" else frame


class Interchange:
    """A frame with nothing but the interchange protocol."""

    def __init__(self, frame):
        self.frame = frame

    def __dataframe__(self, *args, **kwargs):
        return self.frame.__dataframe__(*args, **kwargs)


class Named:
    """A frame of a library that knows no protocol: columns by their names."""

    columns = ("width", "length")

    def __getitem__(self, name):
        return np.array(columns()[name])


@pytest.mark.parametrize(
    "make",
    [
        lambda: ROWS.tolist(),
        lambda: ROWS.astype(np.float32),
        lambda: np.asfortranarray(ROWS),
        lambda: ROWS.astype(object),
        lambda: np.ma.array(ROWS, mask=False),
        lambda: frame_of("pandas"),
        lambda: frame_of("pandas").to_numpy()[:, [2, 1]],
        lambda: pytest.importorskip("pandas").DataFrame(ROWS),
        lambda: frame_of("polars"),
        lambda: frame_of("pyarrow"),
        lambda: frame_of("pyarrow").to_reader(),
        lambda: Interchange(frame_of("pyarrow")),
        Named,
        columns,
        lambda: {name: np.array(column) for name, column in columns().items()},
        lambda: {name: pytest.importorskip("polars").Series(column) for name, column in columns().items()},
        lambda: {name: pytest.importorskip("pandas").Series(column) for name, column in columns().items()},
        lambda: [{"length": one, "width": two, "id": "x"} for one, two in ROWS.tolist()],
        lambda: np.array([(two, one) for one, two in ROWS.tolist()], [("width", "f8"), ("length", "f8")]),
    ],
)
def test_rows_may_have_any_form(predictor, make):
    np.testing.assert_array_equal(predictor.predict_proba(make()), predictor.predict_proba(ROWS))


@pytest.mark.parametrize("name", ["rows.csv", "rows.npy", "rows.parquet", "rows.feather", "rows.jsonl"])
def test_rows_may_be_in_a_file(predictor, name):
    table = frame_of("pyarrow")
    if name == "rows.csv":
        Path(name).write_text("width,length\n2,1\n8,9\n3,6.5\n")
    elif name == "rows.npy":
        np.save(name, ROWS)
    elif name == "rows.jsonl":
        Path(name).write_text('{"width": 2, "length": 1}\n{"width": 8, "length": 9}\n{"width": 3, "length": 6.5}\n')
    elif name == "rows.parquet":
        pytest.importorskip("pyarrow.parquet").write_table(table, name)
    else:
        pytest.importorskip("pyarrow.feather").write_feather(table, name)
    for path in (name, Path(name)):
        np.testing.assert_array_equal(predictor.predict_proba(path), predictor.predict_proba(ROWS))


def test_the_command_and_the_predictor_say_the_same(predictor):
    Path("rows.csv").write_text("1,2\n9,8\n6.5,3\n")
    result = CliRunner().invoke(predict, ["m.safetensors", "rows.csv"], catch_exceptions=False)
    rows = list(csv.DictReader(io.StringIO(result.output.partition("\n")[2])))
    assert [row["label"] for row in rows] == predictor.predict(ROWS).tolist()
    told = [[float(row[f"probability({name})"]) for name in predictor.classes_] for row in rows]
    np.testing.assert_allclose(told, predictor.predict_proba(ROWS), rtol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        list,
        lambda: np.empty((0, 2)),
        lambda: {"length": [], "width": []},
        lambda: frame_of("pandas")[:0],
        lambda: frame_of("polars")[:0],
        lambda: frame_of("pyarrow")[:0],
    ],
)
def test_no_rows_give_no_predictions(predictor, make):
    assert predictor.predict(make()).shape == (0,)
    assert predictor.predict(make()).dtype == predictor.classes_.dtype
    assert predictor.predict_proba(make()).shape == (0, 3)
    assert predictor.transform(make()).shape == (0, 2)


@pytest.mark.parametrize("rows", [1, 1023, 4097])
def test_parts_make_no_difference(predictor, rows):
    many = np.random.default_rng(0).random((rows, 2)) * 10
    each = [predictor.predict([row])[0] for row in many[:20]]
    assert predictor.predict(many).shape == (rows,)
    assert predictor.predict(many)[:20].tolist() == each


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: np.zeros((4, 3)), "ndarray: expected 2 columns, one for each feature of the model, received 3"),
        (lambda: [[1.0]], "list: expected 2 columns, one for each feature of the model, received 1"),
        (lambda: np.zeros((0, 3)), "expected 2 columns, one for each feature of the model, received 3"),
        (lambda: [1.0, 2.0], r"expected a frame, .* received float64 \(2,\); one row is \[row\]"),
        (lambda: np.zeros((2, 2, 2)), r"received float64 \(2, 2, 2\)"),
        (lambda: [[1.0, 2.0], [3.0]], "expected a frame, .* received list"),
        (lambda: 5, "expected a frame, a dict of columns, .* received int"),
        (
            lambda: {"length": 1.0, "width": np.float32(2)},
            r"received a dict of single values; a list of it, \[row\], is",
        ),
        (lambda: frame_of("polars").lazy(), r"received LazyFrame, which has no rows yet; collect\(\) reads them"),
        (lambda: frame_of("pandas")["width"], "received a Series, which is one column or row"),
        (lambda: None, "received NoneType"),
        (lambda: np.zeros((1, 2), complex), "received complex128"),
        (lambda: iter(ROWS), "received generator|received .*iterator"),
        (lambda: {"length": [1.0]}, "dict: expected one column .* length, width; missing or there twice: width"),
        (lambda: frame_of("pandas")[["width"]], "missing or there twice: length"),
        (lambda: [{"size": 1}], "list of dicts: .* missing or there twice: length, width"),
        (lambda: {"length": [1.0, 2.0], "width": [1.0]}, "dict: expected columns that Arrow can hold"),
        (lambda: {"length": ["a"], "width": [1.0]}, r"column 1 \('length'\): expected numbers, received string"),
        (lambda: [[1.0, "a"]], "column 2: expected numbers, received string"),
        (lambda: [{"length": 1}, {"length": 2, "width": 3}], r"row 1, column 2 \('width'\): the value is missing"),
        (lambda: [[1.0, np.nan]], "list, row 1, column 2: expected a finite float32 number, received nan"),
        (lambda: np.ma.array([[1.0, 2.0]], mask=[[False, True]]), "MaskedArray, row 1, column 2: .* received nan"),
        (lambda: [[1.0, 1e39]], "row 1, column 2: expected a finite float32 number, received 1e[+]39"),
        (lambda: {"length": [1.0], "width": [1e39]}, "expected a finite float32 number, received 1e[+]39"),
    ],
)
def test_rows_that_do_not_fit_are_an_error_of_values(predictor, make, message):
    with pytest.raises(DataError, match=message) as caught:
        predictor.predict(make())
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [[3, "red"], [5.5, "blue"]],
        lambda: {"colour": ["red", "blue"], "length": [3, 5.5]},
        lambda: [{"colour": "red", "length": 3}, {"length": 5.5, "colour": "blue"}],
        lambda: pytest.importorskip("pandas").DataFrame({"colour": ["red", "blue"], "length": [3, 5.5]}),
        lambda: (
            pytest.importorskip("pandas")
            .DataFrame({"colour": ["red", "blue"], "length": [3, 5.5]})
            .astype({"colour": "category"})
        ),
        lambda: pytest.importorskip("polars").DataFrame({"colour": ["red", "blue"], "length": [3.0, 5.5]}),
        lambda: pytest.importorskip("pandas").DataFrame({"l": [3, 5.5], "c": ["red", "blue"]}).to_numpy(),
    ],
)
def test_categories_become_inputs_of_their_own(mixed, make):
    expected = np.array([[0.3, 0, 1], [0.55, 1, 0]], np.float32)
    np.testing.assert_allclose(mixed.transform(make()), expected, rtol=1e-6)
    assert set(mixed.predict(make())) <= {"no", "yes"}


def test_an_unknown_category_and_numbers_alone_are_errors(mixed):
    with pytest.raises(DataError, match="row 2, column 2: expected one of blue, red, received 'green'"):
        mixed.predict([[1, "red"], [2, "green"]])
    with pytest.raises(DataError, match="ndarray: expected a table, for the model has columns of texts"):
        mixed.predict(np.zeros((2, 2)))


def test_what_is_missing_is_filled_if_the_training_did_so(folder, edit):
    edit("scale = 10", 'scale = 10\nmissing = "mean"')
    fill = trained().preparation.fill
    predictor = load_predictor("m.safetensors")
    for rows in (
        [[1, np.nan]],
        {"length": [1], "width": [None]},
        np.ma.array([[1.0, 7.0]], mask=[[0, 1]]),
        pytest.importorskip("pandas").DataFrame({"length": [1], "width": [np.nan]}),
    ):
        np.testing.assert_allclose(predictor.transform(rows), [[0.1, fill[1]]], rtol=1e-6)


def test_a_regression_predicts_in_the_units_of_its_targets(regression):
    assert not hasattr(regression, "classes_")
    assert regression.predict([[0.0]]).shape == (1,)
    outputs = regression.model.forward(regression.transform([[0.0], [9.0]]))
    expected = regression.record.preparation.answers(outputs)[:, 0]
    np.testing.assert_array_equal(regression.predict([[0.0], [9.0]]), expected)
    assert 900 < regression.predict([[5.0]])[0] < 1100
    assert regression.predict([]).shape == (0,)


def test_a_regression_of_several_targets_gives_a_column_for_each(folder, edit):
    edit('target = "species"', 'target = ["width", "length"]')
    edit("n_in = 2, n_out = 3", "n_in = 3, n_out = 2")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    trained()
    predictor = load_predictor("m.safetensors")
    assert predictor.predict([["setosa"]]).shape == (1, 2)
    assert predictor.predict([]).shape == (0, 2)


@pytest.mark.parametrize("ask", [Predictor.predict_proba, Predictor.decision_function])
def test_a_regression_has_no_probabilities(regression, ask):
    with pytest.raises(TaskError, match="m.safetensors: expected a classification for .*, received a regression"):
        ask(regression, [[1.0]])


def test_scores_are_no_probabilities(folder, edit):
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    trained()
    predictor = load_predictor("m.safetensors")
    assert predictor.predict(ROWS).shape == (3,)
    with pytest.raises(TaskError, match="received scores, which decision_function returns"):
        predictor.predict_proba(ROWS)
    assert predictor.decision_function(ROWS).shape == (3, 3)


@pytest.mark.parametrize(("names", "kind"), [(("-1", "7", "10"), "i"), (("-1", "1", str(2**63)), "O")])
def test_classes_keep_their_own_type(folder, edit, names, kind):
    text = Path("flowers.csv").read_text()
    for old, new in zip(("setosa", "versicolor", "virginica"), names, strict=True):
        text = text.replace(old, new)
    Path("flowers.csv").write_text(text)
    trained()
    predictor = load_predictor("m.safetensors")
    assert predictor.classes_.tolist() == [int(name) for name in names]
    assert predictor.predict(ROWS).dtype.kind == kind


def test_without_names_columns_are_taken_in_their_order(folder, edit):
    np.savez("t.npz", x=np.arange(80.0).reshape(40, 2) % 7, y=np.arange(40) % 3)
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "t.npz"')
    trained()
    predictor = load_predictor("m.safetensors")
    assert predictor.features is None
    given = {"b": ROWS[:, 0].tolist(), "a": ROWS[:, 1].tolist()}
    np.testing.assert_array_equal(predictor.predict_proba(given), predictor.predict_proba(ROWS))
    with pytest.raises(DataError, match="dict: expected 2 columns, .* received 3"):
        predictor.predict({**given, "c": [0, 0, 0]})


def test_what_was_decided_about_a_file_is_a_warning(folder, edit):
    np.savez("t.npz", x=np.arange(80.0).reshape(40, 2) % 7, y=np.arange(40) % 3)
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "t.npz"')
    trained()
    Path("rows.csv").write_text("a;b\n1,5;2\n3;4,5\n")
    with pytest.warns(UserWarning, match="rows.csv: ") as caught:
        load_predictor("m.safetensors").predict("rows.csv")
    assert [str(each.message).split()[1] for each in caught] == ["delimiter", "decimal"]
    assert {Path(each.filename) for each in caught} == {Path(__file__)}


def test_a_model_that_minnet_train_did_not_write_is_an_error(tmp_path):
    with pytest.raises(ModelFileError, match="expected a model that minnet train saved"):
        load_predictor(save(Sequential(), tmp_path / "m.safetensors"))


def test_loading_the_network_alone_says_who_prepares_its_inputs(predictor):
    with pytest.warns(PreparationWarning, match=r"minnet_train.load_predictor\('m.safetensors'\) prepares them"):
        load("m.safetensors")
    load("m.safetensors", prepared=True)


def test_nothing_is_said_where_the_preparation_changes_nothing(folder, edit):
    edit("scale = 10", "scale = 1")
    trained()
    load("m.safetensors")
    edit("scale = 1", "standardize = true")
    trained()
    with pytest.warns(PreparationWarning):
        load("m.safetensors")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"length": 1, "colour": "mauve"}], "request, row 1, column 2 ('colour'): expected one of blue, red"),
        ({"length": [1, None], "colour": ["red", "red"]}, "request, row 2, column 1 ('length'): the value is missing"),
        ([{"length": 1}], "request: expected one column for each feature"),
        (np.zeros((2, 2)), "request: expected a table, for the model has columns of texts"),
    ],
)
def test_rows_in_memory_may_have_a_name_in_messages(mixed, rows, told):
    with pytest.raises(DataError) as caught:
        list(mixed.rows(rows, "request"))
    assert str(caught.value).startswith(told)
