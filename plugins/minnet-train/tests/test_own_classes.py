"""Classes of one's own in an experiment: imported where a user says so, recorded, and never taken from a file."""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Sequential, read_header, save
from minnet_core.cli.main import main
from minnet_core.testing import isolated
from minnet_layers import Linear
from minnet_test_support import notebook
from minnet_test_support.notebook_base import NOTEBOOK_BASE
from minnet_test_support.sources import forget_modules
from minnet_train import ExperimentFile, Run, RunDirectory, RunError, Session, load_predictor, read_experiment

CLASSES = (notebook.Linear, notebook.BatchNormalization, notebook.Dropout)

HOMEWORK = NOTEBOOK_BASE + "\n\nopen('was_run', 'w').close()\n\n\n" + "\n\n".join(map(inspect.getsource, CLASSES))

EXPERIMENT = """
epochs = 3
seed = 1
model = [
    { class = "homework.py:Linear", n_in = 2, n_out = 8 },
    { class = "homework.py:BatchNormalization", alpha = 0.9 },
    { class = "homework.py:Dropout", p = 0.3 },
    { class = "homework.py:Linear", n_in = 8, n_out = 2 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "SGD", lr = 0.1 }
data = { source = { class = "TwoMoons", n = 60 } }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homework.py").write_text(HOMEWORK)
    (tmp_path / "own.toml").write_text(EXPERIMENT)
    with isolated():
        yield tmp_path
    forget_modules(tmp_path)


def minnet(*arguments, code=0):
    """Run a command as in a process of its own: nothing is registered, and nothing has been run."""
    with isolated():
        outcome = CliRunner().invoke(main, arguments)
    forget_modules(Path.cwd())
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def was_run(folder):
    """Say whether the homework has been run since the last time."""
    path = folder / "was_run"
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


@pytest.fixture
def trained(folder):
    minnet("train", "own.toml", "--run", "run")
    assert was_run(folder)
    return folder


def test_the_notebooks_own_layers_train_and_are_recorded(trained):
    digest = hashlib.sha256(HOMEWORK.encode()).hexdigest()
    assert (trained / "run/sources/homework.py").read_text() == HOMEWORK
    config = json.loads((trained / "run/config.json").read_text())
    assert config["sources"] == {"homework.py": digest}
    assert "imports" not in config["experiment"]
    record = read_header("model.safetensors").metadata["minnet-train"]
    assert "imports" not in record["experiment"]
    assert record["card"]["sources"] == {"homework.py": digest}
    assert f"imported     homework.py, SHA-256 {digest}\n" in minnet("explain", "model.safetensors")
    assert not was_run(trained)


def test_the_same_experiment_gives_the_same_weights_though_its_layers_draw_from_the_global_generator(trained):
    before = (trained / "model.safetensors").read_bytes()
    np.random.seed(99)
    minnet("train", "own.toml", "--no-run")
    assert (trained / "model.safetensors").read_bytes() == before


def test_a_run_goes_on_bit_for_bit_with_the_file_or_its_copy(trained):
    before = (trained / "model.safetensors").read_bytes()
    for name, file in (("one", "homework.py"), ("two", "two/sources/homework.py")):
        minnet("train", "own.toml", "--epochs", "1", "--run", name, "--force")
        (trained / "model.safetensors").unlink()
        out = minnet("train", "--resume", name, "--epochs", "3", "--import", file)
        assert "warning" not in out
        assert f"minnet evaluate model.safetensors --import {file}\n" in out
        assert (trained / "model.safetensors").read_bytes() == before


COMMANDS = [
    ["evaluate", "model.safetensors"],
    ["predict", "model.safetensors", "rows.csv"],
    ["plot", "model.safetensors", "--kind", "confusion"],
    ["plot", "run", "--kind", "weights"],
    ["train", "--resume", "run", "--epochs", "4"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_is_run_without_the_option(trained, command):
    if command[0] == "plot":
        pytest.importorskip("matplotlib")
    (trained / "rows.csv").write_text("1,2\n3,4\n")
    out = minnet(*command, code=1)
    assert "--import homework.py" in out
    assert not was_run(trained)
    minnet(*command, "--import", "homework.py")
    assert was_run(trained)


def test_what_a_stranger_writes_into_a_run_or_a_model_is_not_run(trained):
    """Put the file where every name in the run and in the model leads to, and name it in every way."""
    shutil.copytree("run", "received")
    path = trained / "received/config.json"
    config = json.loads(path.read_text())
    config["experiment"]["imports"] = ["homework.py", str(trained / "homework.py"), "sources/homework.py"]
    for sources in ({}, {"homework.py": "0"}, {"../homework.py": "0"}):
        config["sources"] = sources
        path.write_text(json.dumps(config))
        assert "--import" in minnet("train", "--resume", "received", "--epochs", "4", code=1)
        assert not was_run(trained)
        assert RunDirectory.open("received").config.experiment.imports == ()  # nor by whoever goes on in Python


def test_what_a_stranger_writes_into_the_record_of_a_model_is_not_run(trained):
    metadata = read_header("model.safetensors").metadata
    metadata["minnet-train"]["experiment"]["imports"] = ["homework.py"]
    metadata["minnet-train"]["experiment"]["criterion"] = {"class": "homework.py:Criterion"}
    save(Sequential(Linear(2, 2)), "received.safetensors", metadata=metadata)
    np.save("rows.npy", np.zeros((2, 2)))
    minnet("evaluate", "received.safetensors", code=1)
    minnet("predict", "received.safetensors", "rows.npy")
    minnet("explain", "received.safetensors")
    assert load_predictor("received.safetensors").record.experiment.imports == ()
    assert not was_run(trained)


def test_another_file_of_that_name_is_told(trained):
    (trained / "homework.py").write_text(HOMEWORK + "\n")
    out = minnet("evaluate", "model.safetensors", "--import", "homework.py")
    assert "note: homework.py is not what it was: its SHA-256 was " in out
    out = minnet("train", "--resume", "run", "--epochs", "4", "--import", "homework.py")
    assert "warning: results may differ from an uninterrupted run: homework.py is not what it was" in out


def test_a_session_says_what_it_needs(trained):
    with pytest.raises(RunError, match=r"expected --import homework.py .*; run/sources/homework.py is a copy"):
        Session.resume("run").__enter__()
    with Session.resume("run", imports=["homework.py"]) as session:
        assert session.resumed_at == session.run.trainer.step > 0


def test_paths_are_relative_to_the_experiment_and_may_be_given_otherwise(folder):
    (folder / "lab/lib").mkdir(parents=True)
    (folder / "homework.py").rename(folder / "lab/lib/homework.py")
    (folder / "lab/own.toml").write_text(EXPERIMENT.replace("homework.py:", "lib/homework.py:"))
    experiment = read_experiment("lab/own.toml")
    assert experiment.imports == ("lab/lib/homework.py",)
    assert experiment.model[0]["class"] == "homework.py:Linear"
    minnet("train", "lab/own.toml", "--no-run")
    assert was_run(folder)
    (folder / "lab/lib/homework.py").rename(folder / "homework.py")
    assert "lib/homework.py" in minnet("train", "lab/own.toml", "--no-run", code=1)
    minnet("train", "lab/own.toml", "--no-run", "--import", "homework.py")
    (folder / "key.toml").write_text(
        'imports = ["homework.py"]\n' + EXPERIMENT.replace("homework.py:Dropout", "Dropout")
    )
    minnet("train", "key.toml", "--no-run", "--force")


def test_two_files_of_one_name_are_told(folder):
    (folder / "lib").mkdir()
    shutil.copy("homework.py", "lib/homework.py")
    (folder / "own.toml").write_text(EXPERIMENT.replace("homework.py:Dropout", "lib/homework.py:Dropout"))
    out = minnet("train", "own.toml", code=1)
    assert "own.toml, line 7: model[2].class: expected files of different names, received 'homework.py' and" in out


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("homework.py:Linear", "absent.py:Linear", "expected a Python file, received 'absent.py'"),
        (
            "homework.py:Dropout",
            "homework.py:Dropuot",
            "model[2].class: no distribution registers 'homework.py:Dropuot'",
        ),
        ("p = 0.3", "q = 0.3", "model[2].q: unknown argument of homework.py:Dropout"),
    ],
)
def test_mistakes_are_told_with_their_place(folder, before, after, told):
    (folder / "own.toml").write_text(EXPERIMENT.replace(before, after))
    assert told in " ".join(minnet("train", "own.toml", code=1).split())


def test_float64_is_computed_from_the_data_on(folder):
    (folder / "table.csv").write_text("x,y\n" + "".join(f"{1 + i / 2**40},{i + 2**-30}\n" for i in range(20)))
    (folder / "double.toml").write_text("""
