"""The registry with distributions that are really installed, and with classes of the running program."""

from __future__ import annotations

import sys

import pytest

from minnet_core import (
    AmbiguousNameError,
    Module,
    PluginLoadError,
    Sequential,
    UnknownComponentError,
    criterions,
    layers,
)
from minnet_core.registry import Registry
from minnet_core.testing import install_distribution
from minnet_test_support.processes import run_python

LAYER = """
from minnet_core import Module
class {name}(Module):
    provider = {provider!r}
"""


def install(site, distribution, *names, version="0.1.0", source=None, module=None):
    """Install a distribution whose one module has a layer for each name."""
    module = module or distribution.replace("-", "_")
    code = source or "".join(LAYER.format(name=name, provider=distribution) for name in names)
    points = {name: f"{module}:{name}" for name in names}
    install_distribution(site, distribution, {module: code}, entry_points={"minnet.layers": points}, version=version)


def make(name="Local"):
    return type(name, (Module,), {"__module__": "__main__"})


def test_layer_of_a_stranger_appears_on_refresh_and_goes(site):
    assert "StrangeA" not in layers
    install(site, "strange-a", "StrangeA")
    assert "StrangeA" not in layers
    layers.refresh()
    assert layers["StrangeA"].provider == "strange-a"
    assert {"StrangeA"} <= set(layers)
    for file in site.glob("*.dist-info/*"):
        file.unlink()
    layers.refresh()
    assert "StrangeA" not in layers


def test_refresh_makes_python_look_at_the_disk_again(monkeypatch):
    calls = []
    monkeypatch.setattr("minnet_core.registry.registry.invalidate_caches", lambda: calls.append(1))
    layers.refresh()
    assert calls == [1]


def test_listing_and_asking_import_nothing_and_looking_up_imports_one(site):
    install(site, "strange-a", "StrangeA")
    install(site, "strange-b", "StrangeB")
    assert {"StrangeA", "StrangeB"} <= set(layers)
    assert "StrangeA" in layers
    assert "strange-a:StrangeA" in layers
    assert len(layers) == len(list(layers)) >= 3
    assert layers.declaration("StrangeA").target == "strange_a:StrangeA"
    assert not {"strange_a", "strange_b"} & set(sys.modules)
    assert layers["StrangeB"].provider == "strange-b"
    assert "strange_a" not in sys.modules


def test_registry_is_a_read_only_mapping(site):
    install(site, "strange-a", "StrangeA")
    assert layers.get("Absent") is None
    assert layers.get("StrangeA") is layers["StrangeA"]
    assert "StrangeA" in repr(layers)
    assert repr(layers).startswith("<Registry minnet.layers: ")
    with pytest.raises(TypeError):
        layers["StrangeA"] = Sequential
    for odd in (None, 3, "", ":", "a:b:c", ("a",)):
        assert odd not in layers


def test_sequential_is_an_entry_point_of_the_core_like_any_other():
    assert layers["Sequential"] is layers["minnet-core:Sequential"] is layers["Minnet_Core:Sequential"] is Sequential
    assert layers.declaration_of(Sequential).qualified == "minnet-core:Sequential"


def test_qualified_name_always_works_and_bare_one_if_it_means_one_thing(site):
    install(site, "strange-a", "StrangeA", "Twice", version="1.5")
    install(site, "strange-b", "Twice")
    for name in ("StrangeA", "strange-a:StrangeA", "Strange_A:StrangeA"):
        assert layers[name].provider == "strange-a"
    assert layers["strange-b:Twice"].provider == "strange-b"
    with pytest.raises(AmbiguousNameError) as caught:
        layers["Twice"]
    assert str(caught.value) == (
        "'Twice' means several layers: strange-a:Twice (strange-a 1.5, strange_a:Twice); "
        "strange-b:Twice (strange-b 0.1.0, strange_b:Twice); use a qualified name"
    )
    assert "Twice" not in layers
    assert {"strange-a:Twice", "strange-b:Twice", "StrangeA"} <= set(layers)
    assert not isinstance(caught.value, KeyError), "get() must not hide it"


def test_first_party_wins_a_bare_name(site):
    install(site, "minnet-layers", "Contested", module="throwaway_layers")
    install(site, "strange-a", "Contested", "Sequential")
    assert layers["Contested"].provider == "minnet-layers"
    assert layers["strange-a:Contested"].provider == "strange-a"
    assert layers["Sequential"] is Sequential
    assert {"Contested", "strange-a:Contested", "Sequential", "strange-a:Sequential"} <= set(layers)


BROKEN = {
    "ImportError": "import absent_module",
    "SyntaxError": "class",
    "ZeroDivisionError": "1 / 0",
    "SystemExit": "import sys; sys.exit(3)",
    "AttributeError": "x = 1",
    "TypeError": "class Broken: ...",
}


