from __future__ import annotations

import numpy as np

from minnet_core.installed import Installed
from minnet_core.requirements import missing_requirements, outdated_requirements


def with_requirements(*requires):
    return Installed("strange-a", "1.0", "/nowhere", (), requires)


def test_what_is_there_is_neither_missing_nor_outdated():
    fine = with_requirements("numpy", "NumPy >=1.0", "attrs", "pluggy[testing]>=1")
    assert missing_requirements(fine) == outdated_requirements(fine) == []


def test_what_is_not_there_is_missing_and_quoted_for_a_shell():
    needy = with_requirements("absent-thing<3,>=2", "also_absent")
    assert missing_requirements(needy) == ["'absent-thing<3,>=2'", "also_absent"]
    assert outdated_requirements(needy) == []


def test_what_is_there_in_another_version_is_outdated():
    assert outdated_requirements(with_requirements("numpy>=1000")) == [("'numpy>=1000'", np.__version__)]


def test_extras_other_platforms_and_what_nobody_can_read_do_not_count():
    fine = with_requirements("absent; extra == 'test'", "absent; python_version < '3'", "what is this?")
    assert missing_requirements(fine) == outdated_requirements(fine) == []
