"""What is drawn for a shard depends on the generators before the step and on the number of the shard alone."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_core.state import GlobalState, generator_state, global_state_kept
from minnet_criterions import MSECriterion
from minnet_layers import Linear
from minnet_optimizers import SGD
from minnet_test_support import notebook
from minnet_test_support.array_samples import ArraySamples
from minnet_train import Trainer
from minnet_train.training.shard_draws import ShardDraws

KINDS = {
    "PCG64": lambda seed: np.random.Generator(np.random.PCG64(seed)),
    "MT19937": lambda seed: np.random.Generator(np.random.MT19937(seed)),
    "Philox": lambda seed: np.random.Generator(np.random.Philox(seed)),
    "SFC64": lambda seed: np.random.Generator(np.random.SFC64(seed)),
    "RandomState": np.random.RandomState,
    "RandomState of PCG64": lambda seed: np.random.RandomState(np.random.PCG64(seed)),
    "random": random.Random,
}


def draw(generator) -> tuple[float, ...]:
    draws = [generator.gauss(0, 1), generator.random()] if isinstance(generator, random.Random) else None
    return tuple(draws or [generator.standard_normal(), *generator.uniform(size=2)])


@pytest.fixture(autouse=True)
def _global():
    with global_state_kept():
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_a_shard_draws_the_same_whichever_were_before(kind):
    def drawn(shards, seed=1):
        generator = KINDS[kind](seed)
        draw(generator)  # a second normal number may be kept for the next call
        found = {}
        for _ in range(2):
            draws = ShardDraws([SimpleNamespace(rng=generator)])
            for shard in shards:
                draws.enter(shard)
                found.setdefault(shard, []).append(draw(generator))
            draws.leave()
        return found, repr(generator_state(generator)), draw(generator)

    whole, state, then = drawn([0, 1, 2, 3])
    for shards in ([2, 3], [3], [1, 0], []):
        some, same_state, same = drawn(shards)
        assert some == {shard: whole[shard] for shard in shards}
        assert (same_state, same) == (state, then)
    each = [draws for found in whole.values() for draws in found]
    assert len({number for draws in [*each, then] for number in draws}) == sum(map(len, [*each, then]))
    assert drawn([0], seed=2)[0][0] != whole[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_is_undone_has_drawn_nothing(kind):
    generator = KINDS[kind](1)
    before, global_before = repr(generator_state(generator)), GlobalState.now()
    draws = ShardDraws([SimpleNamespace(rng=generator)], can_undo=True)
    draws.enter(3)
    draw(generator), np.random.uniform(size=3)
    draws.undo()
    assert repr(generator_state(generator)) == before
    assert global_before.is_current()


def test_a_generator_that_two_layers_share_is_one():
    generator, twin = np.random.default_rng(0), np.random.default_rng(0)
    ShardDraws([SimpleNamespace(rng=generator), SimpleNamespace(a=generator)]).leave()
    ShardDraws([SimpleNamespace(rng=twin)]).leave()
    assert generator.random() == twin.random()


def test_a_layer_that_draws_from_numpys_global_generator_is_resumed_bit_for_bit():
    def trainer_of() -> Trainer:
        model = Sequential(Linear(3, 6, rng=0), notebook.Dropout(0.4), Linear(6, 1, rng=1))
        return Trainer(model, MSECriterion(), SGD(model, lr=0.1), shards=4)

    rng = np.random.default_rng(0)
    samples = ArraySamples(rng.standard_normal((40, 3)), rng.standard_normal((40, 1)))

    def fit(trainer, epochs) -> Trainer:
        trainer.fit(samples, epochs=epochs, batch_size=16, rng=0)
        return trainer

    np.random.seed(5)
    whole = fit(trainer_of(), 3).model.flattenParameters()[0].copy()
    np.random.seed(5)
    state = fit(trainer_of(), 1).state_dict()
    np.random.seed(6)
    (resumed := trainer_of()).load_state_dict(state)
    np.testing.assert_array_equal(fit(resumed, 3).model.flattenParameters()[0], whole)
    np.random.seed(6)
    assert not np.array_equal(fit(trainer_of(), 3).model.flattenParameters()[0], whole)
