"""Shards with the statistics of the whole batch: its step, with the same bits on any number of ranks."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, LayerNormalization, Linear, LogSoftMax, ReLU
from minnet_optimizers import LBFGS, SGD, Adam
from minnet_test_support import notebook
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import DivergenceError, RanksError, Trainer
from minnet_train.augmentations import Noise
from minnet_train.metrics import Accuracy, ConfusionMatrix
from minnet_train.ranks import ALONE
from minnet_train.training import trained_part

ROWS, FEATURES, CLASSES = 75, 6, 3
SIZES = (1, 2, 3, 4)


def drawn(rows: int, seed: int, weights: bool = False, shape=(FEATURES,), dtype=np.float64) -> ArraySamples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(3, 2, (rows, *shape)).astype(dtype)
    targets = np.eye(CLASSES, dtype=dtype)[rng.integers(0, CLASSES, rows)]
    return ArraySamples(inputs, targets, rng.uniform(0, 2, rows) if weights else None)


def layers_of(seed: int = 0, dropout: float = 0.0, alpha: float = 0.9) -> Sequential:
    return Sequential(
        *(Linear(FEATURES, 9, rng=seed), BatchNormalization(alpha), ReLU(), Dropout(dropout, rng=seed + 7)),
        *(
            Linear(9, 5, rng=seed + 1),
            LayerNormalization(5),
            BatchNormalization(alpha),
            Linear(5, CLASSES, rng=seed + 2),
        ),
        LogSoftMax(),
    )


class Flattening(Module):
    """Images as rows."""

    def updateOutput(self, input):
        self.output = input.reshape(len(input), -1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape)
        return self.gradInput


def images_of(seed: int = 0) -> Sequential:
    return Sequential(
        BatchNormalization(0.5, axis=1), ReLU(), BatchNormalization(0.5, axis=1), Flattening(),
        *(Linear(2 * 5 * 4, CLASSES, rng=seed), LogSoftMax()),
    )  # fmt: skip


def trained(
    ranks, shards, model, *, optimizer=SGD, epochs=3, batch_size=16, samples=None, validation=None, lr=0.1, **options
):
    criterion = ClassNLLCriterion()
    trainer = Trainer(
        *(model, criterion, optimizer(model, lr=lr) if optimizer is not LBFGS else LBFGS(model)),
        shards=shards,
        batch_statistics="batch",
        ranks=ranks,
        **{"metrics": [Accuracy(), ConfusionMatrix()], **options},
    )
    samples = drawn(ROWS, 0) if samples is None else samples
    trainer.fit(samples, validation, epochs=epochs, batch_size=batch_size, rng=0)
    return trainer


def arrays(trainer) -> dict[str, np.ndarray]:
    return {**trainer.model.namedParameters(), **trainer.model.namedBuffers()}


def losses(trainer) -> list[float]:
    return [value for each in trainer.history for value in (each.loss, each.metrics.get("accuracy"))]


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("batch_size", [16, 5, 75])
def test_a_training_is_the_one_with_whole_batches(weights, batch_size):
    samples = drawn(ROWS, 0, weights)
    whole, *others = [
        trained(ALONE, shards, layers_of().astype(np.float64), samples=samples, batch_size=batch_size)
        for shards in (None, 1, 3, 8)
    ]
    assert whole.step >= 3
    for each in others:
        assert (each.step, each.executor) == (whole.step, "modules")
        for name, value in arrays(each).items():
            np.testing.assert_allclose(value, arrays(whole)[name], rtol=1e-12, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(losses(each), losses(whole), rtol=1e-12)


def test_images_are_normalized_by_those_of_all_shards():
    samples = drawn(ROWS, 0, shape=(2, 5, 4))
    whole, parts = (trained(ALONE, shards, images_of().astype(np.float64), samples=samples) for shards in (None, 4))
    for name, value in arrays(parts).items():
        np.testing.assert_allclose(value, arrays(whole)[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_statistics_of_a_shard_are_others():
    model = layers_of().astype(np.float64)
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), shards=4)
    trainer.fit(drawn(ROWS, 0), epochs=1, batch_size=16, rng=0)
    whole = trained(ALONE, 4, layers_of().astype(np.float64), epochs=1)
    assert abs(model[1].moving_variance - whole.model[1].moving_variance).max() > 1e-3


@pytest.mark.parametrize("size", SIZES)
def test_one_step_leaves_the_gradients_and_the_moving_statistics_of_the_batch(size):
    class Keeping:
        @hookimpl
        def minnet_gradients_ready(self, gradients):
            self.gradients = gradients.copy()

    samples = drawn(19, 3)
    model = layers_of(alpha=0.0).astype(np.float64)
    out = ClassNLLCriterion()
    out.forward(model.forward(samples.inputs), samples.targets)
    model.zeroGradParameters()
    model.backward(samples.inputs, out.backward(model.output, samples.targets))

    def work(ranks):
        keeping = Keeping()
        options = {"samples": samples, "epochs": 1, "batch_size": 19, "callbacks": [keeping]}
        return keeping, trained(ranks, 5, layers_of(alpha=0.0).astype(np.float64), **options)

    for keeping, trainer in together(size, work):
        np.testing.assert_allclose(keeping.gradients, model.flattenParameters()[1], rtol=0, atol=1e-12)
        assert len(trainer.model.namedBuffers()) == 4
        for name, value in trainer.model.namedBuffers().items():
            np.testing.assert_allclose(value, model.namedBuffers()[name], rtol=1e-12, atol=1e-13)


CASES = {
    "plain": {},
    "weighted": {"samples": lambda: drawn(ROWS, 0, True, dtype=np.float32)},
    "Adam, clipped": {"optimizer": Adam, "clip_norm": 0.05, "lr": 0.02},
    "augmented": {"augmentations": [Noise(0.2)]},
    "without metrics": {"metrics": []},
    "fewer rows than shards": {"batch_size": 3, "epochs": 1},
    "one row left": {"samples": lambda: drawn(49, 0, dtype=np.float32)},
    "validated": {"validation": drawn(1200, 5, dtype=np.float32)},
    "evaluating the loss several times": {"optimizer": LBFGS, "batch_size": ROWS},
}


@pytest.mark.parametrize("case", CASES)
def test_any_number_of_ranks_ends_with_the_same_bits(case):
    options = {name: value() if name == "samples" else value for name, value in CASES[case].items()}
    options.setdefault("samples", drawn(ROWS, 0, dtype=np.float32))

    def work(ranks):
        model = layers_of(10 * ranks.rank, dropout=0.0 if case.startswith("evaluating") else 0.3)
        return trained(ranks if ranks.size > 1 else ALONE, 4, model, **options)

    first, *others = [each for size in SIZES for each in together(size, work)]
    assert np.isfinite(first.model.flattenParameters()[0]).all()
    for each in others:
        np.testing.assert_equal(arrays(each), arrays(first))
        assert losses(each) == losses(first)
        assert [repr(layer.rng.bit_generator.state) for layer in each.model if hasattr(layer, "rng")] == [
            repr(layer.rng.bit_generator.state) for layer in first.model if hasattr(layer, "rng")
        ]


@pytest.mark.filterwarnings("ignore::minnet_train.errors.MixedSamplesWarning")
def test_layers_of_notebooks_draw_the_same_and_have_statistics_of_their_shards():
    def work(ranks):
        np.random.seed(5)
        model = Sequential(
            *(Linear(FEATURES, 8, rng=0), BatchNormalization(0.9), notebook.Dropout(0.4)),
            *(BatchNormalization(0.9), notebook.BatchNormalization(0.9), Linear(8, CLASSES, rng=1), LogSoftMax()),
        )
        return trained(ranks if ranks.size > 1 else ALONE, 4, model, samples=drawn(ROWS, 0, dtype=np.float32))

    # Threads share NumPy's generator of all: one rank, twice.
    (first,), (then,) = together(1, work), together(1, work)
    np.testing.assert_equal(arrays(then), arrays(first))


def test_frozen_layers_do_not_move():
    def work(ranks):
        model = layers_of()
        part, frozen = trained_part(model, ["0", "1"])
        trainer = Trainer(
            *(model, ClassNLLCriterion(), SGD(part, lr=0.1)),
            **{"shards": 4, "ranks": ranks, "frozen": frozen, "batch_statistics": "batch"},
        )
        model.evaluate()
        trainer.fit(drawn(ROWS, 0, dtype=np.float32), epochs=2, batch_size=16, rng=0)
        return trainer

    results = [each for size in (1, 3) for each in together(size, work)]
    for each in results:
        assert each.model[1].moving_mean is None
        assert each.model[6].moving_mean is not None
        np.testing.assert_array_equal(each.model[0].W, layers_of()[0].W)
        np.testing.assert_equal(arrays(each), arrays(results[0]))


@pytest.mark.parametrize("bad", [10, 70])
def test_every_rank_names_where_numbers_were_not_finite_first(bad):
    samples = drawn(ROWS, 0)
    samples.inputs[bad] = np.nan
    messages = []

    def work(ranks):
        try:
            trained(ranks if ranks.size > 1 else ALONE, 4, layers_of().astype(np.float64), samples=samples)
        except DivergenceError as error:
            messages.append(str(error))

    for size in SIZES:
        together(size, work)
    assert len(messages) == sum(SIZES)
    assert len(set(messages)) == 1
    assert "the inputs of the batch are not finite" in messages[0]


def test_a_rank_that_stops_stops_all_and_the_step_is_as_if_it_had_not_begun():
    class Stopping:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.step == 4 and trainer.ranks.rank == trainer.ranks.size - 1:
                trainer.stop()

    def stopped(ranks):
        return trained(ranks, 4, layers_of(dropout=0.3), callbacks=[Stopping()], epochs=2)

    whole = trained(ALONE, 4, layers_of(dropout=0.3), epochs=2)
    first, *_ = together(3, stopped)
    assert first.step < whole.step
    state = first.state_dict()

    def go_on(ranks):
        model = layers_of(5, dropout=0.3)
        trainer = Trainer(
            *(model, ClassNLLCriterion(), SGD(model, lr=0.1)),
            **{"shards": 4, "ranks": ranks, "batch_statistics": "batch", "metrics": [Accuracy(), ConfusionMatrix()]},
        )
        if ranks.rank == 0:
            trainer.load_state_dict(state)
        trainer.fit(drawn(ROWS, 0), epochs=2, batch_size=16, rng=9)
        return trainer

    for each in together(2, go_on):
        np.testing.assert_equal(arrays(each), arrays(whole))


def test_what_makes_no_sense_is_refused():
    model = layers_of()
    make = lambda **options: Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), **options)  # noqa: E731
    with pytest.raises(ValueError, match="batch_statistics: expected 'shard' or 'batch', received 'all'"):
        make(batch_statistics="all")
    with pytest.raises(ValueError, match="expected 'shard' where .* accumulate = 2, received 'batch'"):
        make(batch_statistics="batch", shards=4, accumulate=2)
    assert make(batch_statistics="batch", accumulate=2, compile="numpy").executor != "modules"


def test_ranks_that_are_asked_for_different_statistics_are_refused():
    def work(ranks):
        model = layers_of()
        statistics = "batch" if ranks.rank else "shard"
        trainer = Trainer(
            model, ClassNLLCriterion(), SGD(model, lr=0.1), ranks=ranks, batch_statistics=statistics, compile=False
        )
        trainer.fit(drawn(ROWS, 0), epochs=1, rng=0)

    with pytest.raises(RanksError, match="batch_statistics shard, received batch_statistics batch"):
        together(2, work)
