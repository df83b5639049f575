"""The homework's experiments: every one runs, and the page shows how they end."""

from __future__ import annotations

import tomllib
from statistics import mean

import examples.results
import numpy as np
import pytest
from click.testing import CliRunner
from examples.catalogue import COMPARISONS, FOLDER, experiments
from examples.drawings import DRAWINGS
from examples.pictures import FOLDER as PICTURES, SHOWN
from examples.rents import FILE, write_rents
from examples.report import report_markdown
from examples.results import Outcome, Results, digest

from minnet_core import load
from minnet_train import Run, read_experiment
from minnet_train.commands.train import train

CONVOLUTIONS = ("digits-conv", "digits-residual")
PAGE = FOLDER.parent / "docs/experiments.md"
RESULTS = Results.read(FOLDER / "results.json")


def last(name: str, key: str) -> float:
    return mean(report[key] for report in RESULTS.outcomes[name].last)


def epoch(name: str, number: int, key: str = "validation_loss") -> float:
    return RESULTS.outcomes[name].reports[number - 1][key]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_an_experiment_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(train, [str(path), "--epochs", "1"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    output = tomllib.loads(path.read_text())["output"]
    assert output == f"{path.stem}.safetensors"
    load(tmp_path / output, prepared=True)


def test_the_page_has_every_experiment_once():
    assert sorted(experiments()) == sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert list(RESULTS.outcomes) == list(experiments())


@pytest.mark.parametrize("name", experiments())
def test_the_results_are_those_of_the_file(name):
    assert RESULTS.outcomes[name].digest == digest(name), "python -m examples run makes them anew"
    config = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    assert len(RESULTS.outcomes[name].reports) == config["epochs"]


def test_the_page_is_written_from_the_results():
    assert PAGE.read_text() == report_markdown(RESULTS)


def test_the_page_shows_the_pictures_that_there_are():
    for picture in PICTURES.iterdir():
        assert f"(experiments/{picture.name})" in PAGE.read_text()
    assert PAGE.read_text().count("](experiments/") == len(list(PICTURES.iterdir()))
    assert len(list(PICTURES.iterdir())) == len(COMPARISONS) + len(SHOWN) + len(DRAWINGS)


def test_an_experiment_is_measured_with_several_seeds(tmp_path, monkeypatch):
    small = "epochs = 2\nmodel = [{ class = 'Linear', n_in = 64, n_out = 10 }, { class = 'LogSoftMax' }]\n"
    small += (
        "criterion = { class = 'ClassNLLCriterion' }\noptimizer = { class = 'Adam' }\ndata = { source = 'digits' }\n"
    )
    (tmp_path / "small.toml").write_text(small)
    monkeypatch.setattr(examples.results, "FOLDER", tmp_path)
    outcome, run = Outcome.measure("small", 3)
    assert (outcome.parameters, len(outcome.reports), len(outcome.last)) == (650, 2, 3)
    assert len(set(outcome.best)) == 3
    assert run.experiment.seed == 0
    written = Results.of({"small": outcome})
    written.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == written


# What the page says of the results.


def test_two_gaussians_are_parted_as_well_as_can_be():
    assert last("two-gaussians", "validation_accuracy") == pytest.approx(0.921, abs=0.01)


def test_elu_begins_fastest_and_softplus_slowest():
    begun = {name: epoch(f"digits-{name}", 5) for name in ("relu", "leaky-relu", "elu", "softplus")}
    assert min(begun, key=begun.get) == "elu"
    assert max(begun, key=begun.get) == "softplus"
    ends = [last(f"digits-{name}", "validation_accuracy") for name in ("relu", "leaky-relu", "elu")]
    assert max(ends) - min(ends) < 0.01


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "elu", "softplus"])
def test_batch_normalization_helps_every_activation(name):
    without, with_it = f"digits-{name}", f"digits-{name}-normalized"
    assert last(with_it, "validation_loss") < last(without, "validation_loss")
    assert last(with_it, "validation_accuracy") > last(without, "validation_accuracy")


def test_plain_sgd_is_behind_and_adam_no_better_than_momentum():
    assert last("digits-sgd", "validation_loss") > 1.3 * last("digits-adam", "validation_loss")
    assert last("digits-adam", "validation_loss") > 0.95 * last("digits-sgd-momentum", "validation_loss")