@pytest.mark.parametrize("error", BROKEN)
def test_failure_is_kept_raised_at_each_use_and_harms_no_other(site, error):
    install(site, "strange-a", "StrangeA")
    install(site, "strange-b", "Broken", version="2.0", source=BROKEN[error])
    assert "Broken" in layers
    messages = set()
    for _ in range(3):
        with pytest.raises(PluginLoadError) as caught:
            layers["Broken"]
        messages.add(str(caught.value))
        assert len(caught.traceback) < 9, "the traceback grows with each use"
        assert caught.value.__cause__ is not None
    (message,) = messages
    assert message.startswith("strange-b:Broken (strange-b 2.0, strange_b:Broken) cannot be loaded: ")
    assert error.replace("ImportError", "ModuleNotFoundError") in message
    assert layers["StrangeA"].provider == "strange-a"
    assert "Broken" in set(layers)


def test_interrupt_during_an_import_is_not_swallowed(site):
    install(site, "strange-b", "Broken", source="import signal\nsignal.raise_signal(signal.SIGINT)")
    with pytest.raises(KeyboardInterrupt):
        layers["Broken"]


def test_an_interrupt_that_a_module_raises_itself_is_a_failure_of_that_module_alone(site):
    install(site, "strange-a", "StrangeA")
    install(site, "strange-b", "Broken", source="raise KeyboardInterrupt")
    with pytest.raises(PluginLoadError, match=r"strange-b:Broken .* cannot be loaded: KeyboardInterrupt, at .*:1"):
        layers["Broken"]
    assert layers["StrangeA"]


def test_class_of_another_kind_is_an_error(site):
    install(site, "strange-b", "Broken", source="from minnet_core import Criterion\nclass Broken(Criterion): ...")
    with pytest.raises(PluginLoadError, match=r"TypeError: expected a subclass of Module for layers, received <class"):
        layers["Broken"]


def test_provider_is_found_wherever_the_class_was_defined(site):
    modules = {"strange_a": "from ._deep.swish import *", "strange_a._deep.swish": LAYER.format(name="X", provider="a")}
    points = {"minnet.layers": {"Renamed": "strange_a:X"}}
    install_distribution(site, "strange-a", modules, entry_points=points)
    assert layers.declaration_of(layers["Renamed"]).qualified == "strange-a:Renamed"


def test_provider_that_only_passes_a_class_on_is_found_once_it_has_been_looked_up(site):
    install_distribution(site, "strange-base", {"strange_base": LAYER.format(name="X", provider="base")})
    install(site, "strange-a", "X", source="from strange_base import X")
    cls = layers["X"]
    assert cls.__module__ == "strange_base"
    assert layers.declaration_of(cls).qualified == "strange-a:X"


def test_hooks_are_not_asked_where_metadata_tell():
    asked = []
    registry = Registry("layers", lambda: Module, lambda kind: asked.append(kind) or [])
    assert registry.declaration_of(Sequential).qualified == "minnet-core:Sequential"
    assert registry["Sequential"] is Sequential
    assert asked == []
    assert registry.declaration_of(make()) is None
    assert asked == ["layers"]


@pytest.mark.parametrize(
    ("variable", "value", "seen"),
    [
        ("MINNET_PLUGINS", "", []),
        ("MINNET_PLUGINS", " , ", []),
        ("MINNET_PLUGINS", "Strange_A", ["StrangeA"]),
        ("MINNET_PLUGINS", "strange-a, strange.b", ["StrangeA", "StrangeB"]),
        ("MINNET_DISABLE_PLUGINS", "", ["StrangeA", "StrangeB"]),
        ("MINNET_DISABLE_PLUGINS", "STRANGE-A", ["StrangeB"]),
        ("MINNET_DISABLE_PLUGINS", "minnet-core", ["StrangeA", "StrangeB"]),
    ],
)
def test_switches_choose_distributions_before_any_import(site, monkeypatch, variable, value, seen):
    install(site, "strange-a", "StrangeA", source="1 / 0")
    install(site, "strange-b", "StrangeB", source="1 / 0")
    monkeypatch.setenv(variable, value)
    assert [name for name in layers if name.startswith("Strange")] == seen
    assert ("Sequential" in layers) is (value != "minnet-core")
    if "StrangeA" not in seen:
        with pytest.raises(
            UnknownComponentError, match=r"strange-a 0.1.0 is disabled, by -p no:NAME, MINNET_PLUGINS or MI"
        ):
            layers["StrangeA"]
        with pytest.raises(UnknownComponentError, match="elsewhere is not installed"):
            layers["elsewhere:StrangeA"]


