from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import ModelFileError, Sequential, layers, save
from minnet_train import Run, read_experiment
from minnet_train.commands.plot import _of_model, plot
from minnet_train.commands.plotted_model import PlottedModel
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
    assert run("one", "--kind", kind).startswith(f"The {said[kind]} in {kind}.png\nweights of ")
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


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("roc", "The ROC curves of one are in roc.png"),
        ("pr", "The precision-recall curves of one are in pr.png"),
        ("calibration", "The calibration of one is in calibration.png"),
        ("importance", "The importance of the features of one is in importance.png"),
        ("dependence", "The dependence of one on its features is in dependence.png"),
    ],
)
def test_what_a_classifier_predicts_is_drawn(runs, kind, said):
    assert run("one", "--kind", kind).startswith(f"{said}\nweights of ")
    assert kind_of(runs / f"{kind}.png") == b"\x89PNG"


@pytest.fixture
def regression(folder, edit):
    """A model of two numbers, one of its features being a text."""
    edit('target = "species"', 'target = ["width", "size"]\nstandardize_targets = true')
    edit("n_in = 2, n_out = 3", "n_in = 4, n_out = 2")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    rows = "".join(
        f"{n % 7},{'red' if n % 3 else 'a very long colour'},{n % 2}.5,{n}.5,{n * 2}.5,{n}\n" for n in range(40)
    )
    (folder / "flowers.csv").write_text("length,colour,kind,width,size,other\n" + rows)
    edit("n_in = 4", "n_in = 5")
    run_ = Run.prepare(read_experiment("small.toml"))
    run_.save("m.safetensors")
    return run_


@pytest.mark.parametrize("kind", ["predicted", "residuals", "importance", "dependence"])
def test_what_a_regression_predicts_is_drawn(regression, folder, kind):
    run("m.safetensors", "--kind", kind)
    assert kind_of(folder / f"{kind}.png") == b"\x89PNG"


def test_predicted_values_are_in_the_units_of_the_data(regression):
    targets, outputs = PlottedModel.of_run("m.safetensors").answers()
    raw = regression.dataset.targets[PlottedModel.of_run("m.safetensors").rows]
    np.testing.assert_allclose(targets, raw, rtol=1e-5)
    assert outputs.shape == raw.shape
    figure = _of_model(("m.safetensors",), "predicted", data=None, split="test", count=None)
    assert [axes.get_xlabel() for axes in figure.axes] == ["true width", "true size"]


def test_a_picture_of_another_task_is_refused(regression):
    with pytest.raises(PlotError, match="expected a classifier, received a model that predicts numbers"):
        run("m.safetensors", "--kind", "roc")


def test_residuals_of_a_classifier_are_refused(runs):
    with pytest.raises(PlotError, match="expected a model that predicts numbers, received a classifier"):
        run("one", "--kind", "residuals")


def test_the_features_whose_dependence_is_drawn_can_be_chosen(regression):
    options = {"data": None, "split": "all", "count": None}
    figure = _of_model(("m.safetensors",), "dependence", **options, feature=("colour", "length"))
    assert [axes.get_xlabel() for axes in figure.axes] == ["colour", "length"]
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["a very long c…", "red"]
    figure = _of_model(("m.safetensors",), "dependence", **{**options, "count": 1})
    assert len(figure.axes) == 1
    with pytest.raises(PlotError, match="expected a feature, one of length, colour, kind, other, received 'shape'"):
        run("m.safetensors", "--kind", "dependence", "--feature", "shape")


def test_importance_draws_so_many_features(regression):
    options = {"data": None, "split": "all", "count": 2}
    (axes,) = _of_model(("m.safetensors",), "importance", **options).axes
    assert len(axes.patches) == 2
    assert axes.get_title().endswith("the 2 most important of 4 features")


def test_outputs_that_are_no_probabilities_have_no_roc_curve(folder, edit):
    edit('{ class = "LogSoftMax" }', '{ class = "ReLU" }')
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    Run.prepare(read_experiment("small.toml")).save("scores.safetensors")
    with pytest.raises(PlotError, match="expected a model whose outputs are probabilities, or their logarithms"):
        run("scores.safetensors", "--kind", "calibration")


def test_an_autoencoder_is_a_regression(folder, edit):
    edit('target = "species"', 'target = "species"\nautoencode = true')
    edit("n_out = 3", "n_out = 2")
    edit(',\n    { class = "LogSoftMax" }', "")
    edit('"ClassNLLCriterion"', '"MSECriterion"')
    Run.prepare(read_experiment("small.toml")).save("auto.safetensors")
    for kind in ("predicted", "residuals", "importance"):
        run("auto.safetensors", "--kind", kind)
        assert (folder / f"{kind}.png").is_file()


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
