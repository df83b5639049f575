"""A training that is interrupted anywhere, and gone on with in a trainer made anew, ends as one that never was."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from minnet_core import Module, Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, ChannelwiseScaling, Dropout, Linear, LogSoftMax, ReLU
from minnet_optimizers import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    CosineDecay,
    OneCycle,
    ReduceOnPlateau,
    RMSprop,
    StepDecay,
    WarmUp,
)
from minnet_train import EarlyStopping, StateError, Trainer
from minnet_train.augmentations import Mixup, Noise
from minnet_train.metrics import MSE, R2, Accuracy, ConfusionMatrix, TopK

EPOCHS, BATCH, ROWS = 4, 8, 43
STEPS = EPOCHS * -(-ROWS // BATCH)
TIMES = ("seconds", "samples_per_second")


def network() -> Sequential:
    one, two, three = np.random.default_rng(5).spawn(3)
    return Sequential(
        Linear(3, 6, rng=one),
        BatchNormalization(0.9),
        ChannelwiseScaling(6, rng=8),
        ReLU(),
        Dropout(0.3, rng=two),
        Sequential(Linear(6, 2, rng=three), Dropout(0.1, rng=7)),
        LogSoftMax(),
    )


def through_json(state: dict[str, Any]) -> dict[str, Any]:
    """Write a state as JSON and the bytes of arrays, and read it."""
    arrays: list[bytes] = []

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            assert all(type(key) is str for key in value)
            return {key: plain(item) for key, item in value.items()}
        if type(value) is list:
            return [plain(item) for item in value]
        if isinstance(value, np.ndarray):
            np.save(file := io.BytesIO(), value, allow_pickle=False)
            arrays.append(file.getvalue())
            return {"array": len(arrays) - 1}
        assert value is None or type(value) in (bool, int, float, str), value
        return value

    def nested(value: Any) -> Any:
        if isinstance(value, dict):
            is_array = value.keys() == {"array"}
            return np.load(io.BytesIO(arrays[value["array"]])) if is_array else {k: nested(v) for k, v in value.items()}
        return list(map(nested, value)) if isinstance(value, list) else value

    return nested(json.loads(json.dumps(plain(state), allow_nan=False)))


def outcome(trainer: Trainer) -> dict[str, Any]:
    """Everything that is left of a training, without times."""
    state = trainer.state_dict()
    for report in state["history"]:
        for name in TIMES:
            del report[name]
    del state["running"]["seconds"]
    return state


class Taken(BaseException):
    """Ends a training as a kill would."""


class Taking:
    """Takes the state after one step or epoch, and ends the training."""

    def __init__(self, when: int, hook: str) -> None:
        self.when, self.hook = when, hook
        self.state: dict[str, Any] | None = None

    def take(self, trainer: Trainer, hook: str, number: int) -> None:
        if (hook, number) == (self.hook, self.when):
            self.state = trainer.state_dict()
            raise Taken

    @hookimpl
    def minnet_step_end(self, trainer):
        self.take(trainer, "step", trainer.step)

    @hookimpl
    def minnet_epoch_end(self, trainer, report):
        self.take(trainer, "epoch", report.epoch)


POINTS = [*(("step", step) for step in range(1, STEPS + 1)), *(("epoch", epoch) for epoch in range(1, EPOCHS + 1))]

Make = Callable[[], Trainer]


def trainer_of(optimizer: Callable[[Module], Any], **options: Any) -> Trainer:
    model = network()
    made = {name: value() if callable(value) else value for name, value in options.items()}
    return Trainer(model, ClassNLLCriterion(), optimizer(model), **made)


CASES: dict[str, Make] = {
    "SGD": lambda: trainer_of(SGD),
    "momentum": lambda: trainer_of(lambda model: SGD(model, 0.05, 0.9)),
    "Nesterov": lambda: trainer_of(lambda model: SGD(model, 0.05, 0.9, nesterov=True, weight_decay=0.01)),
    "Adam": lambda: trainer_of(lambda model: Adam(model, 0.01), metrics=lambda: [Accuracy(), TopK(1)]),
    "AdamW": lambda: trainer_of(AdamW),
    "RMSprop": lambda: trainer_of(lambda model: RMSprop(model, momentum=0.5, centered=True)),
    "Adagrad": lambda: trainer_of(lambda model: Adagrad(model, lr_decay=0.1)),
    "StepDecay": lambda: trainer_of(Adam, schedule=lambda: StepDecay(1, 0.5)),
    "StepDecay of steps": lambda: trainer_of(Adam, schedule=lambda: StepDecay(3, 0.5, per="step")),
    "CosineDecay": lambda: trainer_of(Adam, schedule=CosineDecay),
    "WarmUp": lambda: trainer_of(Adam, schedule=lambda: WarmUp(5, CosineDecay(per="step"))),
    "OneCycle": lambda: trainer_of(Adam, schedule=OneCycle),
    "ReduceOnPlateau": lambda: trainer_of(
        lambda model: SGD(model, 0.3), schedule=lambda: ReduceOnPlateau("loss", patience=0, factor=0.5, threshold=0.2)
    ),
    "WarmUp, ReduceOnPlateau": lambda: trainer_of(
        lambda model: SGD(model, 0.3),
        schedule=lambda: WarmUp(1, ReduceOnPlateau(patience=0, factor=0.5, threshold=0.3)),
    ),
    "early stopping": lambda: trainer_of(
        lambda model: Adam(model, 0.02), early_stopping=EarlyStopping(patience=1, min_delta=0.2)
    ),
    "clipping": lambda: trainer_of(Adam, clip_norm=0.5, clip_value=0.1),
    "augmentations": lambda: trainer_of(Adam, augmentations=lambda: [Noise(0.5), Mixup()]),
    "metrics": lambda: trainer_of(Adam, metrics=lambda: [ConfusionMatrix(), MSE(), R2()]),
}


def fit(trainer: Trainer, samples: Any, rng: Any = 3) -> Trainer:
    trainer.fit(samples(ROWS), samples(20, 1), epochs=EPOCHS, batch_size=BATCH, rng=rng)
    return trainer


def interrupted(make: Make, samples: Any, hook: str, when: int) -> dict[str, Any] | None:
    """The state after a step or epoch; None if training is over before."""
    trainer = make()
    taking = Taking(when, hook)
    trainer.callbacks.append(taking)
    with suppress(Taken):
        fit(trainer, samples)
    return taking.state


@pytest.mark.parametrize("name", CASES)
def test_the_rest_is_the_same_bit_for_bit_wherever_training_is_interrupted(name, samples):
    whole = outcome(fit(CASES[name](), samples))
    points = POINTS if name in ("Adam", "early stopping") else POINTS[:: 3 if "Plateau" in name else 5]
    for hook, when in points:
        state = interrupted(CASES[name], samples, hook, when)
        if state is None:
            assert name == "early stopping"
            continue
        resumed = CASES[name]()
        resumed.load_state_dict(through_json(state))
        np.testing.assert_equal(outcome(fit(resumed, samples, rng=99)), whole, f"{hook} {when}")


def test_early_stopping_does_end_the_case_above(samples):
    trainer = fit(CASES["early stopping"](), samples)
    assert trainer.stopped is not None
    assert len(trainer.history) < EPOCHS


def test_a_training_may_be_interrupted_many_times(samples):
    make = CASES["Adam"]
    whole = outcome(fit(make(), samples))
    state = None
    for step in (1, 2, 7, 12, 13, 20):
        trainer = make()
        if state is not None:
            trainer.load_state_dict(through_json(state))
        trainer.callbacks.append(taking := Taking(step, "step"))
        with pytest.raises(Taken):
            fit(trainer, samples)
        state = taking.state
    resumed = make()
    resumed.load_state_dict(through_json(state))
    np.testing.assert_equal(outcome(fit(resumed, samples)), whole)


def test_taking_states_changes_nothing(samples):
    class Watching:
        @hookimpl
        def minnet_step_end(self, trainer):
            trainer.state_dict()

    watched = CASES["Adam"]()
    watched.callbacks.append(Watching())
    np.testing.assert_equal(outcome(fit(watched, samples)), outcome(fit(CASES["Adam"](), samples)))


def test_a_state_is_a_copy_that_further_training_does_not_change(samples):
    state = interrupted(CASES["Adam"], samples, "step", 8)
    frozen = through_json(state)
    trainer = CASES["Adam"]()
    trainer.load_state_dict(state)
    fit(trainer, samples)
    np.testing.assert_equal(state, frozen)


def test_what_is_loaded_may_be_taken_again_at_once(samples):
    state = interrupted(CASES["momentum"], samples, "step", 8)
    trainer = CASES["momentum"]()
    trainer.load_state_dict(state)
    np.testing.assert_equal(trainer.state_dict(), state)


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM])
def test_every_kind_of_generator_goes_on_also_one_that_is_shared_with_a_layer(samples, bits):
    def make() -> tuple[Trainer, np.random.Generator]:
        generator = np.random.Generator(bits(3))
        model = Sequential(Linear(3, 2, rng=1), Dropout(0.5, rng=generator), LogSoftMax())
        return Trainer(model, ClassNLLCriterion(), SGD(model, 0.1)), generator

    whole, rng = make()
    whole = outcome(fit(whole, samples, rng))
    first, rng = make()
    first.callbacks.append(taking := Taking(9, "step"))
    with pytest.raises(Taken):
        fit(first, samples, rng)
    second, rng = make()
    second.load_state_dict(through_json(taking.state))
    np.testing.assert_equal(outcome(fit(second, samples, rng)), whole)


def test_a_generator_of_another_kind_is_refused(samples):
    trainer = CASES["SGD"]()
    trainer.load_state_dict(interrupted(CASES["SGD"], samples, "step", 3))
    with pytest.raises(StateError, match=r"^rng: expected the state of a MT19937, received that of a PCG64$"):
        fit(trainer, samples, np.random.Generator(np.random.MT19937(0)))


class NotebookLayer(Module):
    """Draws from NumPy's global generator, and counts and remembers as a notebook would, declaring nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.rate, self.shape = 0, np.float32(1.0), (1, 2)
        self.old = np.random.RandomState(4)

    def updateOutput(self, input):
        if self.training:
            self.calls += 1
            self.rate = np.float32(self.rate * np.float32(0.9))
            self.running = 0.9 * getattr(self, "running", 0) + 0.1 * input.mean(0)
        noise = np.random.normal(size=input.shape) + self.old.normal(size=input.shape)
        self.output = (input + 0.1 * self.rate * noise - getattr(self, "running", 0)).astype(np.float32)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def test_a_layer_of_a_notebook_goes_on_too(samples):
    def make() -> Trainer:
        np.random.seed(1)
        model = Sequential(NotebookLayer(), Linear(3, 2, rng=1), LogSoftMax())
        return Trainer(model, ClassNLLCriterion(), SGD(model, 0.1))

    whole = outcome(fit(make(), samples))
    state = interrupted(make, samples, "step", 9)
    resumed = make()
    np.random.random(5)
    resumed.load_state_dict(state)
    layer = resumed.model[0]
    assert (layer.calls, type(layer.rate), layer.shape) == (9, np.float32, (1, 2))
    np.testing.assert_equal(outcome(fit(resumed, samples)), whole)


