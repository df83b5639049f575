from __future__ import annotations

import numpy as np
import pytest

from minnet_train.metrics import MSE, Accuracy
from minnet_train.training.epoch_totals import ROWS, MetricBuffer


def batches(size: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [tuple(rng.normal(size=(2, size, 2)).astype(np.float32)) for _ in range(count)]


@pytest.mark.parametrize("size", [1, 32, 1000, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS])
def test_every_row_is_counted_once(size):
    drawn = batches(size, max(3, 2500 // size))
    buffer, metric = MetricBuffer([MSE()]), MSE()
    for outputs, targets in drawn:
        buffer.add(outputs, targets)
    metric.update(*(np.concatenate(column) for column in zip(*drawn, strict=True)))
    assert buffer.compute()["mse"] == pytest.approx(metric.compute(), rel=1e-12)


def test_a_batch_may_be_overwritten_once_it_is_added():
    outputs, targets = batches(4, 1)[0]
    buffer = MetricBuffer([MSE()])
    buffer.add(outputs, targets)
    expected = float(np.mean((outputs.astype(float) - targets) ** 2))
    outputs[:] = 99
    assert buffer.compute()["mse"] == pytest.approx(expected)


@pytest.mark.parametrize("size", [3, 500, 2000])
def test_a_sum_that_is_taken_up_again_is_the_same_bit_for_bit(size):
    drawn = batches(size, 9)
    whole = MetricBuffer([MSE()])
    for batch in drawn:
        whole.add(*batch)
    expected = whole.compute()
    for cut in range(10):
        first, second = MetricBuffer([MSE()]), MetricBuffer([MSE()])
        for batch in drawn[:cut]:
            first.add(*batch)
        second.load_state_dict(first.state_dict())
        for batch in drawn[cut:]:
            second.add(*batch)
        assert second.compute() == expected


def test_a_new_epoch_begins_with_nothing():
    buffer = MetricBuffer([Accuracy()])
    buffer.add(np.eye(2), np.eye(2)[::-1])
    buffer.reset()
    buffer.add(np.eye(2), np.eye(2))
    assert buffer.compute() == {"accuracy": 1.0}
