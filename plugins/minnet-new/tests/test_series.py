import pytest
from hypothesis import given, strategies as st
from packaging.specifiers import SpecifierSet

from minnet_new.series import series

NUMBER = st.integers(0, 99)


@given(
    major=NUMBER,
    minor=NUMBER,
    micro=st.integers(0, 2),
    suffix=st.sampled_from(["", "a1", "rc2", ".dev3", ".post1", "+local.1"]),
)
def test_the_version_itself_and_later_ones_of_its_series_belong_to_it(major, minor, micro, suffix):
    allowed = SpecifierSet(series(f"{major}.{minor}.{micro}{suffix}"), prereleases=True)
    assert f"{major}.{minor}.{micro}{suffix}" in allowed
    assert f"{major}.{minor}.{micro + 1}" in allowed
    assert f"{major + 1}.0" not in allowed
    assert (f"{major}.{minor + 1}" in allowed) == (major > 0)


@pytest.mark.parametrize(
    ("version", "expected"), [("0.1.0", ">=0.1,<0.2"), ("0.12.3", ">=0.12,<0.13"), ("2.0", ">=2.0,<3")]
)
def test_known_series(version, expected):
    assert series(version) == expected
