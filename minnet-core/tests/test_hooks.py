"""Every hook of the core does what its specification says: a test each, named for it, which the last test asserts."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pluggy
import pytest

from minnet_core import PluginLoadError, criterions, hookspecs, layers
from minnet_core.plugins import plugin_host
from minnet_core.testing import all_checks, install_distribution

HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "minnet_spec"))
HEAD = "from minnet_core import hookimpl, hookspec\n"


def install(site, name, source, **points):
    module = name.replace("-", "_")
    points = {
        group.replace("_", "."): {"it": f"{module}{suffix}"} for group, suffix in (points or {"minnet": ""}).items()
    }
    install_distribution(site, name, {module: HEAD + source}, entry_points=points)
    layers.refresh()


def plugin_of(distribution):
    (found,) = [plugin for plugin in plugin_host().loaded if plugin.distribution == distribution]
    return found


def test_hook_minnet_commands(site, run_minnet):
    source = (
        "import click\n@hookimpl\ndef minnet_commands(): yield click.Command('fit', callback=lambda: print('fitted'))"
    )
    install(site, "strange-a", source)
    assert run_minnet("fit") == (0, "fitted\n", "")
    assert "\n  fit" in run_minnet("--help")[1]


def test_hook_minnet_register_components(site):
    source = """
from minnet_core import Criterion, Module
@hookimpl
def minnet_register_components(registrar):
    registrar.register("layers", type("Computed", (Module,), {"__module__": __name__}))
    registrar.register("criterions", type("Loss", (Criterion,), {"__module__": __name__}), name="Computed")
"""
    install(site, "strange-a", source)
    assert layers["strange-a:Computed"].__name__ == "Computed"
    assert criterions["Computed"].__name__ == "Loss"


def test_hook_minnet_checks(site):
    source = """
from minnet_core.testing import check
@check("strange")
def is_strange(trial):
    "It is strange."
@hookimpl
def minnet_checks(): return [is_strange]
"""
    install(site, "strange-a", source)
    assert all_checks()[-1].name == "is_strange"


SPECS = '''
@hookspec
def minnet_fit_start(model, epochs):
    """A model is about to be trained."""
'''


def test_a_plugin_may_specify_hooks_that_others_implement_whatever_their_names_order(site):
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    source = "@hookimpl\ndef minnet_fit_start(epochs): return epochs + 1\n"
    install(site, "a-stranger", source)
    assert plugin_host().call(plugin_of("a-stranger"), "minnet_fit_start", model=None, epochs=3) == 4


def test_one_distribution_may_specify_and_implement(site):
    points = {"minnet": {"it": "strange_a.plugin"}, "minnet.hookspecs": {"it": "strange_a.specs"}}
    plugin = f"{HEAD}@hookimpl\ndef minnet_fit_start(model): return [model]\n"
    install_distribution(
        site, "strange-a", {"strange_a.plugin": plugin, "strange_a.specs": HEAD + SPECS}, entry_points=points
    )
    layers.refresh()
    assert plugin_host().call(plugin_of("strange-a"), "minnet_fit_start", model=1, epochs=3) == [1]


def test_an_implementation_that_does_not_fit_the_specification_of_another_is_kept_out(site):
    install(site, "z-trainer", SPECS, minnet_hookspecs="")
    install(site, "a-stranger", "@hookimpl\ndef minnet_fit_start(steps): ...\n")
    install(site, "b-stranger", "@hookimpl\ndef minnet_fit_start(model): return 7\n")
    failures = {plugin.distribution: failure for plugin, failure in plugin_host().failures.items()}
    assert "Argument(s) {'steps'} are declared in the hookimpl but can not be found" in str(failures["a-stranger"])
    assert "z-trainer" not in failures
    assert plugin_host().call(plugin_of("b-stranger"), "minnet_fit_start", model=None, epochs=3) == 7


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
    install(site, "strange-a", "@hookimpl\ndef minnet_fit_start(model): return 7\n")
    ((plugin, failure),) = [(p, f) for p, f in plugin_host().failures.items() if p.distribution == "a-stranger"]
    assert cause in str(failure)
    assert plugin_host().call(plugin_of("strange-a"), "minnet_fit_start", model=None, epochs=3) == 7


def test_ours_are_specified_first_so_that_no_stranger_takes_the_name_of_a_hook(site):
    install(site, "a-stranger", SPECS.replace("epochs", "steps"), minnet_hookspecs="")
    install(site, "minnet-conv", SPECS, minnet_hookspecs="")
    failed = {plugin.distribution for plugin in plugin_host().failures}
    assert "a-stranger" in failed
    assert "minnet-conv" not in failed


def test_a_plugin_that_is_disabled_or_gone_is_unloaded_and_comes_back(site, monkeypatch):
    install(site, "strange-a", "@hookimpl\ndef minnet_checks(): return []\n")
    plugin = plugin_of("strange-a")
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "strange-a")
    assert plugin not in plugin_host().loaded
    monkeypatch.delenv("MINNET_DISABLE_PLUGINS")
    assert plugin in plugin_host().loaded
    for file in site.glob("*.dist-info/*"):
        file.unlink()
    assert plugin in plugin_host().loaded, "nothing is looked at again before it is asked for"
    layers.refresh()
    assert plugin not in plugin_host().loaded


def test_a_plugin_may_look_components_up_while_it_is_imported(site):
    source = "from minnet_core import layers\nFOUND = list(layers)\n@hookimpl\ndef minnet_checks(): return []\n"
    install(site, "strange-a", source)
    assert "Sequential" in plugin_host().manager.get_plugin(plugin_of("strange-a").qualified).FOUND


def test_strictness_raises_for_every_plugin_each_time(site, monkeypatch):
    install(site, "strange-b", "1 / 0")
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    for _ in range(2):
        with pytest.raises(PluginLoadError, match="strange-b:it"):
            plugin_host()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_and_a_line_that_says_what_it_is_for(hook):
    tests = {node.name for node in ast.walk(ast.parse(Path(__file__).read_text())) if isinstance(node, ast.FunctionDef)}
    assert f"test_hook_{hook}" in tests
    assert inspect.getdoc(getattr(hookspecs, hook))


def test_the_hooks_are_those_that_pluggy_sees():
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    assert sorted(name for name in vars(manager.hook) if not name.startswith("_")) == HOOKS