def test_ten_layers_learn_by_skip_connections_alone():
    assert last("digits-deep", "loss") > 2.3
    assert last("digits-deep-skip", "validation_accuracy") > last("digits-relu", "validation_accuracy") - 0.01


def test_dropout_is_better_than_learning_by_heart():
    assert last("overfitting", "loss") < 0.005
    assert last("overfitting", "validation_loss") > 1.1 * mean(RESULTS.outcomes["overfitting"].best)
    assert last("overfitting-dropout", "validation_loss") < last("overfitting", "validation_loss")
    assert mean(RESULTS.outcomes["overfitting-dropout"].best) < mean(RESULTS.outcomes["overfitting"].best)


def test_what_comes_back_is_near_to_what_went_in():
    assert last("autoencoder", "validation_mae") < 1.6  # pixels are from 0 to 16
    assert last("autoencoder", "validation_loss") < 1.1 * last("autoencoder", "loss")


def test_convolutions_know_digits_better_than_all_other_networks():
    assert last("digits-conv", "validation_accuracy") >= 0.988
    others = [name for name in experiments() if name.startswith("digits-") and name not in CONVOLUTIONS]
    best = max(last(name, "validation_accuracy") for name in others)
    for name in CONVOLUTIONS:
        assert last(name, "validation_accuracy") > best


def test_noise_is_taken_away():
    assert last("denoising-autoencoder", "validation_loss") < 0.8 * last("denoising-autoencoder", "loss")


def test_the_band_of_quantiles_covers_what_it_should():
    assert last("quantiles", "validation_coverage") == pytest.approx(0.8, abs=0.01)


def test_focal_loss_finds_more_of_a_rare_class_and_is_wrong_more_often():
    found, wrong, both = (
        [last(name, f"validation_{key}") for name in ("rare-bce", "rare-focal")]
        for key in ("recall", "precision", "f1")
    )
    assert found[1] > found[0] + 0.1
    assert wrong[1] < wrong[0] - 0.1
    assert 0 < both[1] - both[0] < 0.05


def test_labels_are_told_better_than_by_saying_no():
    dataset = Run.prepare(read_experiment(FOLDER / "overlaid-digits.toml")).dataset
    assert 1 - dataset.targets.mean() == pytest.approx(0.812, abs=5e-4)
    assert last("overlaid-digits", "validation_accuracy_of_labels") > 0.92


def test_pairs_are_told_apart():
    assert last("siamese", "validation_accuracy_of_pairs") > 0.92


def test_vectors_of_towns_are_as_good_as_an_input_for_each():
    parameters = [RESULTS.outcomes[name].parameters for name in ("rents-embedding", "rents-one-hot")]
    assert 3 * parameters[0] < parameters[1]
    assert last("rents-embedding", "validation_mae") < 1.03 * last("rents-one-hot", "validation_mae")


def test_the_table_of_rents_is_made_by_its_program(tmp_path):
    write_rents(tmp_path / "rents.csv")
    assert (tmp_path / "rents.csv").read_bytes() == FILE.read_bytes()


def test_no_digit_of_a_pair_that_is_held_out_is_trained_on():
    run = Run.prepare(read_experiment(FOLDER / "siamese.toml"))
    known, held_out = (
        {image.tobytes() for image in part.batch(np.arange(len(part)))[0].reshape(-1, 64)}
        for part in (run.training, run.test)
    )
    assert len(held_out) > 300
    assert known.isdisjoint(held_out)
    assert run.dataset.targets.mean() == 0


@pytest.mark.parametrize("name", ["digits-adam", "two-gaussians", "quantiles"])
def test_the_results_can_be_had_again(name):
    outcome, _ = Outcome.measure(name, 1)
    expected = RESULTS.outcomes[name]
    assert outcome.parameters == expected.parameters
    keys = [key for key in outcome.last[0] if "loss" in key or "accuracy" in key]
    for key in keys:  # another BLAS adds in another order
        assert outcome.last[0][key] == pytest.approx(expected.last[0][key], rel=0.1)
