from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, Sequential, load, read_header, save
from minnet_train import Run, load_digits, read_experiment
from minnet_train.commands.evaluate import evaluate


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


def test_the_accuracy_of_each_class_is_over_its_own_samples(trained):
    training, _ = trained
    predicted = load("small.safetensors").forward(training.test.inputs).argmax(axis=1)
    actual = training.test.targets.argmax(axis=1)
    rows = [line.split() for line in run("small.safetensors").splitlines()[2:]]
    assert rows[0] == ["class", "samples", "right", "accuracy"]
    for index, name in enumerate(["setosa", "versicolor", "virginica"]):
        right = int(np.sum(predicted[actual == index] == index))
        assert rows[index + 1] == [name, "2", str(right), f"{right / 2:.2%}"]


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
    assert [line.split()[0] for line in output.splitlines()[3:]] == [str(name) for name in load_digits().classes]


def test_other_data_are_refused_wherever_they_are(trained, folder):
    (folder / "other.csv").write_text((folder / "flowers.csv").read_text().replace("1,1,setosa", "1,2,setosa", 1))
    with pytest.raises(ModelFileError, match=r"expected the data that it was trained on, received other.csv"):
        run("small.safetensors", "--data", "other.csv")


@pytest.mark.parametrize("classes", [["a"], ["a", "b", "c", "d"]])
def test_a_record_with_other_classes_than_the_data_is_refused(trained, classes):
    record = read_header("small.safetensors").metadata["minnet-train"]
    save(load("small.safetensors"), "small.safetensors", metadata={"minnet-train": {**record, "classes": classes}})
    with pytest.raises(ModelFileError, match=rf"expected an output for each of its {len(classes)} classes"):
        run("small.safetensors")
