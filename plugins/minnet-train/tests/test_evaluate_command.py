from __future__ import annotations

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import MinnetError, ModelFileError, Sequential, load, read_header, save
from minnet_train import DataError, Run, datasets, load_digits, measure, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.display import loss_text, metric_text
from minnet_train.metrics import metrics


def run(*arguments: str) -> str:
    return CliRunner().invoke(evaluate, arguments, catch_exceptions=False).output


@pytest.fixture
def trained(folder):
    run = Run.prepare(read_experiment("small.toml"))
    *_, last = run.epochs()
    run.save("small.safetensors")
    return run, last


def test_the_numbers_are_those_of_the_last_epoch(trained, folder):
    _, last = trained
    assert run("small.safetensors").splitlines()[0] == (
        f"flowers.csv: 6 held-out samples, loss {last.validation_loss:.4f}, "
        f"accuracy {last.metrics['validation_accuracy']:.2%}"
    )


def numbers_of_both_commands(experiment: str) -> tuple[dict, dict]:
    """What the last epoch of a training says of the samples that are held out, and what `minnet evaluate` does."""
    run_ = Run.prepare(read_experiment(experiment))
    *_, last = run_.epochs()
    run_.save("m.safetensors")
    report = {name.removeprefix("validation_"): value for name, value in last.as_dict().items() if "validation" in name}
    return report, json.loads(run("m.safetensors", "--json").splitlines()[-1])  # notes are before it


REGRESSION = """\
epochs = 2
model = [{{ class = "Linear", n_in = {inputs}, n_out = {outputs} }}]
criterion = {{ class = "MSECriterion" }}
optimizer = {{ class = "SGD", lr = 1e-4 }}
metrics = ["MSE", "MAE", "R2", "RMSE", "MAPE"]
data = {{ source = "numbers.csv", validation_fraction = 0, {options} }}
"""
NUMBERS = "a,b,w,y,z\n" + "".join(f"{i % 7},{i % 5 - 2},{i % 3},{i * 37 % 41 + 0.5},{1000 - i}\n" for i in range(40))
each_regression = pytest.mark.parametrize(
    ("inputs", "outputs", "options"),
    [
        (4, 1, 'target = "y"'),
        (4, 1, 'target = "y", standardize_targets = true'),
        (3, 1, 'target = "y", standardize_targets = true, weights = "w"'),
        (3, 2, 'target = ["y", "z"], standardize_targets = true, standardize = true'),
        (4, 4, "autoencode = true, standardize = true"),
        (4, 4, "autoencode = true, scale = 16"),
    ],
)


@each_regression
def test_every_metric_of_a_regression_is_the_same_in_both_commands(folder, inputs, outputs, options):
    (folder / "numbers.csv").write_text(NUMBERS)
    (folder / "numbers.toml").write_text(REGRESSION.format(inputs=inputs, outputs=outputs, options=options))
    report, found = numbers_of_both_commands("numbers.toml")
    assert set(report) == {"loss", "mse", "mae", "r2", "rmse", "mape"}
    assert {name: found[name] for name in report} == report
    for name in ("mse", "mae", "r2"):
        assert np.mean([each[name] for each in found["outputs"]]) == pytest.approx(report[name], rel=1e-9)


MORE = ", ".join(
    [
        *('{ class = "Precision", average = "macro" }', '{ class = "Recall", average = "weighted" }'),
        *('{ class = "F1", average = "micro" }', '{ class = "ROCAUC", average = "weighted" }'),
        *('"PRAUC"', '"LogLoss"', '"Brier"', '"CalibrationError"', '"Matthews"', '"BalancedAccuracy"]'),
    ]
)


@pytest.mark.parametrize("options", ["", 'class_weights = "balanced"'])
def test_every_metric_of_a_classification_is_the_same_in_both_commands(folder, edit, options):
    edit(
        "batch_size = 8", 'batch_size = 8\nmetrics = ["Accuracy", { class = "TopK", k = 2 }, "ConfusionMatrix", ' + MORE
    )
    edit("scale = 10", f"scale = 10\n{options}")
    report, found = numbers_of_both_commands("small.toml")
    assert set(report) >= {"loss", "accuracy", "top2", "confusion_matrix", "f1_micro", "roc_auc_weighted", "brier"}
    assert len(report) == 14
    assert {name: found[name] for name in report} == report
    assert found["confusion"] == report["confusion_matrix"]
    assert f"accuracy {report['accuracy']:.2%}, top2 {report['top2']:.2%}, " in run("m.safetensors").splitlines()[0]


