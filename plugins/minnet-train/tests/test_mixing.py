"""Shards of layers that mix samples and gather nothing: named in one sentence, and nobody else is blamed."""

from __future__ import annotations

import copy
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Container, Module, Sequential, layers
from minnet_core.cli import main
from minnet_core.nn import parts_of_batch
from minnet_core.state import generator_states
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, LayerNormalization, Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD
from minnet_test_support import notebook
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import Trainer
from minnet_train.errors import MixedSamplesWarning
from minnet_train.ranks import ALONE
from minnet_train.training.mixing import mixing_layers

ROWS, FEATURES, CLASSES = 16, 5, 3


class Straight(Module):
    """A layer that does something else in training."""

    def updateOutput(self, input):
        self.output = self.trained(input) if self.training else input + 0
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + 0
        return self.gradInput


class Centered(Straight):
    def trained(self, x):
        return x - x.mean(axis=0)


class Gathering(Straight):
    """The mean of all others, which only the whole tells, and whatever it has itself."""

    def trained(self, x):
        parts = parts_of_batch()
        told = [(len(x), x.mean(0))] if parts is None else parts.gather((len(x), x.mean(0)))
        return x - sum(count * mean for count, mean in told) / sum(count for count, _ in told)


class Mixing(Module):
    """In both modes."""

    def updateOutput(self, input):
        self.output = input / np.linalg.norm(input, axis=0)
        return self.output


class Unrepeatable(Straight):
    def trained(self, x):
        return x + np.random.default_rng().normal(size=x.shape)


