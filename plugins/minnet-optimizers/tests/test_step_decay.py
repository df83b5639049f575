from __future__ import annotations

import pytest

from minnet_optimizers import StepDecay


def test_the_rate_falls_every_so_often():
    rates = [StepDecay(3, 0.5).lr_at(time, 1.0, 9) for time in range(9)]
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"every": 0}, ValueError, "StepDecay: expected every to be an integer of at least 1, received 0"),
        ({"every": 1.5}, TypeError, "StepDecay: expected every to be an integer of at least 1, received 1.5"),
        ({"every": True}, TypeError, "StepDecay: expected every to be an integer of at least 1, received True"),
        ({"every": 1, "gamma": -1}, ValueError, "StepDecay: expected gamma to be a finite number of 0 or more"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        StepDecay(**arguments)
