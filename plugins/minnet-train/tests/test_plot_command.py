from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, Sequential, layers, save
from minnet_train import Run, read_experiment
from minnet_train.commands.plot import _of_model, plot
from minnet_train.extras import MissingLibraryError
from minnet_train.plots import PlotError

pytest.importorskip("matplotlib")


def run(*arguments: str) -> str:
    return CliRunner().invoke(plot, arguments, catch_exceptions=False).output


def kind_of(path) -> bytes:
    return path.read_bytes()[:4]


@pytest.fixture
def runs(folder):
    """Two run directories with curves, and one of them with a model."""
    for name in ("one", "two"):
        (folder / name).mkdir()
        lines = [json.dumps({"epoch": n, "step": 9 * n, "loss": 1 / n, "seconds": 0.1}) for n in (1, 2)]
        (folder / name / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    training = Run.prepare(read_experiment("small.toml"))
    training.save("one/best.safetensors")
    return folder


@pytest.fixture
def digits(folder, edit):
    """A model that has learned next to nothing of the digits."""
    edit("n_in = 2, n_out = 3", "n_in = 64, n_out = 10")
    edit('source = "flowers.csv"\ntarget = "species"', 'source = "digits"')
    training = Run.prepare(read_experiment("small.toml"))
    training.save("digits.safetensors")
    return training


def test_the_curves_of_several_runs_are_a_picture(runs):
    assert run("one", "two", "-o", "both.png") == "The curves of 2 runs are in both.png\n"
    assert kind_of(runs / "both.png") == b"\x89PNG"


def test_without_an_output_the_picture_is_called_as_its_kind(runs):
    assert run("one") == "The curves of one are in curves.png\n"
    assert (runs / "curves.png").is_file()
    run("one", "--kind", "weights")
    assert (runs / "weights.png").is_file()


def test_options_decide_how_curves_are_drawn(runs):
    run("one", "-o", "epochs.svg")
    run("one", "--along", "seconds", "--log", "-o", "seconds.svg")
    assert (runs / "epochs.svg").read_bytes() != (runs / "seconds.svg").read_bytes()


def test_the_same_command_writes_the_same_file(runs):
    run("one", "two", "-o", "first.png")
    run("one", "two", "-o", "second.png")
    assert (runs / "first.png").read_bytes() == (runs / "second.png").read_bytes()


@pytest.mark.parametrize("kind", ["confusion", "weights"])
def test_a_run_directory_has_its_best_model_drawn(runs, kind):
    said = {"confusion": "confusion matrix of one is", "weights": "weights of one are"}
    assert run("one", "--kind", kind) == f"The {said[kind]} in {kind}.png\n"
    (runs / "one/best.safetensors").rename(runs / "one/model.safetensors")
    run("one", "--kind", kind, "-o", "other.png")
    assert kind_of(runs / "other.png") == b"\x89PNG"


def test_a_run_without_a_model_is_refused(runs):
    with pytest.raises(PlotError, match=r"two: expected a run directory with best.safetensors or model.safetensors"):
        run("two", "--kind", "weights")


def test_mistakes_are_drawn_of_square_samples(digits, folder):
    run("digits.safetensors", "--kind", "mistakes", "--count", "4")
    assert kind_of(folder / "mistakes.png") == b"\x89PNG"


def test_the_title_counts_all_samples(digits):
    options = {"data": None, "split": "test", "count": 4}
    title = _of_model(("digits.safetensors",), "mistakes", **options).get_suptitle()
    assert title.startswith("digits: test samples of digits\n")
    assert f" of {len(digits.test)} misclassified; 4 of them, the most certain first" in title


def test_other_samples_are_no_images(runs):
    with pytest.raises(PlotError, match="expected a square number of features, .* received 2"):
        run("one", "--kind", "mistakes")


def test_several_runs_have_curves_in_common_and_nothing_else(runs):
    with pytest.raises(PlotError, match="expected one run to draw the confusion of, received 2"):
        run("one", "two", "--kind", "confusion")


def test_the_data_can_be_elsewhere(runs, monkeypatch):
    (runs / "elsewhere").mkdir()
    (runs / "flowers.csv").rename(runs / "elsewhere/flowers.csv")
    with pytest.raises(ModelFileError, match="--data names the data where they are now"):
        run("one", "--kind", "confusion")
    run("one", "--kind", "confusion", "--data", "elsewhere/flowers.csv")
    assert (runs / "confusion.png").is_file()


def test_weights_of_a_model_that_nobody_trained_can_be_drawn(folder):
    save(Sequential(layers["Linear"](4, 3)), "untrained.safetensors")
    run("untrained.safetensors", "--kind", "weights")
    assert (folder / "weights.png").is_file()
    with pytest.raises(ModelFileError, match="expected a model that minnet train saved"):
        run("untrained.safetensors", "--kind", "confusion")


def test_a_name_that_is_no_picture_is_refused_before_anything_is_read(runs):
    with pytest.raises(PlotError, match=r"curves.gif: expected the name of a picture to end in .pdf, .png, .svg"):
        run("one", "-o", "curves.gif")


def test_without_matplotlib_it_says_what_to_install(runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingLibraryError) as caught:
        run("one")
    message = str(caught.value)
    assert message.startswith("minnet plot: expected matplotlib to be installed, received ModuleNotFoundError")
    assert message.endswith("; pip install 'minnet-train[plot]'")


@pytest.mark.parametrize("arguments", [(), ("none",), ("one", "--kind", "all"), ("one", "--count", "0")])
def test_what_is_no_run_or_option_is_refused(runs, arguments):
    assert CliRunner().invoke(plot, arguments).exit_code == 2
