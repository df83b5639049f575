"""A training in shards ends with the same bits on any number of ranks: parameters, buffers, generators, reports."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD, Adam, CosineDecay, ReduceOnPlateau
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import EarlyStopping, ExponentialMovingAverage, Trainer
from minnet_train.augmentations import Mixup, Noise
from minnet_train.metrics import Accuracy, ConfusionMatrix
from minnet_train.ranks import ALONE

ROWS, FEATURES, CLASSES = 75, 6, 3
SIZES = (1, 2, 3, 4)


def drawn(rows: int, seed: int, weights: bool = False) -> ArraySamples:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((rows, FEATURES)).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[np.abs(inputs[:, 0] * 1.5).astype(int).clip(0, CLASSES - 1)]
    return ArraySamples(inputs, targets, rng.uniform(0, 2, rows) if weights else None)


def model_of(seed: int = 0) -> Sequential:
    return Sequential(
        *(Linear(FEATURES, 9, rng=seed), BatchNormalization(0.9), ReLU(), Dropout(0.3, rng=seed + 7)),
        *(Linear(9, CLASSES, rng=seed + 1), LogSoftMax()),
    )


def trainer_of(ranks, model=None, optimizer=Adam, shards=4, **options) -> Trainer:
    model = model_of() if model is None else model
    metrics = [Accuracy(), ConfusionMatrix()]
    return Trainer(
        *(model, ClassNLLCriterion(), optimizer(model, lr=0.02)),
        **{"metrics": metrics, "shards": shards, "ranks": ranks, **options},
    )


def result(trainer: Trainer) -> dict:
    """Everything that decides how a training goes on, but what threads of one process share, and times."""
    state = trainer.state_dict()
    del state["global"]
    for each in (state["running"], *state["history"]):
        for name in ("seconds", "samples_per_second"):
            each.pop(name, None)
    return state


def assert_same(results) -> None:
    first, *others = results
    for each in others:
        np.testing.assert_equal(each, first)
        assert str(bits(each)) == str(bits(first))


def bits(state) -> list:
    """The bytes of every array in a state, which tell a negative zero from another."""
    if isinstance(state, dict):
        return [(name, bits(value)) for name, value in state.items()]
    if isinstance(state, list):
        return [bits(each) for each in state]
    return state.tobytes() if isinstance(state, np.ndarray) else repr(state)


def fit_together(size: int, *, weights: bool = False, batch_size: int = 16, epochs: int = 3, rows=ROWS, **options):
    """Train on each of so many ranks, of which all but the first begin with another model and other draws."""

    def work(ranks) -> dict:
        made = {name: value(ranks) if callable(value) else value for name, value in options.items()}
        trainer = trainer_of(ranks if size > 1 else ALONE, model_of(10 * ranks.rank), **made)
        validation = drawn(2500, 1, weights)
        trainer.fit(drawn(rows, 0, weights), validation, epochs=epochs, batch_size=batch_size, rng=ranks.rank)
        return result(trainer)

    return together(size, work)


CASES = {
    "plain": {},
    "weighted": {"weights": True},
    "augmented": {"augmentations": lambda _: [Noise(0.2), Mixup(0.3)]},
    "clipped": {"clip_norm": 0.05, "clip_value": 0.04},
    "accumulated": {"accumulate": 3, "batch_size": 8},
    "modules": {"compile": False},
    "compiled": {"compile": "numpy"},
    "scheduled": {"schedule": lambda _: CosineDecay(per="step")},
    "on a plateau": {"schedule": lambda _: ReduceOnPlateau(patience=0), "epochs": 5},
    "without metrics": {"metrics": lambda _: []},
    "batches with fewer rows than shards": {"batch_size": 3, "epochs": 1},
    "one row left": {"rows": 49, "batch_size": 16},
    "many shards": {"shards": 8, "batch_size": 37},
}


@pytest.mark.parametrize("case", CASES)
def test_any_number_of_ranks_ends_with_the_same_bits(case):
    assert_same(each for size in SIZES for each in fit_together(size, **CASES[case]))


def test_an_average_of_the_weights_and_early_stopping_are_the_same_too():
    def work(ranks) -> dict:
        model = model_of(ranks.rank)
        optimizer = SGD(model, lr=0.5, momentum=0.9)
        trainer = Trainer(
            *(model, ClassNLLCriterion(), optimizer),
            shards=4,
            ranks=ranks if ranks.size > 1 else ALONE,
            average=ExponentialMovingAverage(model, 0.9),
            early_stopping=EarlyStopping(patience=2),
        )
        trainer.fit(drawn(ROWS, 0), drawn(1100, 1), epochs=40, rng=3)
        assert trainer.stopped is not None
        assert trainer.stopped.startswith("early stopping")
        return result(trainer)

    assert_same(each for size in SIZES for each in together(size, work))
