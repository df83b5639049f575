"""Files that earlier versions wrote, in `files`, are read and used as by these; `write.py` says how they were made.

What is read is equal to what was written, bit for bit.
What is computed from it, by a BLAS and on a machine of its own, is so up to rounding.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from minnet_core import Sequential, load, read_header, save
from minnet_train import Checkpoint, Session, read_experiment

FILES = Path(__file__).parent / "files"
EXPERIMENTS = ("autoencoder", "classes", "digits", "regression")
MODELS = sorted(path.stem for path in FILES.glob("*.safetensors") if path.stem not in EXPERIMENTS)
FUSED = [name for name in MODELS if name.startswith("fused")]
SHARED = {"2.0.W": "0.W", "2.0.b": "0.b", "3.W": "0.W"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A copy of the files, in which this process is, and the run was begun."""
    copy = tmp_path / "files"
    shutil.copytree(FILES, copy)
    monkeypatch.chdir(copy)
    config = json.loads(Path("run/config.json").read_text())
    config["folder"] = str(copy)
    Path("run/config.json").write_text(json.dumps(config))
    return copy


def minnet(*arguments):
    command = [sys.executable, "-m", "minnet_core", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def arrays(name):
    with np.load(FILES / f"{name}.npz") as file:
        return dict(file)


def expect_identical(received, expected):
    assert received.keys() == expected.keys()
    for name, array in expected.items():
        assert (received[name].dtype, received[name].shape) == (array.dtype, array.shape), name
        assert received[name].tobytes() == array.tobytes(), name


def expect_near(received, expected, rel=1e-5):
    """Compare what JSON holds; numbers up to rounding."""
    if isinstance(expected, dict):
        assert received.keys() >= expected.keys()  # a later version may tell more
        for key, value in expected.items():
            expect_near(received[key], value, rel)
    elif isinstance(expected, list):
        assert len(received) == len(expected)
        for one, other in zip(received, expected, strict=True):
            expect_near(one, other, rel)
    elif isinstance(expected, float):
        assert received == pytest.approx(expected, rel=rel, abs=1e-6)
    else:
        assert (type(received), received) == (type(expected), expected)


def expect_same_weights(model, name, **tolerance):
    weights, expected = model.namedParameters(), arrays(name)
    assert weights.keys() == expected.keys()
    for key, array in expected.items():
        np.testing.assert_allclose(weights[key], array, **tolerance, err_msg=key)


def test_there_are_files():
    assert len(MODELS) == 12
    assert len(FUSED) == 3


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_arrays_that_were_saved(name):
    model, saved = load(FILES / f"{name}.safetensors"), arrays(name)
    held = {f"parameters/{key}": array for key, array in model.namedParameters().items()}
    held |= {f"buffers/{key}": array for key, array in model.namedBuffers().items() if array is not None}
    expect_identical(held, {key: array for key, array in saved.items() if key not in ("x", "y")})
    assert not any(gradient.any() for gradient in model.namedGradParameters().values())


@pytest.mark.parametrize("name", MODELS)
def test_a_model_gives_the_outputs_that_it_gave(name):
    model, saved = load(FILES / f"{name}.safetensors"), arrays(name)
    y = model.forward(saved["x"])
    assert y.dtype == saved["y"].dtype
    tolerance = 1e-2 if y.dtype == np.float16 else 1e-6
    np.testing.assert_allclose(y, saved["y"], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_can_be_saved_again_and_is_the_same(name, tmp_path):
    model = load(FILES / f"{name}.safetensors")
    again = load(save(model, tmp_path / "again.safetensors"))
    assert repr(again) == repr(model)
    expect_identical(again.namedParameters(), model.namedParameters())
    x = arrays(name)["x"]
    np.testing.assert_array_equal(again.forward(x), model.forward(x))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_its_mode_and_its_metadata(name):
    model = load(FILES / f"{name}.safetensors")
    evaluated = name in ("normalized", "images", "float16", *FUSED)
    assert model.training is not evaluated
    assert read_header(FILES / f"{name}.safetensors").metadata == {"name": name, "numbers": [1, 2.5]}


@pytest.mark.parametrize("name", FUSED)
def test_a_model_that_was_fused_is_a_sequence_in_evaluation_mode(name):
    model = load(FILES / f"{name}.safetensors")
    assert isinstance(model, Sequential)
    assert not any(layer.training for layer in model)


def test_layers_have_the_arguments_that_they_had():
    model = load(FILES / "normalized.safetensors")
    assert (model[1].alpha, model[3].alpha, model[4].p, model[5].b) == (0.9, 0.5, 0.3, None)
    functions = load(FILES / "functions.safetensors")
    assert (functions[1].slope, functions[4].axis, functions[5].axis) == (0.1, -1, 0)
    assert load(FILES / "images.safetensors")[0].axis == 1


def test_arrays_that_were_shared_are_shared():
    path = FILES / "shared.safetensors"
    assert read_header(path).shared == SHARED
    model = load(path)
    assert model[2][0].W is model[0].W
    assert model[2][0].b is model[0].b
    assert model[3].W is model[0].W
    assert model[3].b is not model[0].b


def test_a_model_learns_on():
    model = load(FILES / "shared.safetensors")
    x, before = arrays("shared")["x"], model[0].W.copy()
    model.backward(x, model.forward(x))
    parameters, gradients = model.flattenParameters()
    parameters -= 0.1 * gradients
    assert not np.array_equal(model[0].W, before)
    assert np.array_equal(model[2][0].W, model[0].W)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_trained_model_has_the_weights_that_were_saved(name):
    expect_identical(load(FILES / f"{name}.safetensors").namedParameters(), arrays(name))


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("split", ["test", "all"])
def test_a_trained_model_is_measured_as_it_was(files, name, split):
    told = json.loads(Path("told.json").read_text())[name][split]
    expect_near(json.loads(minnet("evaluate", f"{name}.safetensors", "--split", split, "--json")), told)


@pytest.mark.parametrize("name", ["classes", "regression"])
def test_a_trained_model_predicts_what_it_did(files, name):
    told = json.loads(Path("told.json").read_text())[name]["predict"]
    lines = minnet("predict", f"{name}.safetensors", "flowers.csv", "--format", "jsonl").splitlines()
    assert len(lines) == 90
    expect_near([json.loads(line) for line in lines[: len(told)]], told)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_gives_the_weights_that_it_gave(files, name):
    without = () if name == "classes" else ("--set", "data.validation_fraction=0")  # as was usual then
    minnet("train", f"{name}.toml", "--no-run", "-o", "again.safetensors", *without)
    if name == "classes":  # Adam moves a bias before BatchNormalization by the signs of rounding errors
        assert load("again.safetensors", prepared=True).namedParameters().keys() == arrays(name).keys()
    else:
        expect_same_weights(load("again.safetensors", prepared=True), name, rtol=1e-3, atol=1e-4)
    again, before = (read_header(f"{file}.safetensors").metadata["minnet-train"] for file in ("again", name))
    expect_near(again, before)


def test_a_run_is_recorded_as_it_was(files):
    minnet("train", "classes.toml", "--run", "again")
    again, before = (json.loads(Path(run, "config.json").read_text()) for run in ("again", "run"))
    added = ("threads", "executor", "run_id", "started")
    assert list(again) == [*before, *added]
    assert again == {**before, **{key: again[key] for key in added}}
    again, before = (
        [json.loads(line) for line in Path(run, "metrics.jsonl").read_text().splitlines()] for run in ("again", "run")
    )
    for one, other in zip(again, before, strict=False):
        assert list(one) == list(other)
        for report in (one, other):
            del report["seconds"], report["samples_per_second"]
        assert [type(value) for value in one.values()] == [type(value) for value in other.values()]
    names = [sorted(path.name for path in Path(run).iterdir()) for run in ("again", "run")]
    assert names == [sorted([*names[1], "lock", "model.safetensors"]), names[1]]


def test_a_checkpoint_holds_the_weights_that_were_saved():
    checkpoint = Checkpoint.read(FILES / "run/checkpoints/step-00000015.safetensors")
    assert checkpoint.step == 15
    assert checkpoint.state["trainer"]["position"] == {"batch": 3, "epoch": 3, "step": 15}
    expect_identical(checkpoint.state["trainer"]["model"]["parameters"], arrays("run"))


def test_a_run_goes_on_in_python_where_it_was(files):
    with Session.resume("run") as session:
        assert session.resumed_at == 15
        expect_identical(session.run.model.namedParameters(), arrays("run"))
        before = [json.loads(line) for line in (FILES / "run/metrics.jsonl").read_text().splitlines()]
        assert [report.as_dict() for report in session.run.trainer.history] == before
        assert [report.epoch for report in session.epochs()] == [3, 4]
        session.finish()
    assert load("run/model.safetensors", prepared=True).namedParameters().keys() == arrays("classes").keys()


def test_a_run_goes_on_by_the_command_and_ends_as_one_that_was_not_interrupted(files):
    assert "from step 15" in minnet("train", "--resume", "run")
    assert len(Path("run/metrics.jsonl").read_text().splitlines()) == 4
    minnet("evaluate", "run/best.safetensors")


def test_a_run_goes_on_from_any_of_its_checkpoints(files):
    for step in (15, 12, 10, 6):
        Path(f"run/checkpoints/step-{step:08}.safetensors").unlink()
    assert "from step 5" in minnet("train", "--resume", "run")
    assert len(Path("run/metrics.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize("kind", ["curves", "confusion", "mistakes", "weights"])
def test_a_run_is_drawn(files, kind):
    pytest.importorskip("matplotlib")
    drawn = "digits.safetensors" if kind == "mistakes" else "run"
    minnet("plot", drawn, "--kind", kind, "-o", "drawn.png")
    assert Path("drawn.png").read_bytes().startswith(b"\x89PNG")


def test_an_experiment_with_every_key_is_read():
    experiment = read_experiment(FILES / "classes.toml")
    assert (experiment.seed, experiment.epochs, experiment.batch_size, experiment.keep) == (7, 4, 8, 100)
    assert (experiment.clip_norm, experiment.clip_value, experiment.checkpoint_every) == (2.0, 0.5, 5)
    assert experiment.early_stopping.patience == 3
    assert experiment.schedule["after"] == {"class": "CosineDecay", "per": "step"}
    assert [metric["class"] for metric in experiment.metrics] == ["Accuracy", "TopK", "ConfusionMatrix"]
    assert experiment.data.class_weights == {"setosa": 2.0, "virginica": 0.5}
    assert (experiment.data.target, experiment.data.weights, experiment.data.missing) == ("species", "count", "mean")
