import pytest

from minnet_serve import Limits


@pytest.mark.parametrize("name", ["body", "rows", "requests", "threads"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1", None])
def test_limits_are_counts(name, value):
    with pytest.raises(ValueError, match=f"expected {name} to be an integer of at least 1, received "):
        Limits(**{name: value})


@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan"), True, "1", None])
def test_time_is_finite_and_above_0(value):
    with pytest.raises(ValueError, match="expected seconds to be a finite number above 0, received "):
        Limits(seconds=value)


def test_more_connections_than_requests_are_taken():
    limits = Limits(requests=10)
    assert limits.connections > 2 * limits.requests