def test_strict_raises_at_the_first_use_of_any_name(site, monkeypatch):
    install(site, "strange-b", "Broken", source="1 / 0")
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    with pytest.raises(PluginLoadError, match=r"strange-b:Broken .* ZeroDivisionError"):
        list(layers)
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "0")
    layers.refresh()
    assert "Broken" in list(layers)


def test_order_depends_neither_on_the_path_nor_on_hashes(site, tmp_path):
    other = tmp_path / "other"
    install(site, "strange-a", "StrangeA", "Zeta", "alpha", "Twice")
    install(other, "strange-b", "StrangeB", "Beta", "gamma", "Twice")
    code = "import minnet_core; print(*minnet_core.layers); print(minnet_core.layers.declarations())"
    outputs = {
        run_python(code, path=path, PYTHONHASHSEED=seed).stdout
        for path, seed in [([site, other], "0"), ([other, site], "1"), ([site, other, site], "2")]
    }
    assert len(outputs) == 1
    names = outputs.pop().splitlines()[0].split()
    assert names == sorted(names, key=str.lower)
    assert {"alpha", "Beta", "strange-a:Twice", "strange-b:Twice"} <= set(names)


def test_installed_twice_is_installed_once(site, tmp_path):
    install(site, "strange-a", "StrangeA", version="1.0")
    install(tmp_path / "other", "strange-a", "StrangeA", version="2.0")
    code = """
import minnet_core
print([d.provider for d in minnet_core.layers.declarations() if d.name == "StrangeA"], minnet_core.layers["StrangeA"])
"""
    done = run_python(code, path=[site, tmp_path / "other"])
    assert done.stdout == "['strange-a 1.0'] <class 'strange_a.StrangeA'>\n", done.stderr


def test_what_is_no_name_is_unknown():
    assert layers.get(3) is None


def test_a_name_of_ours_that_is_disabled_means_nothing_rather_than_a_strangers(site, monkeypatch):
    install(site, "minnet-layers", "Contested", module="throwaway_layers")
    install(site, "strange-a", "Contested")
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-layers")
    with pytest.raises(
        UnknownComponentError, match=r"minnet-layers 0.1.0 is disabled, by -p no:NAME, MINNET_PLUGINS or MI"
    ):
        layers["Contested"]
    assert layers["strange-a:Contested"].provider == "strange-a"
    assert "strange-a:Contested" in set(layers)
    mine = layers.register(make("Contested"))
    assert layers["Contested"] is mine, "who registers a class in a program has said what it means"


def test_refreshing_one_registry_refreshes_all(site):
    assert "Loss" not in criterions
    source = "from minnet_core import Criterion\nclass Loss(Criterion): ...\n"
    points = {"minnet.criterions": {"Loss": "strange_c:Loss"}}
    install_distribution(site, "strange-c", {"strange_c": source}, entry_points=points)
    layers.refresh()
    assert "Loss" in criterions


def test_a_registry_is_itself_and_comparing_it_imports_nothing(site):
    install(site, "strange-b", "Broken", source="1 / 0")
    assert layers == layers
    assert layers != criterions
    assert len({layers, criterions, layers}) == 2
    assert "strange_b" not in sys.modules


def test_a_name_with_a_colon_of_its_own_works_by_its_qualified_name(site):
    points = {"minnet.layers": {"nn:X": "strange_a:X"}}
    install_distribution(site, "strange-a", {"strange_a": LAYER.format(name="X", provider="a")}, entry_points=points)
    assert "strange-a:nn:X" in list(layers)
    assert layers["strange-a:nn:X"].provider == "a"
    assert [layers.declaration(name).qualified for name in layers]


def test_no_distribution_can_be_called_as_what_a_program_registers(site):
    install(site, "local", "X", module="local_module")
    assert "local:X" not in layers
    cls = layers.register(make("X"))
    assert layers["local:X"] is layers["X"] is cls


def test_a_component_may_look_another_up_while_it_is_imported_strictly(site, monkeypatch):
    install(
        site,
        "strange-a",
        "X",
        source="from minnet_core import Module, layers\nBase = layers['Sequential']\nclass X(Module): ...",
    )
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    assert layers["X"].__name__ == "X"


def test_a_class_that_cannot_be_hashed_is_found(site):
    source = """
from minnet_core import Module, hookimpl
class Meta(type):
    def __eq__(cls, other): return cls is other
@hookimpl
def minnet_register_components(registrar):
    registrar.register("layers", Meta("Odd", (Module,), {"__module__": __name__}))
"""
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet": {"a": "strange_a"}})
    assert layers["Odd"].__name__ == "Odd"
    assert layers.declaration_of(make()) is None