class Averaging:
    """A callback that remembers something: the mean of the losses."""

    def __init__(self) -> None:
        self.total = 0.0

    @hookimpl
    def minnet_step_end(self, loss):
        self.total += loss

    def state_dict(self):
        return {"total": self.total}

    def load_state_dict(self, state):
        self.total = state["total"]


def test_a_callback_with_a_state_goes_on_too(samples):
    def make() -> Trainer:
        return trainer_of(SGD, callbacks=lambda: [Averaging()])

    whole = fit(make(), samples).callbacks[0].total
    resumed = make()
    resumed.load_state_dict(interrupted(make, samples, "step", 9))
    assert fit(resumed, samples).callbacks[0].total == whole


@pytest.mark.parametrize(
    ("rows", "batch", "received"),
    [(ROWS, 9, "'samples': 43, 'batch_size': 9"), (40, BATCH, "'samples': 40, 'batch_size': 8")],
)
def test_an_epoch_that_was_begun_cannot_go_on_otherwise(samples, rows, batch, received):
    trainer = CASES["SGD"]()
    trainer.load_state_dict(through_json(interrupted(CASES["SGD"], samples, "step", 3)))
    message = "^epoch 1, batch 4: expected to go on with the epoch that was begun, {'samples': 43, 'batch_size': 8}, "
    with pytest.raises(StateError, match=message + f"received {{{received}}}$"):
        trainer.fit(samples(rows), epochs=EPOCHS, batch_size=batch)
    trainer.load_state_dict(interrupted(CASES["SGD"], samples, "epoch", 1))
    assert len(trainer.fit(samples(rows), epochs=2, batch_size=batch)) == 2