epochs = 2
dtype = "float64"
model = [{ class = "Linear", n_in = 1, n_out = 1 }]
criterion = { class = "MSECriterion" }
optimizer = { class = "SGD", lr = 0.001 }
data = { source = "table.csv", validation_fraction = 0 }
""")
    run = Run.prepare(read_experiment("double.toml"))
    inputs, targets = run.training.batch([0, 1])
    assert inputs.dtype == targets.dtype == run.model[0].W.dtype == np.float64
    assert len(np.unique(run.training.batch(np.arange(16))[0])) == 16  # float32 cannot tell them apart
    minnet("train", "double.toml", "--no-run")
    predictor = load_predictor("model.safetensors")
    assert predictor.transform([[1 + 2**-40]]).dtype == np.float64
    assert predictor.model[0].W.dtype == np.float64
    assert "dtype        float64\n" in minnet("explain", "model.safetensors")


@pytest.mark.parametrize("dtype", ['"float16"', '"double"', "64"])
def test_what_is_no_dtype_is_told(folder, dtype):
    (folder / "own.toml").write_text(f"dtype = {dtype}\n{EXPERIMENT}")
    assert "own.toml, line 1: dtype: expected" in minnet("train", "own.toml", code=1)


def test_float32_converts_what_layers_make(folder):
    (folder / "own.toml").write_text(f'dtype = "float32"\n{EXPERIMENT}')
    run = Run.prepare(ExperimentFile.read("own.toml").experiment())
    assert {array.dtype.name for array in run.model.namedParameters().values()} == {"float32"}
