from __future__ import annotations

import pytest

from minnet_optimizers import OneCycle


@pytest.mark.parametrize("anneal", ["cos", "linear"])
def test_the_rate_rises_to_the_own_one_and_falls_to_almost_nothing(anneal):
    rates = [OneCycle(pct_start=0.4, anneal=anneal, div_factor=10).lr_at(time, 1.0, 10) for time in range(10)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[3] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(1e-5)
    assert rates == sorted(rates[:4]) + sorted(rates[4:], reverse=True)


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("pct_start", [0.0, 0.3, 0.5, 0.99])
def test_short_trainings_have_rates_too(length, pct_start):
    assert all(0 <= OneCycle(pct_start=pct_start).lr_at(time, 1.0, length) <= 1 for time in range(length + 2))


@pytest.mark.parametrize("arguments", [{"length": 0}, {"pct_start": 1.0}, {"div_factor": 0}, {"anneal": "steps"}])
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=f"OneCycle: expected {next(iter(arguments))} to be "):
        OneCycle(**arguments)