def test_the_tests_above_have_every_metric():
    own = {name for name, cls in metrics.items() if cls.__module__.startswith("minnet_train.")}
    assert own == {
        *("MSE", "MAE", "R2", "RMSE", "MAPE"),
        *("Accuracy", "TopK", "ConfusionMatrix", "Precision", "Recall", "F1", "BalancedAccuracy", "Matthews"),
        *("ROCAUC", "PRAUC", "LogLoss", "Brier", "CalibrationError"),
    }


@pytest.mark.parametrize(("options", "r2"), [("", 0.0), (", standardize_targets = true", 1.0)])
def test_r2_of_a_constant_target_is_1_if_all_is_right_and_else_0_in_both_commands(folder, options, r2):
    (folder / "numbers.csv").write_text("a,y\n" + "0,0.5\n" * 20)
    text = REGRESSION.format(inputs=1, outputs=1, options=f'target = "y"{options}')
    (folder / "numbers.toml").write_text(text.replace("n_out = 1", "n_out = 1, bias = false"))
    report, found = numbers_of_both_commands("numbers.toml")
    assert report["r2"] == found["r2"] == found["outputs"][0]["r2"] == r2


@pytest.mark.parametrize("outputs", [1, 2])
def test_what_each_output_has_is_not_said_twice(folder, outputs):
    target = '"y"' if outputs == 1 else '["y", "z"]'
    (folder / "numbers.csv").write_text(NUMBERS)
    (folder / "n.toml").write_text(REGRESSION.format(inputs=5 - outputs, outputs=outputs, options=f"target = {target}"))
    _, found = numbers_of_both_commands("n.toml")
    means = ", ".join(f"{name} {metric_text(name, found[name])}" for name in ("mse", "mae", "r2", "rmse", "mape"))
    first = f"numbers.csv: 8 held-out samples, loss {loss_text(found['loss'])}"
    assert run("m.safetensors").splitlines()[0] == f"{first}, {means if outputs > 1 else means[means.index('mape') :]}"


def test_the_accuracy_of_each_class_is_over_its_own_samples(trained):
    training, _ = trained
    predicted = load("small.safetensors", prepared=True).forward(training.test.inputs).argmax(axis=1)
    actual = training.test.targets.argmax(axis=1)
    rows = [re.sub(r" \(.*?\)", "", line).split() for line in run("small.safetensors").splitlines()]
    rows = rows[[row[:1] for row in rows].index(["class"]) :]
    assert rows[0] == ["class", "samples", "precision", "recall", "F1"]
    names = ["setosa", "versicolor", "virginica"]
    assert rows[7] == names
    for index, name in enumerate(names):
        right, taken = int(np.sum(predicted[actual == index] == index)), int(np.sum(predicted == index))
        precision = f"{right / taken:.2%}" if taken else "-"
        assert rows[index + 1] == [name, "2", precision, f"{right / 2:.2%}", f"{2 * right / (taken + 2):.2%}"]
        confused = [np.sum(predicted[actual == index] == other) for other in range(3)]
        assert rows[index + 8] == [name, *map(str, confused)]


def test_from_another_folder_the_data_are_named(trained, folder, monkeypatch):
    before = run("small.safetensors")
    monkeypatch.chdir("/")
    model, data = str(folder / "small.safetensors"), str(folder / "flowers.csv")
    with pytest.raises(ModelFileError, match=r"received 'flowers.csv', which is no file; --data names the file"):
        run(model)
    assert run(model, "--data", data) == before.replace("flowers.csv", data, 1)


