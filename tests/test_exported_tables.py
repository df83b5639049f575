"""Models of tables as NumPy programs and ONNX files: raw rows in, and what ``minnet predict`` says of them out."""

from __future__ import annotations

import csv
import importlib.util
from datetime import datetime, time
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core.cli.main import main
from minnet_train import load_predictor

onnxruntime = pytest.importorskip("onnxruntime")

EXPERIMENT = """
epochs = 2
batch_size = 16
output = "model.safetensors"
model = [
    {{ class = "Flatten", start_dim = 1 }},
    {{ class = "Linear", n_in = {width}, n_out = 6 }},
    {{ class = "Tanh" }},
    {{ class = "Linear", n_in = 6, n_out = {made} }},{more}
]
criterion = {{ class = "{criterion}" }}
optimizer = {{ class = "Adam", lr = 0.01 }}

[data]
{data}
"""
CLASSES = {"criterion": "ClassNLLCriterion", "more": '{ class = "LogSoftMax" }'}
RNG = np.random.default_rng(0)


def run(*arguments):
    done = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """Train; return the predictor, the NumPy program, a function that runs the ONNX file, and what was said."""
    monkeypatch.chdir(tmp_path)

    def export(source, data, *, width, made=1, criterion="MSECriterion", more=""):
        values = {"width": width, "made": made, "criterion": criterion, "more": more}
        text = data if source is None else EXPERIMENT.format(data=f"source = {source}\n{data}", **values)
        (tmp_path / "model.toml").write_text(text)
        run("train", "model.toml", "--no-run")
        said = run("export", "model.safetensors", "model.onnx")
        run("export", "--numpy", "model.safetensors", "model.py")
        spec = importlib.util.spec_from_file_location("model", tmp_path / "model.py")
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
        return load_predictor("model.safetensors"), program, session, said

    return export


