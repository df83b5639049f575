from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from minnet_core.discovery.distribution import InstalledDistribution, Requirement


def distribution(requires):
    return InstalledDistribution("strange-a", "1.0", "/nowhere", (), SimpleNamespace(requires=requires))


def of(*requires):
    return list(distribution(requires).requirements())


def test_what_is_there_is_met():
    found = of("numpy", "NumPy >=1.0", "attrs", "pluggy[testing]>=1")
    assert [each.is_met for each in found] == [True] * 4
    assert found[0] == Requirement("numpy", np.__version__, True)


def test_what_is_not_there_is_missing_and_quoted_for_a_shell():
    needs = ("absent-thing<3,>=2", "also_absent", "numpy", "!!")
    assert of(*needs)[:2] == [Requirement("'absent-thing<3,>=2'"), Requirement("also_absent")]
    assert distribution(needs).missing_requirements() == ["'absent-thing<3,>=2'", "also_absent"]


def test_what_is_there_in_another_version_is_not_met():
    assert of("numpy>=1000") == [Requirement("'numpy>=1000'", np.__version__, False)]


def test_extras_and_other_platforms_do_not_count():
    assert of("absent; extra == 'test'", "absent; python_version < '3'") == []


@pytest.mark.parametrize(
    "text", ["what is this?", "numpy ~~ 3", "absent; os_name ~= 'posix'", "absent; nothing == '1'"]
)
def test_what_nobody_can_read_does_not_count(text):
    assert of(text, "numpy") == of("numpy")


def test_what_every_component_of_a_distribution_asks_for_is_found_once():
    points = (("minnet.protocol", "1", "strange_a"), ("minnet.layers", "X", "strange_a:X"))
    found = InstalledDistribution("strange-a", "1.0", "/nowhere", points)
    assert found.protocols == ("1",)
    assert found.protocols is found.protocols, "or loading n components takes n * n steps"