def test_the_data_are_found_from_the_folder_that_the_training_ran_in(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    Run.prepare(read_experiment(f"{folder.name}/small.toml")).save("elsewhere.safetensors")
    assert run("elsewhere.safetensors").startswith(f"{folder.name}/flowers.csv: 6 held-out samples")


def test_data_that_have_changed_are_refused(trained, folder):
    path = folder / "flowers.csv"
    path.write_text(path.read_text().replace("1,1,setosa", "1,2,setosa", 1))
    with pytest.raises(ModelFileError, match=r"small.safetensors: expected the data that it was trained on, received"):
        run("small.safetensors")


def test_a_model_that_minnet_train_did_not_write_is_refused(folder):
    save(Sequential(), "m.safetensors")
    with pytest.raises(ModelFileError, match=r"m.safetensors: expected a model that minnet train saved"):
        run("m.safetensors")


@pytest.mark.parametrize("record", [{}, {"experiment": {}}, {"experiment": {"epochs": 0}}, 3])
def test_a_record_of_another_form_is_refused(folder, record):
    save(Sequential(), "m.safetensors", metadata={"minnet-train": record})
    with pytest.raises(ModelFileError, match=r"m.safetensors: its record of the training is of another form"):
        run("m.safetensors")


def test_the_digits_are_measured_on_what_was_held_out(folder, edit):
    edit("n_in = 2, n_out = 3", "n_in = 64, n_out = 10")
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "digits"')
    training = Run.prepare(read_experiment("small.toml"))
    training.save("d.safetensors")
    output = run("d.safetensors")
    assert output.startswith(f"digits: {len(training.test)} held-out samples, ")
    assert re.findall(r"^(\d+) +\d+ .*%", output, re.M) == [str(name) for name in load_digits().classes]


def test_other_data_are_refused_wherever_they_are(trained, folder):
    (folder / "other.csv").write_text((folder / "flowers.csv").read_text().replace("1,1,setosa", "1,2,setosa", 1))
    with pytest.raises(ModelFileError, match=r"expected the data that it was trained on, received other.csv"):
        run("small.safetensors", "--data", "other.csv")


@pytest.mark.parametrize("classes", [["a"], ["a", "b", "c", "d"]])
def test_a_record_with_other_classes_than_the_data_is_refused(trained, classes):
    record = read_header("small.safetensors").metadata["minnet-train"]
    save(
        load("small.safetensors", prepared=True),
        "small.safetensors",
        metadata={"minnet-train": {**record, "classes": classes}},
    )
    with pytest.raises(ModelFileError, match=rf"expected an output for each of its {len(classes)} classes"):
        run("small.safetensors")


@pytest.mark.parametrize(("split", "rows"), [("train", 12), ("validation", 6), ("test", 6), ("all", 24)])
def test_each_part_can_be_measured(folder, edit, split, rows):
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    training = Run.prepare(read_experiment("small.toml"))
    training.save("small.safetensors")
    found = json.loads(run("small.safetensors", "--split", split, "--json"))
    assert (found["samples"], found["split"], found["data"]) == (rows, split, "flowers.csv")
    if split == "train":
        assert found["loss"] == pytest.approx(measure(training.model, training.criterion, training.training).loss)
    assert sum(sum(row) for row in found["confusion"]) == rows
    words = {
        "train": "12 training samples",
        "validation": "6 validation samples",
        "test": "6 held-out",
        "all": "24 samples",
    }
    assert words[split] in run("small.safetensors", "--split", split)


def test_a_part_that_there_is_not_is_an_error(trained):
    with pytest.raises(ModelFileError, match="small.safetensors: .* it was trained without a validation part"):
        run("small.safetensors", "--split", "validation")


def test_other_data_can_be_measured_as_a_whole(trained, folder):
    # A class less, columns in another order, one more: all is found by its name.
    (folder / "new.csv").write_text("species,width,id,length\nvirginica,8,1,9\nversicolor,3,2,6\nvirginica,9,3,9\n")
    found = json.loads(run("small.safetensors", "--data", "new.csv", "--split", "all", "--json"))
    predicted = (
        load("small.safetensors", prepared=True)
        .forward(np.array([[9, 8], [6, 3], [9, 9]], np.float32) / 10)
        .argmax(axis=1)
    )
    expected = np.zeros((3, 3), int)
    np.add.at(expected, ([2, 1, 2], predicted), 1)
    assert found["confusion"] == expected.tolist()
    assert [each["support"] for each in found["classes"]] == [0, 1, 2]


def test_a_class_that_the_model_does_not_know_is_an_error(trained, folder):
    (folder / "new.csv").write_text("length,width,species\n1,2,setosa\n3,4,rose\n")
    with pytest.raises(
        DataError, match="new.csv, target: expected one of setosa, versicolor, virginica, received 'rose'"
    ):
        run("small.safetensors", "--data", "new.csv", "--split", "all")


def test_any_source_can_be_measured(folder, edit):
    edit("n_in = 2, n_out = 3", "n_in = 2, n_out = 2")
    edit('source = "flowers.csv"\ntarget = "species"', 'source = { class = "TwoMoons", n = 40 }')
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    assert run("m.safetensors").startswith("two moons: 10 held-out samples")
    other = run("m.safetensors", "--data", '{ class = "TwoMoons", n = 60, rng = 1 }', "--split", "all")
    assert other.startswith("two moons: 60 samples")
    moons = datasets["TwoMoons"](n=40).load()
    np.savez("moons.npz", x=moons.features, y=moons.targets)
    assert run("m.safetensors", "--data", "moons.npz", "--split", "all").startswith("moons.npz: 40 samples")


@pytest.mark.parametrize("data", ["{ class = }", "{ clas = 'Csv' }", "{ class = 'Nothing' }"])
def test_a_source_that_is_none_is_an_error(trained, data):
    with pytest.raises(MinnetError, match="expected a source as TOML|expected a component|no distribution registers"):
        run("small.safetensors", "--data", data)


def test_the_options_of_a_table_hold_for_another_file_too(folder, edit):
    edit(
        'source = "flowers.csv"\ntarget = "species"',
        'source = { class = "Csv", path = "flowers.csv", ignore = ["width"] }',
    )
    edit("n_in = 2", "n_in = 1")
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    (folder / "copy.csv").write_text((folder / "flowers.csv").read_text())
    assert run("m.safetensors", "--data", "copy.csv").split(": ")[1] == run("m.safetensors").split(": ")[1]


def test_a_regression_is_measured_in_the_units_of_the_data(folder, edit):
    edit('target = "species"', 'target = "width"\nstandardize_targets = true')
    edit("n_in = 2, n_out = 3", "n_in = 4, n_out = 1")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("1,1,setosa", "1,1.5,setosa", 1))
    training = Run.prepare(read_experiment("small.toml"))
    training.save("m.safetensors")
    inputs, targets = training.test.batch(np.arange(len(training.test)))
    outputs, right = map(training.preparation.answers, (load("m.safetensors", prepared=True).forward(inputs), targets))
    found = json.loads(run("m.safetensors", "--json"))
    (scores,) = found["outputs"]
    assert scores["output"] == "width"
    assert scores["mse"] == pytest.approx(np.mean((outputs - right) ** 2), rel=1e-5)
    lines = run("m.safetensors").splitlines()
    assert lines[0] == f"flowers.csv: 6 held-out samples, loss {found['loss']:.4f}"
    rows = [re.sub(r" \(.*?\)", "", line).split() for line in lines]
    heading = rows.index(["output", "MSE", "RMSE", "MAE", "R2"])
    assert rows[heading + 1] == ["width", *(f"{scores[key]:.4g}" for key in ("mse", "rmse", "mae", "r2"))]