def table(header, rows, options=""):
    """Write a table whose last column is the target, and name it as a source."""
    with open("table.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return f'{{ class = "Csv", path = "table.csv", target = "{header[-1]}"{options} }}'


def feed(session, columns):
    """Columns as the session takes them: texts as objects, dates and times as seconds."""
    dtypes = {"tensor(string)": object, "tensor(float)": np.float32, "tensor(double)": np.float64}
    return {each.name: np.array(columns[each.name], dtypes[each.type])[:, None] for each in session.get_inputs()}


def predicted_by_command(columns):
    """What ``minnet predict`` writes of a table, without the header."""
    with open("new.csv", "w", newline="") as file:
        csv.writer(file).writerows([columns, *zip(*columns.values(), strict=True)])
    run("predict", "model.safetensors", "new.csv", "--output", "made.csv")
    return Path("made.csv").read_text().splitlines()[1:]


TOWNS = ["Bern", "Oslo", "Rome"]


def rents():
    towns = RNG.choice(["", *TOWNS], 150, p=[0.1, 0.3, 0.3, 0.3])
    sizes = RNG.integers(20, 90, 150)
    return [
        (size, town, f"{RNG.normal(5, 2):.3f}" if index % 8 else "", f"{2 * size + (town == 'Bern') * 50:.1f}")
        for index, (size, town) in enumerate(zip(sizes, towns, strict=True))
    ]


def test_what_is_missing_and_what_nobody_has_seen_are_what_they_are_to_predict(exported):
    data = 'unknown = "ignore"\nmissing = "mean"\nstandardize = true\nstandardize_targets = true'
    predictor, program, session, _ = exported(table(["size", "town", "age", "rent"], rents()), data, width=5)
    raw = {"size": [30, np.nan, 50, 60], "town": ["Bern", "", "Paris", "Rome"], "age": [1.0, 2.0, np.nan, 4.0]}
    frame = {"size": [30, None, 50, 60], "town": ["Bern", None, "Paris", "Rome"], "age": [1.0, 2.0, None, 4.0]}
    expected = predictor.predict(frame)
    assert len(set(expected.round(3))) == 4
    cells = {name: ["" if cell is None else cell for cell in column] for name, column in frame.items()}
    np.testing.assert_allclose(np.array(predicted_by_command(cells), float), expected, rtol=1e-5)
    for given in (raw, frame, {**raw, "town": ["Bern", np.nan, "Paris", "Rome"]}):
        np.testing.assert_allclose(program.prepare(given), predictor.transform(frame), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(program.predict(given), expected, rtol=1e-6)
    np.testing.assert_allclose(session.run(None, feed(session, raw))[0][:, 0], expected, rtol=1e-5)


@pytest.mark.parametrize("town", [" Bern ", "Bern\t", "bern", "  ", "NA", "nan"])
def test_blanks_around_a_text_are_none_of_it(exported, town):
    data = 'unknown = "ignore"\nmissing = "mean"\nstandardize = true'
    predictor, program, *_ = exported(table(["size", "town", "age", "rent"], rents()), data, width=5)
    raw = {"size": [30.0], "town": [town], "age": [1.0]}
    np.testing.assert_allclose(program.predict(raw), predictor.predict(raw), rtol=1e-6)


@pytest.mark.parametrize("make", ["DataFrame of pandas", "DataFrame of polars"])
@pytest.mark.parametrize(("columns", "width"), [(["size", "age", "rent"], 2), (["size", "town", "age", "rent"], 5)])
def test_a_frame_is_read_by_the_names_of_its_columns(exported, make, columns, width):
    kind, _, library = make.partition(" of ")
    module = pytest.importorskip(library)
    every = ["size", "town", "age", "rent"]
    rows = [[row[every.index(name)] for name in columns] for row in rents()]
    data = 'unknown = "ignore"\nmissing = "mean"\nstandardize = true'
    predictor, program, *_ = exported(table(columns, rows), data, width=width)
    raw = {"age": [1.5, 2.5, 9.5], "town": ["Bern", "Paris", "Rome"], "size": [30.0, 50.0, 70.0]}
    expected = predictor.predict(raw)
    assert len(set(expected.round(3))) == 3
    np.testing.assert_allclose(program.predict(getattr(module, kind)(raw)), expected, rtol=1e-6)


def test_rows_that_are_no_rows_of_the_model_are_refused_and_no_rows_are_no_answers(exported):
    rows = [(size, age or "1", rent) for size, _, age, rent in rents()]
    predictor, program, *_ = exported(table(["size", "age", "rent"], rows), "standardize = true", width=2)
    for wrong in (np.ones(2), np.ones((2, 1)), np.ones((3, 4))):
        with pytest.raises(ValueError, match=r"expected (a frame|2 columns)"):
            predictor.predict(wrong)
        with pytest.raises(ValueError, match=r"expected 2 numbers in each of [23] rows, received an array of shape \("):
            program.predict(wrong)
    for none in ([], np.ones((0, 2))):
        assert program.predict(none).shape == predictor.predict(none).shape == (0,)


def test_no_rows_of_a_table_are_no_answers(exported):
    data = 'unknown = "ignore"\nmissing = "mean"'
    predictor, program, *_ = exported(table(["size", "town", "age", "rent"], rents()), data, width=5)
    for none in ([], {"size": [], "town": [], "age": []}):
        assert program.predict(none).shape == predictor.predict(none).shape == (0,)


def test_a_program_imports_what_its_annotations_name(exported):
    data = 'unknown = "ignore"\nmissing = "mean"'
    _, program, *_ = exported(table(["size", "town", "age", "rent"], rents()), data, width=5)
    assert get_type_hints(program.prepare_table)["raw"] is Any
    assert get_type_hints(program.linear)["x"] is np.ndarray


def test_images_that_are_learned_from_themselves_come_back_in_their_own_units(exported, tmp_path):
    images = RNG.integers(0, 256, (60, 4, 5, 3)).astype(np.uint8)
    np.savez(tmp_path / "images.npz", X=images)
    source = '{ class = "Npy", path = "images.npz", images = true, channels = "last" }'
    data = "autoencode = true\nscale = 255.0\nstandardize = true"
    predictor, program, session, _ = exported(source, data, width=60, made=60)
    expected = predictor.predict(images[:5])
    assert np.ptp(expected) > 10
    np.testing.assert_allclose(program.predict(images[:5]), expected, rtol=1e-5)
    (found,) = session.run(None, {"input": images[:5].astype(np.float32)})
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_missing_value_where_none_was_is_an_error_and_no_class(exported):
    rows = [(size, town, "abc"[index % 3]) for index, (size, town, _, _) in enumerate(rents()) if town]
    source, data = table(["size", "town", "kind"], rows), 'unknown = "ignore"'
    predictor, program, session, _ = exported(source, data, width=4, made=3, **CLASSES)
    known = {"size": [30, 40, 50], "town": ["Bern", "Paris", "Rome"]}
    np.testing.assert_array_equal(program.predict(known), predictor.predict(known))
    scores = session.run(None, feed(session, known))[0]
    np.testing.assert_allclose(scores, predictor.decision_function(known), rtol=1e-4, atol=1e-6)
    for wrong in (
        {"size": [np.nan], "town": ["Bern"]},
        {"size": [30], "town": [""]},
        {"size": [1e39], "town": ["Bern"]},
    ):
        with pytest.raises(ValueError, match="missing|finite"):
            predictor.predict(
                {name: [None if cell in ("", np.nan) else cell for cell in wrong[name]] for name in wrong}
            )
        with pytest.raises(ValueError, match="row 0: expected finite numbers, none missing, received"):
            program.predict(wrong)
    assert np.isnan(session.run(None, feed(session, {"size": [30], "town": [""]}))[0]).all()


def test_rare_texts_are_one_category_in_every_form(exported):
    rows = [(RNG.choice([*TOWNS, f"T{index}"]), f"{RNG.normal():.3f}", f"{RNG.normal():.3f}") for index in range(150)]
    source = table(["town", "size", "y"], rows, ", max_categories = 4")
    predictor, program, session, _ = exported(source, "standardize = true", width=5)
    assert "(all others)" in predictor.record.preparation.columns.categories[0]
    raw = {"town": ["Rome", "Never seen", "T1", "(all others)"], "size": [0.5, 0.5, 0.5, 0.5]}
    expected = predictor.predict(raw)
    assert expected[1] == expected[2] != expected[0]
    np.testing.assert_allclose(program.predict(raw), expected, rtol=1e-6)
    np.testing.assert_allclose(session.run(None, feed(session, raw))[0][:, 0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    "column", [[1, 2, 3], [1.0, 2.0, 3.0], np.array([1, 2, 3]), ["1", "2", "3"], ["1.0", "2", "3.00"]]
)
def test_numbers_that_are_categories_may_be_written_in_other_ways(exported, column):
    rows = [(code, f"{RNG.normal():.3f}", f"{code * 2}.5") for code in map(int, RNG.integers(1, 4, 100))]
    source = table(["code", "size", "y"], rows, ', categories = ["code"]')
    predictor, program, *_ = exported(source, 'unknown = "ignore"', width=4)
    raw = {"code": column, "size": [0.5, 0.5, 0.5]}
    assert len(set(predictor.predict(raw))) == 3
    np.testing.assert_allclose(program.predict(raw), predictor.predict(raw), rtol=1e-6)


def test_a_text_that_nobody_has_seen_is_told_with_its_row_and_some_of_the_others(exported):
    rows = [(f"T{index % 30:02}", f"{RNG.normal():.3f}", f"{RNG.normal():.3f}") for index in range(90)]
    _, program, *_ = exported(table(["town", "size", "y"], rows), "", width=31)
    listed = ", ".join(f"T{index:02}" for index in range(10))
    with pytest.raises(ValueError, match=f"^row 1, town: expected one of {listed}, ..., received T30$"):
        program.predict({"town": ["T29", "T30"], "size": [0.5, 0.5]})


EMBEDDING = """
epochs = 2
output = "model.safetensors"
model = [
    { class = "Embedding", num_embeddings = 4, embedding_dim = 2, name = "place", inputs = "town" },
    { class = "JoinTable", axis = 1, inputs = ["place", "flat"] },
    { class = "Linear", n_in = 4, n_out = 1 },
]
criterion = { class = "MSECriterion" }
optimizer = { class = "Adam", lr = 0.02 }

[data]
source = "table.csv"
target = "rent"
inputs = { flat = ["size", "age"], town = "town" }
unknown = "ignore"
missing = "mean"
standardize = true
"""


def test_a_category_that_is_an_index_is_that_in_every_form(exported):
    table(["size", "town", "age", "rent"], rents())
    predictor, program, session, _ = exported(None, EMBEDDING, width=0)
    raw = {"size": [30, 30, 30, 30], "town": ["Bern", "Rome", "", "Paris"], "age": [1.0, np.nan, 2.0, 2.0]}
    frame = {**raw, "town": ["Bern", "Rome", None, "Paris"], "age": [1.0, None, 2.0, 2.0]}
    expected = predictor.predict(frame)
    np.testing.assert_allclose(program.predict(raw), expected, rtol=1e-6)
    np.testing.assert_allclose(session.run(None, feed(session, raw))[0][:, 0], expected, rtol=1e-5)


def times():
    days = RNG.integers(-20_000, 40_000, 200).astype("datetime64[D]")
    minutes = RNG.integers(0, 1440, 200)
    return [
        (f"{day} {minute // 60:02}:{minute % 60:02}", f"{(minute * 7) % 1440 // 60:02}:30:15", f"{minute / 99:.3f}")
        for day, minute in zip(days, minutes, strict=True)
    ]


def test_dates_and_times_are_in_a_program_and_in_a_file_too(exported):
    data = 'missing = "mean"\nstandardize = true'
    predictor, program, session, said = exported(table(["when", "clock", "y"], times()), data, width=10)
    assert "when: float64, seconds since 1970-01-01, in UTC" in said
    assert "clock: float64, seconds since midnight" in said
    when = ["1969-12-31 23:59:59", "2000-02-29", "1900-03-01", "2024-12-31T12:00:00", "2100-01-01", None]
    clock = ["00:00:00", "23:59:59", "7:05", None, "12:30", "01:02:03"]
    raw = {"when": when, "clock": clock}
    expected = predictor.predict(raw)
    np.testing.assert_allclose(program.prepare(raw), predictor.transform(raw), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(program.predict(raw), expected, rtol=1e-6)
    since = [np.nan if each is None else np.datetime64(each.replace(" ", "T"), "s").astype(np.float64) for each in when]
    passed = [0.0, 86399.0, 25500.0, np.nan, 45000.0, 3723.0]
    found = session.run(None, feed(session, {"when": since, "clock": passed}))[0][:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    objects = {"when": [datetime(2024, 12, 31, 12), np.datetime64("2000-02-29")], "clock": [time(12, 30), None]}
    given = {"when": ["2024-12-31 12:00", "2000-02-29"], "clock": ["12:30", None]}
    np.testing.assert_allclose(program.predict(objects), predictor.predict(given), rtol=1e-6)
    for wrong in ("20240131", "31.01.2024", "2024-01"):
        with pytest.raises(ValueError, match="expected a date such as 2024-01-31, received"):
            program.predict({"when": [wrong], "clock": ["12:30"]})


def test_numbers_far_from_zero_keep_their_digits(exported):
    stamps = 1_700_000_000 + RNG.integers(-20_000, 20_000, 200)
    rows = [(stamp, 5_000_000_000 + stamp % 1000) for stamp in stamps.tolist()]
    data = "standardize = true\nstandardize_targets = true"
    predictor, program, session, said = exported(table(["stamp", "y"], rows), data, width=1)
    assert "input: float64, for numbers far from zero" in said
    raw = stamps[:20, None].astype(np.float64)
    expected = predictor.predict(raw)
    (found,) = session.run(None, {"input": raw})
    assert found.dtype == np.float64
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-3, rtol=0)
    np.testing.assert_allclose(program.predict(raw), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("is_last", [True, False])
def test_images_are_the_same_in_every_form(exported, tmp_path, is_last):
    images = RNG.integers(0, 256, (60, 6, 5, 3) if is_last else (60, 3, 6, 5)).astype(np.uint8)
    np.savez(tmp_path / "images.npz", X=images, y=np.arange(60) % 2)
    source, data = '{ class = "Npy", path = "images.npz", images = true }', "scale = 255.0\nstandardize = true"
    predictor, program, session, _ = exported(source, data, width=90, made=2, **CLASSES)
    np.testing.assert_array_equal(program.predict(images), predictor.predict(images))
    np.testing.assert_allclose(program.prepare(images), predictor.transform(images), rtol=1e-5, atol=1e-6)
    scores = session.run(None, {"input": images.astype(np.float32)})[0]
    np.testing.assert_allclose(scores, predictor.decision_function(images), rtol=1e-4, atol=1e-5)
