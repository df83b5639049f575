"""Every command says of which epoch the weights are that it uses, and whether that is the best or the last."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from minnet_train import RunDirectory
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.plot import plot
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train

LAST = "weights of epoch 6, the last (the best by validation accuracy is {best})"
BEST = "weights of epoch {best}, the best by validation accuracy"


def run(command, *arguments: str):
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def best(folder, edit) -> int:
    """A run of six epochs, of which the first with the best accuracy is the best; returns which that is."""
    edit("epochs = 2", "epochs = 6")
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    edit(
        "optimizer",
        'early_stopping = { patience = 9, metric = "validation_accuracy", restore_best = false }\noptimizer',
    )
    done = run(train, "small.toml", "--run", "one")
    reports = RunDirectory.open("one").journal.read()
    epoch = max(reports, key=lambda report: (report["validation_accuracy"], -report["epoch"]))["epoch"]
    assert epoch != 6
    expected = f"with the {LAST.format(best=epoch)}; those of the best are in one/best.safetensors\n"
    assert f"The model is in small.safetensors\n{expected}" in done.output
    return epoch


@pytest.mark.parametrize(("file", "told"), [("one/best.safetensors", BEST), ("small.safetensors", LAST)])
def test_evaluate_and_predict_say_so(best, file, told):
    expected = told.format(best=best)
    assert run(evaluate, file).output.splitlines()[1] == expected
    assert json.loads(run(evaluate, file, "--json").output)["weights"] == expected.removeprefix("weights of ")
    done = run(predict, file, "flowers.csv", "--no-probabilities")
    assert f"{expected}\n" in done.output
    assert "label,probability\n" in done.output


def test_plot_says_that_it_takes_the_best_of_a_run(best):
    pytest.importorskip("matplotlib")
    for kind in ("confusion", "weights"):
        assert run(plot, "one", "--kind", kind).output.endswith(
            f"\n{BEST.format(best=best)}, in one/best.safetensors\n"
        )
    assert run(plot, "small.safetensors", "--kind", "confusion").output.endswith(
        f"\n{LAST.format(best=best)}, in small.safetensors\n"
    )


def test_weights_that_were_restored_are_the_best(folder, edit):
    edit("epochs = 2", "epochs = 9")
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    edit("optimizer", 'early_stopping = { patience = 1, metric = "validation_accuracy" }\noptimizer')
    told = r"weights of epoch (\d), the best by validation accuracy \(the last is (\d)\)\n"
    found = re.search(told, run(train, "small.toml").output)
    assert int(found[2]) == int(found[1]) + 1 < 9
    assert found[0] in run(evaluate, "small.safetensors").output


def test_one_epoch_may_be_both(folder):
    output = run(train, "small.toml", "--epochs", "1", "--no-run").output
    assert re.search(r"\nwith the weights of epoch 1, the best by [a-z ]+ and the last\n", output)