class DrawingByData(Straight):
    """Draws more often for some samples than for others."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(3)

    def trained(self, x):
        size = round(float(np.abs(x[1:] - x[:-1]).sum()))
        return x + self.rng.normal(size=1 + size)[-1] + np.random.normal(size=1 + size)[-1]


class LargestFirst(Straight):
    """Takes off, and puts on again, what all samples have in common, for the sake of rounding."""

    def trained(self, x):
        return (x - x.max()) + x.max()


class Refusing(Straight):
    def trained(self, x):
        if (x[0] == x[1]).all():
            raise ValueError("expected samples that differ")
        return x - x.mean(axis=0)


class TimeFirst(Container):
    """Looks at samples as sequences, whose first axis is time, within."""

    def updateOutput(self, input):
        turned = input.reshape(len(input), FEATURES, 1).swapaxes(0, 1)
        self.output = self.modules[0].forward(turned).swapaxes(0, 1).reshape(input.shape)
        return self.output


class Counting(Straight):
    def __init__(self) -> None:
        super().__init__()
        self.seen = []

    def trained(self, x):
        self.seen.append(len(x))
        return x + len(self.seen) + random.random()


def inputs(dtype=np.float32):
    return np.random.default_rng(0).normal(3, 2, (ROWS, FEATURES)).astype(dtype)


def around(*inner):
    return Sequential(Linear(FEATURES, FEATURES, rng=0), *inner, Linear(FEATURES, CLASSES, rng=1), LogSoftMax())


RIGHT = {
    "plain": lambda: around(ReLU(), LayerNormalization(FEATURES), Dropout(0.4, rng=2)),
    "batch normalization": lambda: around(BatchNormalization(0.9), ReLU(), Dropout(0.4, rng=2), BatchNormalization()),
    "one that gathers": lambda: around(Gathering(), BatchNormalization(), Gathering()),
    "draws": lambda: around(notebook.Dropout(0.4), Dropout(0.9, rng=2), notebook.Dropout(0.4)),
    "unrepeatable": lambda: around(Unrepeatable()),
    "draws that depend on data": lambda: around(DrawingByData()),
    "rounding": lambda: around(LargestFirst(), LargestFirst()),
    "what it does not like": lambda: around(Refusing()),
    "another axis": lambda: around(TimeFirst(Centered())),
    "counting": lambda: around(Counting()),
    "frozen": lambda: frozen(around(Centered())),
}


def frozen(model):
    model[1].evaluate()
    return model


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", RIGHT)
def test_nobody_is_blamed_who_is_right(name, dtype):
    assert mixing_layers(RIGHT[name]().astype(dtype), inputs(dtype)) is None


@pytest.mark.parametrize("name", [name for name in layers if name.startswith("minnet-") or ":" not in name])
def test_no_installed_layer_is_blamed(name):
    for example in layers[name].EXAMPLES:
        try:
            made = layers[name](**example.arguments) if isinstance(example.arguments, dict) else None
            drawn = np.random.default_rng(0).normal(size=example.input) if isinstance(example.input, tuple) else None
        except Exception:  # what the conformance kit looks at
            continue
        if made is not None and drawn is not None:
            assert mixing_layers(made, drawn) is None


WRONG = {
    "one": (lambda: around(Centered()), ["layer 1 (Centered)"]),
    "several, beside those that gather": (
        lambda: around(BatchNormalization(), Centered(), Gathering(), notebook.BatchNormalization(0.9)),
        ["layer 2 (Centered)", "layer 4 (BatchNormalization)"],
    ),
    "nested": (lambda: around(Sequential(Dropout(0.3, rng=2), Centered())), ["layer 1.1 (Centered)"]),
    "alone": (lambda: Centered(), ["Centered"]),
    "in both modes": (lambda: around(BatchNormalization(), Mixing()), []),
}


@pytest.mark.parametrize("name", WRONG)
def test_layers_that_mix_samples_are_named(name):
    make, expected = WRONG[name]
    assert mixing_layers(make(), inputs()) == expected


def test_neither_the_network_nor_a_generator_is_changed():
    model = around(BatchNormalization(0.9), Dropout(0.4, rng=2), Counting(), Centered())
    before, states = copy.deepcopy(model), (repr(np.random.get_state()), random.getstate())
    assert mixing_layers(model, inputs())
    assert (repr(np.random.get_state()), random.getstate()) == states
    assert model[3].seen == []
    assert generator_states(model) == generator_states(before)
    np.testing.assert_equal(model.namedBuffers(), before.namedBuffers())


def fit(ranks, model, **options):
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), ranks=ranks, **options)
    targets = np.eye(CLASSES, dtype=np.float32)[np.arange(ROWS) % CLASSES]
    trainer.fit(ArraySamples(inputs(), targets), epochs=2, batch_size=8, rng=0, progress=False)


@pytest.mark.parametrize("statistics", ["shard", "batch"])
def test_a_training_in_shards_says_so_once_and_another_does_not(statistics):
    with warnings.catch_warnings(record=True, action="always") as caught:
        fit(ALONE, around(Centered()), shards=4, batch_statistics=statistics)
    (warning,) = caught
    assert (warning.category, warning.filename) == (MixedSamplesWarning, __file__)
    assert str(warning.message) == (
        "layer 1 (Centered) mixes the samples of a batch in training, and so those of each shard alone: it gathers "
        "nothing from the other shards, by minnet_core.nn.parts_of_batch"
    )
    with warnings.catch_warnings(action="error"):
        fit(ALONE, around(BatchNormalization()), shards=4, batch_statistics=statistics)


def test_only_the_first_rank_says_so():
    with warnings.catch_warnings(record=True, action="always") as caught:
        together(3, lambda ranks: fit(ranks, around(Centered()), shards=4))
    assert len(caught) <= 1  # none where another thread has drawn from the generator of all meanwhile


def test_whole_batches_and_a_single_shard_are_not_warned_of():
    with warnings.catch_warnings(action="error"):
        fit(ALONE, around(Centered()))
        fit(ALONE, around(Centered()), shards=1, batch_statistics="batch")


def test_several_are_told_in_one_sentence():
    with pytest.warns(MixedSamplesWarning, match=r"^layer 1 .Centered. and layer 2 .Centered. mix the .* they gather"):
        fit(ALONE, around(Centered(), Centered()), shards=2)
    with pytest.warns(MixedSamplesWarning, match=r"^a part of the network mixes the .* it gathers"):
        fit(ALONE, around(BothWays()), shards=2)


class BothWays(Mixing):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + 0
        return self.gradInput


def test_a_layer_that_mixes_the_samples_of_a_shard_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(
        "from minnet_core import Module\n"
        "class Centered(Module):\n"
        "    def updateOutput(self, input):\n"
        "        self.output = input - input.mean(axis=0) if self.training else input + 0\n"
        "        return self.output\n"
        "    def updateGradInput(self, input, gradOutput):\n"
        "        self.gradInput = gradOutput - gradOutput.mean(axis=0)\n"
        "        return self.gradInput\n"
        "    def __repr__(self):\n"
        "        return 'Cen\\x1b[2Jtered'\n"
    )
    Path("moons.toml").write_text(
        "epochs = 2\nshards = 4\n"
        'model = [{ class = "Linear", n_in = 2, n_out = 2 }, { class = "own.py:Centered" }, { class = "LogSoftMax" }]\n'
        'criterion = { class = "ClassNLLCriterion" }\noptimizer = { class = "SGD" }\n'
        'data = { source = { class = "TwoMoons", n = 40 } }\n'
    )
    command = ["moons.toml", "--no-run", "--import", "own.py"]
    with warnings.catch_warnings(action="default"):
        done = CliRunner().invoke(main, ["train", *command])
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.output.splitlines() if "mixes" in line]
    assert line.startswith("warning: layer 1 (Cen\\x1b[2Jtered) mixes the samples of a batch in training, and so ")
    assert "MixedSamplesWarning" not in done.output
    done = CliRunner().invoke(main, ["train", *command, "--set", "shards=1", "-o", "other.safetensors"])
    assert done.exit_code == 0
    assert "mixes" not in done.output
