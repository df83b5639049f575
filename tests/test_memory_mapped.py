"""Training on a file takes as much memory as its batches: the benchmark that shows it, at reduced size."""

from pathlib import Path

import attrs
import pytest
from benchmarks.memory_mapped import Peaks, is_flat, measure, report  # which conftest.py makes importable


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the peak of a process")
def test_memory_does_not_grow_with_the_file():
    small, large = measure(4_000), measure(40_000)
    assert large.file - small.file > 100e6
    for name in ("train", "evaluate", "predict"):
        assert getattr(large, name) - getattr(small, name) < 40e6, name


def test_the_benchmark_says_when_memory_grows():
    small = Peaks(1000, 10**6, 10**7, 10**7, 10**7)
    assert is_flat(small, small)
    assert not is_flat(small, attrs.evolve(small, predict=2 * 10**7))
    assert report(small, small).splitlines()[1].split() == ["1,000", "1", "10", "10", "10"]
