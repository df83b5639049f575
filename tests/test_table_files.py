"""The benchmark of tables, with small ones."""

from attrs import evolve
from benchmarks.table_files import LIMITS, Cost, measure, report  # which conftest.py makes importable


def test_the_benchmark_uses_both_tables_with_every_command():
    costs = measure(rows=200, columns=12)
    assert {cost.name for cost in costs} >= set(LIMITS)
    assert all(cost.seconds > 0 and cost.memory > 1e6 for cost in costs)
    assert len(report(costs).splitlines()) == 1 + len(costs)


def test_what_takes_more_than_it_may_is_said():
    cost = Cost("rows: init", 1.9, 2.5, 499e6)
    assert cost.is_allowed
    for much in (evolve(cost, seconds=2.1), evolve(cost, memory=501e6)):
        assert not much.is_allowed
        assert "more than it may take" in report([much])
