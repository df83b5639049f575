"""A training in shards ends with the same bits on any number of ranks: parameters, buffers, generators, reports."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from minnet_core import Module, Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax, ReLU
from minnet_optimizers import LBFGS, SGD, Adam, CosineDecay, ReduceOnPlateau
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import DivergenceError, EarlyStopping, ExponentialMovingAverage, RanksError, StateError, Trainer
from minnet_train.augmentations import Mixup, Noise
from minnet_train.metrics import Accuracy, ConfusionMatrix
from minnet_train.ranks import ALONE
from minnet_train.training import trained_part

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


class Stopping:
    """Asks for the end after a step, on one rank."""

    def __init__(self, step: int) -> None:
        self.step = step

    @hookimpl
    def minnet_step_end(self, trainer):
        if trainer.step == self.step:
            trainer.stop()


@pytest.mark.parametrize("step", [1, 5, 7, 10])  # 5 is the last step of the first epoch, and 10 that of the second
def test_a_stop_that_one_rank_is_asked_for_stops_all_after_that_step_and_any_number_goes_on(step):
    def begin(ranks, stopping=True) -> Trainer:
        callbacks = [Stopping(step)] if stopping and ranks.rank == ranks.size - 1 else []
        trainer = trainer_of(ranks if ranks.size > 1 else ALONE, callbacks=callbacks)
        trainer.fit(drawn(ROWS, 0), drawn(50, 1), epochs=3, batch_size=16, rng=0)
        if stopping:
            assert (trainer.step, trainer.stopped) == (step, f"stopped after step {step}")
        return trainer

    def go_on(ranks) -> dict:
        trainer = trainer_of(ranks if ranks.size > 1 else ALONE, model_of(5))
        if ranks.rank == 0:  # which alone has read the state
            trainer.load_state_dict(state)
        trainer.fit(drawn(ROWS, 0), drawn(50, 1), epochs=3, batch_size=16, rng=9)
        return result(trainer)

    whole = [result(each) for each in together(2, lambda ranks: begin(ranks, stopping=False))]
    stopped = [each for size in SIZES for each in together(size, begin)]
    assert_same(map(result, stopped))
    for size in (1, 3):
        state = stopped[2].state_dict()
        assert_same([*whole, *together(size, go_on)])


def test_a_training_that_is_asked_to_stop_before_it_begins_takes_no_step():
    def work(ranks) -> int:
        trainer = trainer_of(ranks)
        if ranks.rank == 1:
            trainer.stop()
        trainer.fit(drawn(ROWS, 0), epochs=3, rng=0)
        trainer.fit(drawn(ROWS, 0), epochs=1, batch_size=25, rng=0)  # it was about that call
        return trainer.step

    assert together(2, work) == [3, 3]


def test_an_epoch_does_not_go_on_with_another_number_of_shards():
    first, then = trainer_of(ALONE, callbacks=[Stopping(2)]), trainer_of(ALONE, shards=3)
    first.fit(drawn(ROWS, 0), epochs=1, batch_size=16, rng=0)
    then.load_state_dict(first.state_dict())
    with pytest.raises(StateError, match="'shards': 4.*received .*'shards': 3"):
        then.fit(drawn(ROWS, 0), epochs=1, batch_size=16, rng=0)


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("compile", [False, "numpy"])
def test_without_what_couples_samples_it_is_the_training_with_whole_batches(weights, compile):
    found = []
    for shards in (None, 1, 3, 4):
        model = Sequential(*(Linear(FEATURES, 5, rng=0), ReLU(), Linear(5, CLASSES, rng=1), LogSoftMax()))
        model.astype(np.float64)
        trainer = trainer_of(ALONE, model, shards=shards, compile=compile, clip_norm=0.5)
        trainer.fit(drawn(ROWS, 0, weights), drawn(90, 1), epochs=3, batch_size=16, rng=0)
        numbers = [(report.loss, report.metrics["accuracy"]) for report in trainer.history]
        found.append((trainer.model.flattenParameters()[0], numbers))
    for parameters, losses in found[1:]:
        np.testing.assert_allclose(parameters, found[0][0], rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(losses, found[0][1], rtol=1e-9)


def test_each_rank_reads_the_samples_of_its_own_shards_only():
    class Counting(ArraySamples):
        def batch(self, rows):
            seen.setdefault(threading.get_ident(), []).extend(rows.tolist())
            return super().batch(rows)

    seen: dict[int, list[int]] = {}

    def work(ranks) -> None:
        samples = drawn(64, 0)
        trainer_of(ranks, metrics=[]).fit(
            *(Counting(samples.inputs, samples.targets), Counting(samples.inputs, samples.targets)),
            **{"epochs": 1, "batch_size": 16, "rng": 0},
        )

    together(4, work)
    counts = sorted(len(rows) for rows in seen.values())
    assert counts == [16, 16, 16, 16 + 64]  # the one chunk to validate by is read by one of them
    assert sorted(row for rows in seen.values() for row in rows) == sorted([*range(64), *range(64)])


def test_an_optimizer_that_evaluates_the_loss_several_times_a_step():
    def work(ranks) -> dict:
        model = Sequential(*(Linear(FEATURES, 5, rng=0), ReLU(), Linear(5, CLASSES, rng=1), LogSoftMax()))
        trainer = Trainer(
            *(model, ClassNLLCriterion(), LBFGS(model)), shards=4, ranks=ranks if ranks.size > 1 else ALONE
        )
        trainer.fit(drawn(ROWS, 0), epochs=4, batch_size=ROWS, rng=0)
        return result(trainer)

    assert_same(each for size in (1, 2, 3) for each in together(size, work))


@pytest.mark.parametrize("bad", [10, 70])
def test_every_rank_raises_the_same_error_of_a_loss_that_is_not_finite(bad):
    def work(ranks) -> None:
        samples = drawn(ROWS, 0)
        samples.inputs[bad] = np.nan
        validation = drawn(3000, 1)
        trainer = trainer_of(ranks if ranks.size > 1 else ALONE)
        try:
            trainer.fit(samples, validation, epochs=1, batch_size=16, rng=0)
        except DivergenceError as error:
            messages.append(str(error))
            raise

    messages: list[str] = []
    for size in SIZES:
        with pytest.raises(
            DivergenceError, match=r"^epoch 1, batch \d: expected a finite loss, received nan; the inputs"
        ):
            together(size, work)
    assert len(messages) == sum(SIZES)
    assert len(set(messages)) == 1


def test_every_rank_raises_the_same_error_of_a_loss_of_validation_that_is_not_finite():
    def work(ranks) -> None:
        validation = drawn(3000, 1)
        validation.inputs[2100] = np.inf
        try:
            trainer_of(ranks if ranks.size > 1 else ALONE).fit(drawn(ROWS, 0), validation, epochs=1, rng=0)
        except DivergenceError as error:
            messages.append(str(error))

    messages: list[str] = []
    for size in SIZES:
        together(size, work)
    assert len(messages) == sum(SIZES)
    assert len(set(messages)) == 1
    assert messages[0].startswith("epoch 1, validation samples: expected a finite loss")


def test_ranks_that_are_asked_for_different_trainings_are_refused_by_all():
    def work(ranks) -> None:
        try:
            trainer_of(ranks).fit(drawn(ROWS, 0), epochs=1, batch_size=16 + (ranks.rank == 2), rng=0)
        except RanksError as error:
            messages.append(str(error))

    messages: list[str] = []
    together(3, work)
    assert (
        messages == ["rank 2 of 3: expected the same training as on rank 0, batch_size 16, received batch_size 17"] * 3
    )


def test_callbacks_with_a_state_may_be_on_rank_0_alone():
    class Counting:
        def __init__(self) -> None:
            self.steps = 0

        @hookimpl
        def minnet_step_end(self):
            self.steps += 1

        def state_dict(self):
            return {"steps": self.steps}

        def load_state_dict(self, state):
            self.steps = state["steps"]

    def work(ranks) -> int:
        callbacks = [Counting() for _ in range(ranks.size - 1 - ranks.rank)]
        trainer_of(ranks, callbacks=callbacks).fit(drawn(ROWS, 0), epochs=1, batch_size=16, rng=0)
        return sum(each.steps for each in callbacks)

    assert together(2, work) == [5, 0]


@pytest.mark.parametrize("shards", [0, -1, 1.5, True])
def test_a_number_of_shards_that_makes_no_sense_is_refused(shards):
    with pytest.raises(ValueError, match="^shards: expected a whole number of at least 1 or None, received"):
        trainer_of(ALONE, shards=shards)


def test_there_are_as_many_shards_as_ranks_at_least_and_eight_unless_somebody_says():
    with pytest.raises(ValueError, match="^shards: expected at least one for each of the 5 ranks, received 4$"):
        together(5, trainer_of)
    assert trainer_of(ALONE, shards=None).shards is None
    assert {trainer.shards for size in (1, 2) for trainer in together(size, lambda r: trainer_of(r, shards=None))} == {
        8
    }


def test_augmentations_change_each_shard_in_another_way():
    class Seeing(Module):
        def updateOutput(self, input):
            seen.append(input.copy())
            self.output = input + 0
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput + 0
            return self.gradInput

    seen: list[np.ndarray] = []
    model = Sequential(Seeing(), Linear(FEATURES, CLASSES, rng=0), LogSoftMax())
    samples = ArraySamples(np.zeros((16, FEATURES), np.float32), np.eye(CLASSES, dtype=np.float32)[np.zeros(16, int)])
    trainer = trainer_of(ALONE, model, augmentations=[Noise(1.0)], compile=False)
    trainer.fit(samples, epochs=2, batch_size=8, rng=0)
    del seen[:-16]  # a copy is tried before the first step
    assert [len(each) for each in seen] == [2] * 16
    assert len({each.tobytes() for each in seen}) == 16


def test_ranks_report_the_same_times():
    def work(ranks) -> list[dict]:
        trainer = trainer_of(ranks)
        return [report.as_dict() for report in trainer.fit(drawn(ROWS, 0), epochs=2, rng=0)]

    first, *others = together(3, work)
    assert first[0]["seconds"] > 0
    for each in others:
        np.testing.assert_equal(each, first)


@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.1}], ids=str)
def test_frozen_layers_stay_as_they_are_on_any_number_of_ranks(options):
    def work(ranks) -> dict:
        model = model_of(0)
        part, frozen = trained_part(model, ["0", "1"])
        trainer = Trainer(
            *(model, ClassNLLCriterion(), SGD(part, lr=0.1)),
            **{"frozen": frozen, "shards": 4, "ranks": ranks if ranks.size > 1 else ALONE, **options},
        )
        model.forward(drawn(20, 3).inputs)  # so that there is something to normalize by
        before = model[0].W.copy(), model[1].moving_mean.copy()
        trainer.fit(drawn(ROWS, 0), epochs=2, batch_size=16, rng=0)
        np.testing.assert_array_equal(model[0].W, before[0])
        np.testing.assert_array_equal(model[1].moving_mean, before[1])
        return result(trainer)

    assert_same(each for size in SIZES for each in together(size, work))
