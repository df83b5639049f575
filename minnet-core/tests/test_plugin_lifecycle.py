"""When plugins are loaded and unloaded, and what one does to others."""

from __future__ import annotations

import importlib
import sys

import pytest

from minnet_core import PluginLoadError, criterions, layers
from minnet_core.plugins import plugin_host
from minnet_core.testing import install_distribution
from minnet_test_support.plugins import install, plugin_of
from minnet_test_support.processes import run_python


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


def test_a_plugin_that_cannot_be_hashed_is_kept_out_and_harms_no_other(site):
    source = """
class Plugin:
    __hash__ = None
    @hookimpl
    def minnet_checks(self): return []
PLUGIN = Plugin()
"""
    install(site, "strange-b", source, minnet=":PLUGIN")
    install(site, "strange-a", "@hookimpl\ndef minnet_commands(): return []\n")
    host = plugin_host()
    assert [plugin.distribution for plugin in host.failures] == ["strange-b"]
    assert host.call(plugin_of("strange-a"), "minnet_commands") == []


def test_an_interrupt_while_one_plugin_is_loaded_leaves_the_others_for_the_next_time(site):
    marked = (
        "import signal, sys\nif not hasattr(sys, 'interrupted'):\n"
        "    sys.interrupted = True\n    signal.raise_signal(signal.SIGINT)\n"
    )
    hook = "@hookimpl\ndef minnet_checks(): return []\n"
    install(site, "strange-a", marked + hook)
    install(site, "strange-b", hook)
    with pytest.raises(KeyboardInterrupt):
        plugin_host()
    assert {"strange-a", "strange-b"} <= {plugin.distribution for plugin in plugin_host().loaded}
    del sys.interrupted


def test_a_plugin_that_a_program_imports_itself_is_loaded_though_it_looks_components_up_meanwhile(site):
    source = "from minnet_core import layers\nlist(layers)\n@hookimpl\ndef minnet_checks(): return []\n"
    install(site, "strange-a", source)
    importlib.import_module("strange_a")
    assert plugin_of("strange-a").qualified == "strange-a:it"


def test_what_hooks_register_is_found_whoever_looks_first(site):
    looker = "from minnet_core import criterions, layers\nlist(layers)\n@hookimpl\ndef minnet_checks(): return []\n"
    install(site, "a-looker", looker)
    maker = """
from minnet_core import Module, layers
@hookimpl
def minnet_register_components(registrar):
    list(layers)  # while its own hook is asked
    registrar.register("layers", type("Computed", (Module,), {"__module__": __name__}))
"""
    install(site, "z-maker", maker)
    list(criterions)
    assert layers["z-maker:Computed"] is layers["Computed"]


def test_threads_that_import_a_plugin_and_list_components_do_not_wait_for_each_other_for_good(site):
    source = """
import time
from minnet_core import hookimpl, layers
time.sleep(0.3)
list(layers)
@hookimpl
def minnet_checks(): return []
"""
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet": {"it": "strange_a"}})
    code = """
import faulthandler, threading, time
faulthandler.dump_traceback_later(20, exit=True)
from minnet_core import layers
from minnet_core.plugins import plugin_host
importing = threading.Thread(target=lambda: __import__("strange_a"))
importing.start()
time.sleep(0.1)
list(layers)
importing.join()
print([plugin.name for plugin in plugin_host().loaded if plugin.distribution == "strange-a"])
"""
    done = run_python(code, path=[site], MINNET_PLUGINS="strange-a")
    assert done.stdout == "['it']\n", done.stderr


def test_a_plugin_that_another_thread_unloads_meanwhile_is_missed_by_nobody(site, monkeypatch):
    class Forgotten(dict):
        def __contains__(self, plugin):
            return super().__contains__(plugin) and self.pop(plugin) is not None

    source = "@hookimpl\ndef minnet_register_components(registrar): pass\n"
    install(site, "strange-a", source)
    before = list(layers)
    monkeypatch.setattr(plugin_host(), "registrars", Forgotten(plugin_host().registrars))
    assert list(layers) == before


def test_a_hook_that_failed_is_asked_again_on_refresh(site):
    source = """
from minnet_core import Module
@hookimpl
def minnet_register_components(registrar):
    registrar.register("layers", type("Half", (Module,), {"__module__": __name__}))
    import strange_thing
    registrar.register("layers", type("Whole", (Module,), {"__module__": __name__}))
"""
    install(site, "strange-a", source)
    assert "Half" in layers
    assert "Whole" not in layers
    assert [plugin.distribution for plugin in plugin_host().failures] == ["strange-a"]
    (site / "strange_thing.py").touch()
    layers.refresh()
    assert {"Half", "Whole"} <= set(layers)
    assert plugin_host().failures == {}
