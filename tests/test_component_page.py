"""The page of all components names what is registered, and says of each module of Torch7 what became of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.component_page import TITLES  # which conftest.py makes importable
from benchmarks.torch7 import COUNTERPARTS, LEFT_OUT

from minnet_core import criterions, layers, optimizers

ROOT = Path(__file__).parents[1]
REGISTRIES = {"layers": layers, "criterions": criterions, "optimizers": optimizers}


@pytest.mark.parametrize("kind", TITLES)
def test_it_lists_each_component_once_under_the_name_of_its_class(kind):
    text = (ROOT / "docs" / "components.md").read_text("utf-8")
    section = text.partition(f"## {TITLES[kind]}\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| minnet-", section, re.MULTILINE)
    registry = REGISTRIES[kind]
    registered = {each.name for each in registry.components() if registry.load(each).__name__ == each.name}
    assert sorted(listed) == sorted(registered)


def test_each_module_of_torch7_has_a_counterpart_that_is_registered_or_a_reason():
    assert {*COUNTERPARTS.values()} <= {*layers, *criterions}
    left = [name for names in LEFT_OUT.values() for name in names]
    assert len({*left, *COUNTERPARTS}) == len(left) + len(COUNTERPARTS) == 198
