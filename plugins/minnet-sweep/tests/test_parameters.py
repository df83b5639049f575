"""What the values of parameters set, which values there are, and that a sweep survives being written."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from minnet_sweep import Choice, Option, Range, Sweep
from minnet_sweep.configuration import settings_of

LABELS = st.text("abc", min_size=1, max_size=3)
CHOICES = st.lists(LABELS, min_size=1, max_size=4, unique=True).map(
    lambda labels: Choice("c", tuple(Option(label, {"optimizer.kind": label}) for label in labels))
)
NUMBERS = st.integers(1, 1000)


@given(low=NUMBERS, width=NUMBERS, points=st.integers(2, 9), log=st.booleans(), is_integer=st.booleans())
def test_a_grid_has_the_points_of_a_range_in_order_with_both_ends(low, width, points, log, is_integer):
    high = low + width
    values = Range("x", ("x",), low, high, log=log, is_integer=is_integer, points=points).values()
    assert values[0] == low
    assert values[-1] == high
    assert values == sorted(set(values))
    assert len(values) == points or is_integer
    assert all(low <= value <= high for value in values)
    if not is_integer:
        distances = [math.log(b) - math.log(a) if log else b - a for a, b in pairwise(values)]
        assert distances == pytest.approx([distances[0]] * len(distances))


@given(low=st.integers(-20, 20), count=st.integers(1, 30), step=st.sampled_from([0.1, 0.25, 1, 3]))
def test_steps_reach_the_end_that_they_divide(low, count, step):
    values = Range("x", ("x",), low, low + count * step, step=step).values()
    assert len(values) == count + 1
    assert values[-1] == pytest.approx(low + count * step)
    assert Range("x", ("x",), low, low + count * step, step=step).extremes() == pytest.approx([low, values[-1]])


@given(parameter=CHOICES, low=NUMBERS, log=st.booleans(), is_integer=st.booleans())
def test_a_sweep_is_read_as_it_was_written(parameter, low, log, is_integer):
    number = Range("n", ("a", "b"), low, low + 1, log=log, is_integer=is_integer, when={"c": ("a",)})
    sweep = Sweep(experiment="b.toml", space=(parameter, number), trials=3, metric="loss", direction="min")
    assert Sweep.from_json(json.loads(json.dumps(sweep.to_json()))) == sweep


def test_a_later_parameter_sets_a_key_within_what_an_earlier_one_sets():
    optimizers = Choice("optimizer", (Option("SGD", {"optimizer": {"class": "SGD", "lr": 1.0}}),))
    rate = Range("lr", ("optimizer.lr",), 0.1, 0.5)
    for value in (0.2, 0.3):
        data = {}
        for setting in settings_of([optimizers, rate], {"optimizer": "SGD", "lr": value}):
            setting.apply(data)
        assert data == {"optimizer": {"class": "SGD", "lr": value}}
    assert optimizers.settings("SGD") == {"optimizer": {"class": "SGD", "lr": 1.0}}, "the option itself is changed"


def test_integers_are_set_as_integers():
    assert Range("n", ("n",), 1, 3, is_integer=True).settings(2) == {"n": 2}
    assert type(Range("n", ("n",), 1, 3).settings(2)["n"]) is float