REFUSED = [
    ({"format": 1}, r"^expected the state of a trainer, of format 2, received 1$"),
    ({}, r"^expected the state of a trainer, of format 2, received None$"),
]


@pytest.mark.parametrize(("state", "message"), REFUSED)
def test_what_is_no_state_is_refused(state, message):
    with pytest.raises(StateError, match=message):
        CASES["SGD"]().load_state_dict(state)


def other_model(**options: Any) -> Trainer:
    model = Sequential(Linear(3, 5, rng=0), LogSoftMax())
    return Trainer(model, ClassNLLCriterion(), SGD(model), **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (other_model, r"^generators: expected those of this model, \[\], received a state of \['model.4.rng', 'model"),
        (CASES["StepDecay"], "schedule: expected the state of a training with a schedule, received one without$"),
        (CASES["early stopping"], "early_stopping: expected the state of a training with it, received one without$"),
        (
            lambda: trainer_of(Adam, callbacks=lambda: [Averaging()]),
            r"callbacks: expected those with a state to be \[\], received \['Averaging'\]",
        ),
        (
            lambda: trainer_of(Adam, metrics=lambda: [MSE()]),
            r"^metrics: expected those of the state, \['accuracy', 'top1'\], received \['mse'\]$",
        ),
    ],
)
def test_the_state_of_another_training_is_refused(samples, make, message):
    state = interrupted(CASES["Adam"], samples, "step", 3)
    with pytest.raises(StateError, match=message):
        make().load_state_dict(state)


def test_the_state_of_a_model_of_other_widths_is_refused_and_nothing_is_changed(samples):
    def make(width: int) -> Trainer:
        model = Sequential(Linear(3, width, rng=0), Linear(width, 2, rng=1), LogSoftMax())
        return Trainer(model, ClassNLLCriterion(), SGD(model))

    trainer = make(5)
    before = trainer.state_dict()
    with pytest.raises(StateError, match=r"0.W: expected \(5, 3\) float32, received \(4, 3\) float32; 0.b: expected"):
        trainer.load_state_dict(make(4).state_dict())
    np.testing.assert_equal(trainer.state_dict(), before)
