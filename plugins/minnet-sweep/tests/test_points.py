"""Which points a sweep tries, and that they do not depend on who asks when."""

import warnings

import pytest

from minnet_sweep import Choice, Option, Range, Sweep, SweepError
from minnet_sweep.study import Study, all_points

LETTERS = Choice("letter", (Option("a", {"x": "a"}), Option("b", {"x": "b"})))
NUMBER = Range("number", ("y",), 1, 3, is_integer=True)
ONLY_A = Range("only_a", ("z",), 0.0, 1.0, points=2, when={"letter": ("a",)})


def sweep(sampler, trials=None, space=(LETTERS, NUMBER, ONLY_A), seed=0, seconds=None):
    return Sweep(
        experiment="b", space=space, sampler=sampler, trials=trials, seed=seed, direction="min", seconds=seconds
    )


def test_a_grid_has_each_combination_once_and_only_those_that_conditions_allow():
    points = all_points(sweep("grid"))
    assert len(points) == 3 * 2 + 3
    assert len({tuple(point.items()) for point in points}) == len(points)
    assert all(("only_a" in point) == (point["letter"] == "a") for point in points)
    assert all_points(sweep("grid", trials=4)) == points[:4]


def test_a_grid_that_is_too_large_is_refused():
    large = tuple(Range(f"r{index}", (f"r{index}",), 0, 99, is_integer=True) for index in range(3))
    with pytest.raises(SweepError, match="expected 100,000 combinations at most, received 1,000,000"):
        all_points(sweep("grid", space=large))


@pytest.mark.parametrize("values", [{"is_integer": True}, {"points": 2**50}, {"step": 0.5}])
def test_a_range_of_too_many_values_is_refused_before_they_are_listed(values):
    with pytest.raises(SweepError, match="expected 100,000 combinations at most, received 1,1"):
        all_points(
            sweep("grid", space=(Range("r", ("r",), 0, 2**50 - 1 if "step" not in values else 2**49, **values),))
        )


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_points_that_nobody_learns_from_are_drawn_by_the_seed_before_the_first_trial(sampler):
    pytest.importorskip("scipy" if sampler == "qmc" else "numpy")
    space = (LETTERS, NUMBER, Range("rate", ("r",), 1e-3, 1.0, log=True))
    points = all_points(sweep(sampler, trials=16, space=space))
    assert points == all_points(sweep(sampler, trials=16, space=space))
    assert points != all_points(sweep(sampler, trials=16, space=space, seed=1))
    assert all(1e-3 <= point["rate"] <= 1.0 and point["number"] in (1, 2, 3) for point in points)
    assert len({point["rate"] for point in points}) == 16
    assert {point["letter"] for point in points} == {"a", "b"}


def test_quasi_random_points_are_spread_more_evenly_than_random_ones():
    pytest.importorskip("scipy")
    space = (Range("u", ("u",), 0.0, 1.0),)
    halves = {}
    for sampler in ("random", "qmc"):
        points = all_points(sweep(sampler, trials=64, space=space))
        counts = [sum(part <= 16 * point["u"] < part + 1 for point in points) for part in range(16)]
        halves[sampler] = max(counts) - min(counts)
    assert halves["qmc"] <= 2 < halves["random"]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_each_trial_is_drawn_by_its_number_in_whichever_process(tmp_path, sampler):
    found = []
    for order in ([0, 1, 2], [2, 0, 1]):
        path = tmp_path / f"{sampler}-{order[0]}.log"
        plan = sweep(sampler, seconds=1, space=(LETTERS, NUMBER))
        study = Study.create(path, plan)
        for _ in order:
            study.add()
        points = {}
        for number in order:
            other = Study.open(path, plan)  # as another process would
            assert other.begin(number)
            points[number] = other.values(number)
        found.append(points)
    assert found[0] == found[1]
    assert len({str(point) for point in found[0].values()}) > 1


def test_tpe_goes_where_results_are_good(tmp_path):
    plan = sweep("tpe", trials=30, space=(Range("u", ("u",), 0.0, 1.0),))
    study = Study.create(tmp_path / "journal.log", plan)
    for number in range(30):
        assert study.begin(number)
        study.end(number, "complete", abs(study.values(number)["u"] - 0.3))
    results = [trial.value for trial in study.trials()]
    assert sum(results[20:]) < 0.7 * sum(results[:10]), "the first ten are drawn at random"
    assert abs(study.best().values["u"] - 0.3) < 0.05


@pytest.mark.parametrize(
    ("low", "high", "step", "expected"),
    [
        (0.1, 0.3, 0.1, [0.1, 0.2, 0.3]),
        (0, 0.35, 0.1, [0.0, 0.1, 0.2, 0.3]),
        (-0.3, 1.1, 0.7, [-0.3, 0.4, 1.1]),
        (0.001, 0.106, 0.07, [0.001, 0.071]),
        (1, 10, 4, [1, 5, 9]),
    ],
)
def test_what_a_grid_has_of_steps_is_what_is_tried(tmp_path, low, high, step, expected):
    """Optuna draws another value at random where it is given 0.30000000000000004, which is above 0.3."""
    steps = Range("r", ("r",), low, high, step=step, is_integer=isinstance(step, int))
    study = Study.create(tmp_path / "journal.log", sweep("grid", space=(steps,)))
    assert steps.extremes() == [expected[0], expected[-1]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [study.begin(number) and study.values(number)["r"] for number in range(len(expected))] == expected
    assert len(study.trials()) == len(expected)
