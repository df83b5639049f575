from __future__ import annotations

import pytest

from minnet_optimizers import ReduceOnPlateau


def rates(schedule: ReduceOnPlateau, values: list[float]) -> list[float]:
    found = []
    for epoch, value in enumerate(values):
        found.append(schedule.lr_at(epoch, 1.0, len(values)))
        schedule.epoch_end({schedule.metric: value}, found[-1])
    return [*found, schedule.lr_at(len(values), 1.0, len(values))]


def test_the_rate_falls_after_more_bad_epochs_than_there_is_patience():
    assert rates(ReduceOnPlateau(patience=1, factor=0.5), [1, 1, 1, 1, 1]) == [1, 1, 1, 0.5, 0.5, 0.25]


def test_a_large_number_may_be_good():
    schedule = ReduceOnPlateau("validation_accuracy", "max", patience=0, factor=0.5)
    assert rates(schedule, [0.5, 0.6, 0.6]) == [1, 1, 1, 0.5]


@pytest.mark.parametrize(("metric", "mode"), [("validation_accuracy", "max"), ("r2", "max"), ("mae", "min")])
def test_which_values_are_good_follows_from_the_metric_unless_it_is_said(metric, mode):
    assert ReduceOnPlateau(metric).mode == mode
    assert ReduceOnPlateau(metric, "min").mode == "min"


def test_a_rate_does_not_fall_below_the_least():
    assert rates(ReduceOnPlateau(patience=0, factor=0.1, min_lr=0.5), [1, 1, 1])[-1] == 0.5


def test_a_number_that_is_none_is_no_best():
    assert rates(ReduceOnPlateau(patience=0, factor=0.5), [float("nan"), 1, 0.5]) == [1, 0.5, 0.5, 0.5]


def test_a_state_is_gone_on_from():
    values = [1, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4]
    first, second, whole = (ReduceOnPlateau(patience=1, factor=0.5, cooldown=1) for _ in range(3))
    begun = rates(first, values[:4])
    second.state = first.state
    assert begun[:-1] + rates(second, values[4:]) == rates(whole, values)


def test_a_metric_that_no_report_has_is_named():
    message = r"^ReduceOnPlateau: expected metric to be a number of every report \(loss\), received 'validation_loss'$"
    with pytest.raises(ValueError, match=message):
        ReduceOnPlateau().epoch_end({"loss": 1.0, "matrix": [[1]]}, 0.1)


@pytest.mark.parametrize(
    "arguments",
    [{"mode": "best"}, {"threshold_mode": "x"}, {"factor": 1.0}, {"patience": -1}, {"cooldown": -1}, {"eps": -1}],
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=f"ReduceOnPlateau: expected {next(iter(arguments))} to be "):
        ReduceOnPlateau(**arguments)
