"""Every hook is documented: the page has a section for each, headed by its call as it is specified."""

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest

from minnet_core import hookspecs
from minnet_core.discovery import HOOK_HOMES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/concepts/hooks.md").read_text()
HEADINGS = re.findall(r"^## `(\w+\(.*\))`$", PAGE, re.MULTILINE)


def specified():
    """The modules that specify hooks: the core's, and those that our distributions declare."""
    yield "minnet_core.hookspecs"
    for path in [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")]:
        groups = tomllib.loads(path.read_text()).get("project", {}).get("entry-points", {})
        yield from groups.get("minnet.hookspecs", {}).values()


HOOKS = {
    name: value
    for module in specified()
    for name, value in vars(importlib.import_module(module)).items()
    if hasattr(value, "minnet_spec")
}


def test_the_core_knows_whose_hook_each_is_that_is_not_its_own():
    assert set(HOOK_HOMES) == set(HOOKS) - {
        name for name, value in vars(hookspecs).items() if hasattr(value, "minnet_spec")
    }
    for hook, home in HOOK_HOMES.items():
        assert HOOKS[hook].__module__ == f"{home.replace('-', '_')}.hookspecs"


def test_there_are_hooks():
    assert len(HOOKS) >= 3


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_section_that_shows_how_to_implement_it(hook):
    call = f"{hook}({', '.join(inspect.signature(HOOKS[hook]).parameters)})"
    assert call in HEADINGS
    section = PAGE.partition(f"## `{call}`")[2].partition("\n## ")[0]
    assert f"def {call}:" in PAGE or f"def {call.replace('(', '(self, ')}:" in section  # of a plugin or a callback
    assert len(section.split()) > 20


def test_no_section_is_about_a_hook_that_is_no_more():
    assert sorted(heading.partition("(")[0] for heading in HEADINGS) == sorted(HOOKS)
