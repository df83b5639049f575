from __future__ import annotations

import pickle
from copy import deepcopy
from threading import Barrier, Thread

import pytest

from minnet_core import (
    Criterion,
    Module,
    Optimizer,
    PluginLoadError,
    UnknownComponentError,
    criterions,
    layers,
    optimizers,
)
from minnet_core.discovery.declaration import Declaration
from minnet_core.plugins import Registrar, plugin_host
from minnet_core.testing import install_distribution

PLUGIN = """
from minnet_core import Criterion, Module, Optimizer, hookimpl
@hookimpl
def minnet_register_components(registrar):
    for base, kind in ((Module, "layers"), (Criterion, "criterions"), (Optimizer, "optimizers")):
        for n in (1, 2):
            registrar.register(kind, type(f"Computed{n}", (base,), {"__module__": __name__}))
    registrar.register("layers", type("X", (Module,), {"__module__": __name__}), "Named")
"""


def install(site, name, source, **points):
    module = name.replace("-", "_")
    install_distribution(site, name, {module: source}, entry_points={"minnet": {"plugin": module}, **points})


@pytest.mark.parametrize(
    ("registry", "kind", "base"),
    [(layers, "layers", Module), (criterions, "criterions", Criterion), (optimizers, "optimizers", Optimizer)],
)
def test_computed_components_are_found_in_the_registry_of_their_kind(site, registry, kind, base):
    install(site, "strange-a", PLUGIN)
    assert registry.kind == kind
    assert {"Computed1", "Computed2"} <= set(registry)
    assert ("Named" in registry) is (registry is layers)
    cls = registry["Computed1"]
    assert issubclass(cls, base)
    assert cls is registry["strange-a:Computed1"]
    assert registry.declaration_of(cls).provider == "strange-a 0.1.0"


def test_registries_of_other_kinds_refuse(site):
    with pytest.raises(TypeError, match="expected a subclass of Criterion for criterions, received"):
        criterions.register(Module)
    with pytest.raises(UnknownComponentError, match="in criterions"):
        criterions["Sequential"]


def test_computed_component_of_the_wrong_kind_is_an_error_when_it_is_used(site):
    install(
        site,
        "strange-a",
        "from minnet_core import hookimpl\n"
        "@hookimpl\n"
        "def minnet_register_components(registrar): registrar.register('layers', int, 'Int')",
    )
    with pytest.raises(PluginLoadError, match=r"strange-a:Int .*TypeError: expected a subclass of Module"):
        layers["Int"]


def test_hook_that_raises_keeps_what_it_registered_before_and_harms_no_other(site):
    install(site, "strange-a", PLUGIN)
    install(site, "strange-b", PLUGIN.replace("Computed", "Other") + "    1 / 0\n")
    assert {"Computed1", "Other1", "Sequential"} <= set(layers)
    (failure,) = [f for plugin, f in plugin_host().failures.items() if plugin.distribution == "strange-b"]
    assert "failed in minnet_register_components: ZeroDivisionError" in str(failure)


def test_plugin_installed_meanwhile_is_asked_on_refresh(site):
    assert "Computed1" not in layers
    install(site, "strange-a", PLUGIN)
    layers.refresh()
    assert "Computed1" in layers


def test_disabled_plugin_is_not_asked(site, monkeypatch):
    install(site, "strange-a", "1 / 0")
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "strange-a")
    assert "Computed1" not in layers
    assert not any(plugin.distribution == "strange-a" for plugin in plugin_host().failures)


def test_registrar_knows_its_kinds():
    registrar = Registrar(Declaration("plugin", "strange-a", "1.0", "strange_a"))
    with pytest.raises(
        ValueError,
        match=r"expected a kind among \['criterions', 'initializers', 'layers', 'optimizers'\], received 'la",
    ):
        registrar.register("layer", Module)
    assert registrar.declarations("layers") == []
    registrar.register("layers", Module)
    (declaration,) = registrar.declarations("layers")
    assert (declaration.qualified, declaration.version) == ("strange-a:Module", "1.0")
    assert declaration.target == "minnet_core.nn.module:Module"


def test_hook_is_asked_once_and_computed_classes_stay_what_they_are(site):
    install(site, "strange-a", PLUGIN.replace("    for base", "    print('asked')\n    for base", 1))
    layers.refresh()
    computed = layers["Computed1"]
    layers.refresh()
    assert layers["Computed1"] is computed
    assert "Computed1" in criterions


def test_plugins_are_loaded_once_whatever_the_number_of_threads(site):
    install(site, "strange-a", PLUGIN)
    barrier, hosts = Barrier(8), []

    def ask():
        barrier.wait()
        hosts.append(plugin_host())

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, hosts))) == 1


@pytest.mark.parametrize("registry", [layers, criterions, optimizers])
def test_a_registry_is_itself_in_a_copy_and_another_process(registry):
    """A function of a notebook that makes a network goes to other processes together with the registry that it uses."""
    assert pickle.loads(pickle.dumps(registry)) is registry
    assert deepcopy(registry) is registry


def test_a_registry_of_a_plugin_is_found_by_its_kind(site):
    source = """
from minnet_core import hookimpl
from minnet_core.registry import Registry
noses = Registry("noses", "minnet_core.nn:Module")
@hookimpl
def minnet_registries():
    return [noses]
"""
    install(site, "strange-noses", source)
    plugin_host()
    import strange_noses

    assert pickle.loads(pickle.dumps(strange_noses.noses)) is strange_noses.noses
    with pytest.raises(LookupError, match="expected an installed and enabled plugin with a registry of mouths"):
        pickle.loads(pickle.dumps(strange_noses.Registry("mouths", "minnet_core.nn:Module")))
