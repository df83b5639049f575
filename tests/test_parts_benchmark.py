"""The benchmark of parts runs, and says when memory grows with them."""

import attrs
from benchmarks.parts import HEADER, PER_ROW, SOURCES, Figures, is_flat, line, measure  # which conftest.py finds


def test_every_way_of_reading_is_measured():
    figures = list(measure(2, 500, 100))
    assert [each.way for each in figures] == [*SOURCES]
    assert {each.rows for each in figures} == {1000}
    assert all(value > 0 for each in figures for value in attrs.astuple(each)[2:])


def test_the_benchmark_says_when_memory_grows():
    few = Figures("npy", 1000, 10**7, 10**7, 1.0, 1.0)
    assert is_flat(few, attrs.evolve(few, rows=2000, train=10**7 + 1000 * PER_ROW))
    assert not is_flat(few, attrs.evolve(few, rows=2000, predict=2 * 10**7))
    assert len(line(few)) == len(HEADER.removesuffix("  (MB, seconds)"))
    assert line(few).split() == ["npy", "1,000", "10", "10", "1.0", "1.0"]
