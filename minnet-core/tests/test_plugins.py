from __future__ import annotations

from importlib.metadata import distributions

import pytest

from minnet_core import PluginLoadError, layers
from minnet_core.plugins import plugin_host
from minnet_core.testing import install_distribution, isolated

GOOD = """
import click
from minnet_core import hookimpl
@hookimpl
def minnet_commands():
    return [click.Command("{name}")]
"""
FAULTS = {
    "import error": ("import absent_module", "ModuleNotFoundError"),
    "exit": ("import sys; sys.exit(1)", "SystemExit"),
    "unknown hook": (
        "from minnet_core import hookimpl\n@hookimpl\ndef minnet_comands(): ...",
        "unknown hook 'minnet_comands'",
    ),
    "wrong signature": (
        "from minnet_core import hookimpl\n@hookimpl\ndef minnet_register_components(registry): ...",
        "Argument(s) {'registry'}",
    ),
}


def install(site, name, source, **points):
    module = name.replace("-", "_")
    install_distribution(site, name, {module: source}, entry_points={"minnet": points or {"plugin": module}})


def strangers(host):
    loaded = {plugin.distribution for plugin in host.loaded if plugin.distribution.startswith("strange")}
    failed = {
        plugin.distribution: f for plugin, f in host.failures.items() if plugin.distribution.startswith("strange")
    }
    return loaded, failed


def test_plugin_is_loaded_and_its_hook_called(site):
    install(site, "strange-a", GOOD.format(name="one"))
    host = plugin_host()
    (plugin,) = [plugin for plugin in host.loaded if plugin.distribution == "strange-a"]
    assert [command.name for command in host.call(plugin, "minnet_commands")] == ["one"]
    assert host.call(plugin, "minnet_register_components", registrar=None) is None, "not implemented"


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_plugin_is_kept_with_its_cause_and_harms_no_other(site, fault):
    source, message = FAULTS[fault]
    install(site, "strange-a", GOOD.format(name="one"))
    install(site, "strange-b", source)
    install(site, "strange-c", GOOD.format(name="two"))
    host = plugin_host()
    loaded, failed = strangers(host)
    assert loaded == {"strange-a", "strange-c"}
    assert failed.keys() == {"strange-b"}
    assert str(failed["strange-b"]).startswith("strange-b:plugin (strange-b 0.1.0, strange_b) cannot be loaded: ")
    assert message in str(failed["strange-b"])
    assert failed["strange-b"].__cause__ is not None
    names = [host.call(plugin, "minnet_commands") for plugin in host.loaded if plugin.distribution in loaded]
    assert [[command.name for command in commands] for commands in names] == [["one"], ["two"]]


IMPLEMENTS = "from minnet_core import hookimpl\n@hookimpl{marks}\ndef {hook}(): ...\n"


@pytest.mark.parametrize(
    ("hook", "told"),
    [
        (
            "minnet_epoch_end",
            "'minnet_epoch_end' is a hook of minnet-train, which is disabled; enable minnet-train, or disable",
        ),
        ("minnet_epoch_ends", "unknown hook 'minnet_epoch_ends'; did you mean 'minnet_epoch_end'"),
        ("minnet_comands", "unknown hook 'minnet_comands'; did you mean 'minnet_commands'?"),
        ("bake", "unknown hook 'bake'; minnet's hooks are in its documentation"),
    ],
)
def test_a_hook_that_nobody_specifies_is_told_with_whose_it_is(site, monkeypatch, hook, told):
    old = {"minnet_train_of_old": ""}
    install_distribution(site, "minnet-train", old, entry_points={"minnet": {"old": "minnet_train_of_old"}})
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-train")
    install(site, "strange-a", IMPLEMENTS.format(marks="", hook=hook))
    layers.refresh()
    _, failed = strangers(plugin_host())
    assert told in str(failed["strange-a"])


def test_a_hook_of_a_distribution_that_is_not_installed_is_told_so(site, monkeypatch):
    install(site, "strange-a", IMPLEMENTS.format(marks="", hook="minnet_epoch_end"))
    with isolated(lambda: [each for each in distributions() if each.name != "minnet-train"]):
        _, failed = strangers(plugin_host())
    assert str(failed["strange-a"]) == (
        "strange-a:plugin (strange-a 0.1.0, strange_a) cannot be loaded: 'minnet_epoch_end' is a hook of minnet-train, "
        "which is not installed; pip install minnet-train, or mark it @hookimpl(optionalhook=True) if the plugin does "
        "without"
    )


def test_an_optional_hook_may_be_that_of_nobody(site):
    with_another = GOOD.format(name="one") + IMPLEMENTS.format(marks="(optionalhook=True)", hook="minnet_bake")
    install(site, "strange-a", with_another)
    host = plugin_host()
    loaded, failed = strangers(host)
    assert (loaded, failed) == ({"strange-a"}, {})
    (plugin,) = [plugin for plugin in host.loaded if plugin.distribution == "strange-a"]
    assert [command.name for command in host.call(plugin, "minnet_commands")] == ["one"]


def test_each_plugin_is_called_alone(site):
    install(site, "strange-a", GOOD.format(name="one"))
    install(site, "strange-b", "from minnet_core import hookimpl\n@hookimpl\ndef minnet_commands(): 1 / 0")
    install(
        site, "strange-c", "from minnet_core import hookimpl\n@hookimpl\ndef minnet_commands(): raise SystemExit(2)"
    )
    host = plugin_host()
    results = {plugin.distribution: host.call(plugin, "minnet_commands") for plugin in host.loaded}
    assert results["strange-a"][0].name == "one"
    assert results["strange-b"] is results["strange-c"] is None
    _, failed = strangers(host)
    assert "(strange-b 0.1.0, strange_b) failed in minnet_commands: ZeroDivisionError: division by zero" in str(
        failed["strange-b"]
    )
    assert "(strange-c 0.1.0, strange_c) failed in minnet_commands: SystemExit: 2" in str(failed["strange-c"])


def test_second_name_for_one_module_does_not_unload_the_first(site):
    install(site, "strange-a", GOOD.format(name="one"), first="strange_a", second="strange_a")
    host = plugin_host()
    loaded = [plugin for plugin in host.loaded if plugin.distribution == "strange-a"]
    assert [plugin.name for plugin in loaded] == ["first"]
    assert host.call(loaded[0], "minnet_commands")[0].name == "one"
    assert [plugin.name for plugin in host.failures if plugin.distribution == "strange-a"] == ["second"]


def test_discovering_again_loads_only_what_is_new(site):
    install(site, "strange-a", GOOD.format(name="one"))
    install(site, "strange-b", "1 / 0")
    host = plugin_host()
    before = list(host.loaded), dict(host.failures)
    host.discover()
    assert (list(host.loaded), dict(host.failures)) == before
    install(site, "strange-c", GOOD.format(name="two"))
    layers.refresh()
    host.discover()
    assert [plugin.distribution for plugin in host.loaded if plugin not in before[0]] == ["strange-c"]
    assert plugin_host() is host


def test_switches_are_obeyed_before_any_import(site, monkeypatch):
    install(site, "strange-a", "raise KeyboardInterrupt")
    install(site, "strange-b", GOOD.format(name="two"))
    monkeypatch.setenv("MINNET_PLUGINS", "strange-b")
    assert strangers(plugin_host()) == ({"strange-b"}, {})


def test_strict_raises_at_once(site, monkeypatch):
    install(site, "strange-b", "1 / 0")
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    with pytest.raises(PluginLoadError, match=r"strange-b:plugin .* cannot be loaded: ZeroDivisionError"):
        plugin_host()