def test_integers_are_the_values_of_a_regression_that_had_others(folder, edit):
    edit('target = "species"', 'target = "width"')
    edit("n_in = 2, n_out = 3", "n_in = 4, n_out = 1")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("1,1,setosa", "1,1.5,setosa", 1))
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    (folder / "integers.csv").write_text(text)
    found = json.loads(run("m.safetensors", "--data", "integers.csv", "--split", "all", "--json"))
    assert found["samples"] == 24
    (folder / "words.csv").write_text("length,width,species\n1,large,setosa\n2,small,setosa\n")
    with pytest.raises(DataError, match="words.csv: expected targets that are numbers, received large, small"):
        run("m.safetensors", "--data", "words.csv", "--split", "all")


def test_of_many_classes_the_confusion_is_for_json_alone(folder, edit):
    rows = "".join(f"{row % 21},{row},c{row % 21:02}\n" for row in range(84))
    (folder / "flowers.csv").write_text("length,width,species\n" + rows)
    edit("n_out = 3", "n_out = 21")
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    assert "taken for" not in run("m.safetensors")
    assert len(json.loads(run("m.safetensors", "--json"))["confusion"]) == 21


def test_a_column_that_there_is_not_is_an_error(trained, folder):
    (folder / "new.csv").write_text("length,height,species\n1,2,setosa\n")
    with pytest.raises(DataError, match="new.csv: expected one column for each .*; missing or there twice: width"):
        run("small.safetensors", "--data", "new.csv", "--split", "all")


def test_classes_with_long_names_have_numbers_in_the_heading_of_the_confusion_matrix(folder):
    text = (folder / "flowers.csv").read_text()
    (folder / "flowers.csv").write_text(text.replace("setosa", "setosa " + 90 * "x"))
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    *_, heading, _, titles, first, second, _ = run("m.safetensors").splitlines()
    assert heading == "which class (a row) is taken for which (a column, by its number)"
    assert titles.split() == ["1", "2", "3"]
    assert first.startswith(f"1  setosa {90 * 'x'}  ")
    assert second.startswith("2  versicolor  ")
    assert len(titles) == len(first) < 120


def test_a_target_that_was_constant_in_training_is_measured_where_it_is_not(folder, edit):
    edit('target = "species"', "standardize_targets = true")
    edit("n_in = 2, n_out = 3", "n_in = 1, n_out = 1")
    edit('    { class = "LogSoftMax" },\n', "")
    edit("ClassNLLCriterion", "MSECriterion")
    (folder / "flowers.csv").write_text("x,y\n" + "0,0.5\n" * 20)
    (folder / "other.csv").write_text("x,y\n" + "0,1000.5\n" * 20)
    Run.prepare(read_experiment("small.toml")).save("m.safetensors")
    found = json.loads(run("m.safetensors", "--data", "other.csv", "--split", "all", "--json"))
    assert found["outputs"][0]["mae"] == pytest.approx(1000, rel=0.01)
