from __future__ import annotations

import pytest

from minnet_optimizers import CosineDecay, ReduceOnPlateau, StepDecay, WarmUp


def test_the_rate_rises_in_a_straight_line():
    rates = [WarmUp(4, start_factor=0.2).lr_at(time, 1.0, 10) for time in range(6)]
    assert rates == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1])


def test_the_other_schedule_begins_after_it_and_has_the_rest():
    warm, rest = WarmUp(3, CosineDecay(per="step")), CosineDecay(per="step")
    assert [warm.lr_at(3 + time, 1.0, 10) for time in range(7)] == [rest.lr_at(time, 1.0, 7) for time in range(7)]


def test_the_unit_is_that_of_the_other_schedule():
    assert (WarmUp(3).per, WarmUp(3, per="epoch").per, WarmUp(3, StepDecay(2)).per) == ("step", "epoch", "epoch")
    with pytest.raises(ValueError, match="WarmUp: expected per to be that of StepDecay .*, 'epoch', received 'step'"):
        WarmUp(3, StepDecay(2), per="step")


def test_what_happens_while_the_rate_rises_is_not_shown_to_the_other_schedule():
    warm = WarmUp(3, ReduceOnPlateau("loss", patience=0, factor=0.5))
    rates = []
    for epoch in range(6):
        rates.append(warm.lr_at(epoch, 1.0, 6))
        warm.epoch_end({"loss": 1.0}, rates[-1])
    assert rates[3:] == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"steps": 0}, ValueError, "expected steps to be an integer of at least 1"),
        (
            {"steps": 1, "start_factor": 0},
            ValueError,
            "expected start_factor to be a finite number above 0, received 0",
        ),
        ({"steps": 1, "after": "cosine"}, TypeError, "expected after to be a Schedule, received 'cosine'"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, error, message):
    with pytest.raises(error, match=f"WarmUp: {message}"):
        WarmUp(**arguments)
