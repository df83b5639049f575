"""Hooks that one plugin specifies and others implement."""

from __future__ import annotations

import sys

import pytest

from minnet_core import layers
from minnet_core.plugins import plugin_host
from minnet_core.testing import install_distribution
from minnet_test_support.plugins import HEAD, install, plugin_of

SPECS = '''
@hookspec
def minnet_drill_start(model, epochs):
    """A model is about to be trained."""
'''


def test_a_plugin_may_specify_hooks_that_others_implement_whatever_their_names_order(site):
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    source = "@hookimpl\ndef minnet_drill_start(epochs): return epochs + 1\n"
    install(site, "a-stranger", source)
    assert plugin_host().call(plugin_of("a-stranger"), "minnet_drill_start", model=None, epochs=3) == 4


def test_one_distribution_may_specify_and_implement(site):
    points = {"minnet": {"it": "strange_a.plugin"}, "minnet.hookspecs": {"it": "strange_a.specs"}}
    plugin = f"{HEAD}@hookimpl\ndef minnet_drill_start(model): return [model]\n"
    install_distribution(
        site, "strange-a", {"strange_a.plugin": plugin, "strange_a.specs": HEAD + SPECS}, entry_points=points
    )
    layers.refresh()
    assert plugin_host().call(plugin_of("strange-a"), "minnet_drill_start", model=1, epochs=3) == [1]


def test_an_implementation_that_does_not_fit_the_specification_of_another_is_kept_out(site):
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    install(site, "a-stranger", "@hookimpl\ndef minnet_drill_start(steps): ...\n")
    install(site, "b-stranger", "@hookimpl\ndef minnet_drill_start(model): return 7\n")
    failures = {plugin.distribution: failure for plugin, failure in plugin_host().failures.items()}
    assert "Argument(s) {'steps'} are declared in the hookimpl but can not be found" in str(failures["a-stranger"])
    assert "z-trainer" not in failures
    assert plugin_host().call(plugin_of("b-stranger"), "minnet_drill_start", model=None, epochs=3) == 7


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("", "cannot specify its hooks: ValueError: did not find any 'minnet' hooks"),
        (
            "@hookspec\ndef minnet_commands(): ...\n",
            "cannot specify its hooks: ValueError: Hook 'minnet_commands' is alr",
        ),
    ],
)
def test_specifications_that_fail_are_kept_with_their_cause_and_harm_no_other(site, source, cause):
    install(site, "a-stranger", source, minnet_hookspecs="")
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    install(site, "strange-a", "@hookimpl\ndef minnet_drill_start(model): return 7\n")
    ((plugin, failure),) = [(p, f) for p, f in plugin_host().failures.items() if p.distribution == "a-stranger"]
    assert cause in str(failure)
    assert plugin_host().call(plugin_of("strange-a"), "minnet_drill_start", model=None, epochs=3) == 7


def test_ours_are_specified_first_so_that_no_stranger_takes_the_name_of_a_hook(site, monkeypatch):
    monkeypatch.delitem(sys.modules, "minnet_torch", raising=False)  # the real one
    install(site, "a-stranger", SPECS.replace("epochs", "steps"), minnet_hookspecs="")
    install(site, "minnet-torch", SPECS, minnet_hookspecs="")
    failed = {plugin.distribution for plugin in plugin_host().failures}
    assert "a-stranger" in failed
    assert "minnet-torch" not in failed


def test_specifications_may_come_in_a_newer_version_while_the_program_runs(site):
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    assert plugin_host().failures == {}
    for file in site.glob("*.dist-info/METADATA"):
        file.write_text(file.read_text().replace("Version: 0.1.0", "Version: 0.2.0"))
    layers.refresh()
    assert plugin_host().failures == {}


def test_a_hook_of_which_the_first_result_counts_is_called_too(site):
    install(site, "z-trainer", SPECS.replace("@hookspec", "@hookspec(firstresult=True)"), minnet_hookspecs="")
    install(site, "strange-a", "@hookimpl\ndef minnet_drill_start(epochs): return epochs\n")
    assert plugin_host().call(plugin_of("strange-a"), "minnet_drill_start", model=None, epochs=3) == 3
    assert plugin_host().failures == {}
