from __future__ import annotations

import pytest

from minnet_optimizers import CosineDecay


def test_the_rate_goes_from_the_own_one_to_the_least_and_stays():
    rates = [CosineDecay(4, 0.2).lr_at(time, 1.0, 100) for time in range(7)]
    assert rates[0] == 1.0
    assert rates[2] == pytest.approx(0.6)
    assert rates[4:] == pytest.approx([0.2] * 3)


def test_without_a_length_it_takes_all_of_the_training():
    assert [CosineDecay().lr_at(time, 1.0, 10) for time in range(10)] == [
        CosineDecay(10).lr_at(time, 1.0, 99) for time in range(10)
    ]


@pytest.mark.parametrize("arguments", [{"length": 0}, {"length": -1}, {"min_lr": -0.1}])
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=f"CosineDecay: expected {next(iter(arguments))} to be "):
        CosineDecay(**arguments)
