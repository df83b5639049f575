"""Every hook of the core does what its specification says: a test each, named for it, which the last test asserts."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pluggy
import pytest

from minnet_core import Reference, Sequential, counterpart_of, criterions, hookspecs, layers, save
from minnet_core.counterparts import component_of
from minnet_core.plugins import plugin_host
from minnet_core.testing import all_checks, install_distribution
from minnet_test_support.plugins import install

HOOKS = sorted(name for name, value in vars(hookspecs).items() if hasattr(value, "minnet_spec"))


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


KINDS = """
from minnet_core.nn.component import Component
from minnet_core.registry import Registry
class Recipe(Component):
    "Something to cook."
recipes = Registry("recipes", lambda: Recipe)
@hookimpl
def minnet_registries(): return [recipes]
"""
SOUP = "from strange_a import Recipe\nclass Soup(Recipe):\n    'Hot.'\n    def __init__(self, spoons=1): pass\n"


def test_hook_minnet_registries(site, run_minnet):
    install(site, "strange-a", KINDS)
    points = {"minnet.recipes": {"Soup": "strange_b:Soup"}}
    install_distribution(site, "strange-b", {"strange_b": SOUP}, entry_points=points)
    code, output, errors = run_minnet("recipes")
    assert errors == "", errors
    assert code == 0
    assert output.split()[-4:] == ["Soup", "strange-b", "0.1.0", "strange_b:Soup"]
    assert "\n  recipes" in run_minnet("--help")[1]
    assert " Soup\n" in run_minnet("plugins")[1]
    explained = run_minnet("explain", "Soup")[1]
    assert "kind         recipe\n" in explained
    assert "signature    Soup(spoons=1)\n" in explained
    assert "Hot." in explained
    assert "strange" not in run_minnet("doctor")[1]


def test_what_is_wrong_in_a_registry_of_a_plugin_is_found(site, run_minnet):
    install(site, "strange-a", KINDS)
    points = {"minnet.recipes": {"Soup": "strange_b:Soup"}, "minnet.recipe": {"Stew": "strange_b:Stew"}}
    install_distribution(site, "strange-b", {"strange_b": "1 / 0"}, entry_points=points)
    code, output, _ = run_minnet("doctor")
    assert code == 1
    assert "ZeroDivisionError" in output
    assert "did you mean 'minnet.recipes'?" in output


@pytest.mark.parametrize(
    ("returned", "cause"),
    [
        ("[Recipe]", "TypeError: expected registries, received"),
        (
            "[Registry('layers', lambda: Recipe)]",
            "expected a kind that nobody else has a registry of, received 'layers'",
        ),
        ("None", "TypeError: expected something to be returned, received None"),
    ],
)
def test_registries_that_are_none_break_their_plugin_alone(site, run_minnet, returned, cause):
    install(site, "strange-a", KINDS.replace("[recipes]", returned))
    code, output, _ = run_minnet("plugins")
    assert code == 1
    assert cause.replace(" ", "") in "".join(output.split())
    assert run_minnet("layers")[0] == 0


PROVEN = (
    KINDS.replace("class Recipe(Component):", "class Recipe(Component):\n    spoons = 1")
    + """
from minnet_core.testing import Kind, check, fail
KIND = Kind("recipe", recipes, lambda cls: issubclass(cls, Recipe))
@hookimpl
def minnet_kinds(): return {kinds}
@check("recipes", of=[KIND], needs=["is_made"])
def has_spoons(trial):
    "There are spoons."
    if trial.kind != "recipe" or trial.fresh().spoons < 1: fail("expected a spoon")
@hookimpl
def minnet_checks(): return [has_spoons]
"""
)
SOUPS = """
from minnet_core import Example
from strange_a import Recipe
class Soup(Recipe):
    EXAMPLES = (Example(arguments={"spoons": 2}, rejected_arguments=[{"spoons": "two"}]),)
    def __init__(self, spoons): self.spoons = int(spoons)
class Dry(Recipe):
    def __init__(self): self.spoons = 0
"""


def test_hook_minnet_kinds(site, run_minnet):
    install(site, "strange-a", PROVEN.format(kinds="[KIND]"))
    points = {"minnet.recipes": {"Soup": "strange_b:Soup", "Dry": "strange_b:Dry"}}
    install_distribution(site, "strange-b", {"strange_b": SOUPS}, entry_points=points)
    layers.refresh()
    code, output, _ = run_minnet("check", "strange-b")
    assert code == 1
    assert [line.split()[:3] for line in output.splitlines()[1:3]] == [["Dry", "3", "1"], ["Soup(spoons=2)", "5", "0"]]
    assert "Dry fails has_spoons\n  expected a spoon\n" in output
    assert "Soup(spoons=2)" in run_minnet("check", "--all")[1]
    assert "no reference" not in output
    assert "conformance  Soup(spoons=2): 5 passed\n" in run_minnet("explain", "Soup")[1]
    assert "recipe" in run_minnet("check", "--list")[1]
    assert run_minnet("check", "strange_b:Soup")[0] == 0
    assert "its spoons (arguments=, --args)" not in run_minnet("check", "Soup", "--args", '{"spoons": 3}')[1]


ADAPTING = """
from minnet_core import Example, Module, hookimpl
from minnet_core.testing import Adapter, Check, Guess, fail
class Curve:
    def __init__(self, power=2): self.power = power
    def value(self, x): return x ** self.power
    def slope(self, x): return self.power * x ** (self.power - 1)
class Wrong(Curve):
    def slope(self, x): return x
class Needy(Curve):
    def __init__(self, power): self.power = power
class Other: pass
@hookimpl
def minnet_adapt(cls, make):
    if not hasattr(cls, "slope"): return None
    class Adapted(Module):
        __signature__ = __import__("inspect").signature(make)
        def __init__(self, **arguments):
            super().__init__()
            self.curve = make(**arguments)
        def updateOutput(self, input):
            if input.ndim != 2: raise ValueError("expected rows")
            self.output = self.curve.value(input)
            return self.output
        def updateGradInput(self, input, gradOutput):
            self.gradInput = self.curve.slope(input) * gradOutput
            return self.gradInput
    Adapted.__name__ = getattr(make, "__name__", cls.__name__)
    return {adapter}
def is_smooth(trial):
    "A curve is smooth."
    if trial.fresh().curve.power < 1: fail("expected a power of 1 or more")
@hookimpl
def minnet_checks(): return [Check(is_smooth, "curves", ("curve",), ["is_made"])]
def make_curve(): return Curve(3)
"""

ADAPTER = (
    "Adapter('curve', Adapted, lambda given: [Guess((2, 2, 2)), Guess((4, 3), told='and more')], "
    "{'dtype_is_kept': 'it has none'}, lambda check, text: text.replace('gradInput', 'slope'), "
    "explain=lambda check, text: text.replace('gradInput', 'slope') + '; so ' + check)"
)


def test_hook_minnet_adapt(site, run_minnet):
    install(site, "strange-a", ADAPTING.replace("{adapter}", ADAPTER))
    code, output, _ = run_minnet("check", "strange_a:Curve", "-v")
    assert code == 0
    assert "Curve: its input is taken to be 4,3; and more\n" in output
    assert "Curve skips dtype_is_kept: it has none\n" in output
    code, output, _ = run_minnet("check", "strange_a:Wrong")
    assert code == 1
    assert "  slope[0, 0], shape (4, 3) float64" in output
    assert "; so gradInput_is_the_slope\n  it proves: slope equals central differences" in output
    assert "again: minnet check strange_a:Wrong --input 4,3 --check gradInput_is_the_slope\n" in output
    code, output, _ = run_minnet("check", "strange_a:Curve", "--args", '{"power": 0}', "--check", "is_smooth")
    assert code == 1
    assert "Curve(power=0) fails is_smooth\n  expected a power of 1 or more; so is_smooth\n" in output
    assert run_minnet("check", "strange_a:make_curve", "--check", "is_smooth")[0] == 0
    assert "Needy: its constructor needs power" in run_minnet("check", "strange_a:Needy")[2]
    assert "which has no updateOutput" in run_minnet("check", "strange_a:Other")[2]
    code, output, _ = run_minnet("check", "Sequential", "-v")
    assert "is_smooth" not in output


def test_an_adapter_that_is_none_breaks_its_plugin_alone(site, run_minnet):
    install(site, "strange-a", ADAPTING.replace("{adapter}", "Adapted"))
    assert "which has no updateOutput" in run_minnet("check", "strange_a:Curve")[2]
    assert "expected an adapter, minnet_core.testing.Adapter, or None, received" in run_minnet("doctor")[1]


@pytest.mark.parametrize(
    ("kinds", "cause"),
    [
        ("[recipes]", "TypeError: expected kinds, minnet_core.testing.Kind, received"),
        (
            "[Kind('layer', recipes, bool)]",
            "ValueError: expected a kind of a name of its own, received another 'layer'",
        ),
        ("None", "TypeError: expected something to be returned, received None"),
    ],
)
def test_kinds_that_are_none_break_their_plugin_alone(site, run_minnet, kinds, cause):
    install(site, "strange-a", PROVEN.format(kinds=kinds))
    code, output, _ = run_minnet("check", "Sequential", "--check", "is_made")
    assert code == 0
    code, output, _ = run_minnet("doctor")
    assert code == 1
    assert cause in " ".join(output.split())


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


def test_hook_minnet_counterpart(site):
    source = """
from minnet_core import Module, Reference
class Centered(Module):
    def __init__(self, features=3):
        super().__init__()
        self.features = features
@hookimpl
def minnet_counterpart(component):
    if type(component) is Centered:
        return Reference("torch.nn.BatchNorm1d", {"num_features": component.features})
"""
    install(site, "strange-a", source)
    plugin_host()
    centered = importlib.import_module("strange_a").Centered(5)
    assert counterpart_of(centered) == Reference("torch.nn.BatchNorm1d", {"num_features": 5})
    assert counterpart_of(Sequential()) is None


def test_hook_minnet_component_of(site):
    source = """
from minnet_core import Module
class Centered(Module):
    def __init__(self, features, ndim):
        super().__init__()
        self.told = features, ndim
@hookimpl
def minnet_component_of(reference, ndim):
    if reference.name == "torch.nn.Centered":
        return Centered(reference.arguments["num_features"], ndim)
"""
    install(site, "strange-a", source)
    assert component_of(Reference("torch.nn.Centered", {"num_features": 5}), 4).told == (5, 4)
    assert component_of(Reference("torch.nn.Other")) is None


def test_hook_minnet_explain_model(site, run_minnet, tmp_path):
    source = """
from minnet_core.diagnosis import Section
@hookimpl
def minnet_explain_model(header, path):
    return Section("grade", (("points", str(header.metadata["points"])),), {"points": header.metadata["points"]})
"""
    install(site, "strange-a", source)
    path = save(Sequential(), tmp_path / "m.safetensors", metadata={"points": 7})
    assert run_minnet("explain", str(path))[1].endswith("\n\ngrade\npoints       7\n")


def test_hook_minnet_exporters(site, run_minnet, tmp_path):
    source = """
@hookimpl
def minnet_exporters():
    from minnet_core.exporting import Exporter
    return [Exporter(".names", "layers", lambda model, header, path, options: path.write_text(repr(model)) and None)]
"""
    install(site, "strange-a", source)
    path = save(Sequential(), tmp_path / "m.safetensors")
    assert run_minnet("export", str(path), str(tmp_path / "m.names"))[0] == 0
    assert (tmp_path / "m.names").read_text() == repr(Sequential())


def test_hook_minnet_numpy_preparation(site, run_minnet, tmp_path, monkeypatch):
    source = """
import numpy as np
FACTOR = 2
def halved(raw, by): return np.asarray(raw, np.float32) / by
def named(outputs, names): return names[(FACTOR * outputs).argmax(1)]
@hookimpl
def minnet_numpy_preparation(header, path):
    from minnet_core.exporting import NumpyPreparation
    if "by" in header.metadata:
        arguments = {"by": header.metadata["by"]}, {"names": np.array(["a", "b"])}
        return NumpyPreparation(halved, arguments[0], named, arguments[1], "Rows.", "Letters.")
"""
    install(site, "strange-a", source)
    path = save(Sequential(), tmp_path / "m.safetensors", metadata={"by": 4})
    assert run_minnet("export", str(path), str(tmp_path / "prepared.py"))[0] == 0
    monkeypatch.syspath_prepend(tmp_path)
    program = importlib.import_module("prepared")
    assert program.prepare([[4, 8]]).tolist() == [[1, 2]]
    assert program.predict([[4, 8], [8, 4]]).tolist() == ["b", "a"]
    assert run_minnet("export", str(path), str(tmp_path / "alone.py"), "--no-prepare")[0] == 0
    assert "predict" not in (tmp_path / "alone.py").read_text()
    unknown = save(Sequential(), tmp_path / "n.safetensors")
    code, _, err = run_minnet("export", str(unknown), str(tmp_path / "n.py"), "--prepare")
    assert code == 1
    assert "nothing that is installed says in NumPy how its inputs are prepared" in err


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_and_a_line_that_says_what_it_is_for(hook):
    tests = {node.name for node in ast.walk(ast.parse(Path(__file__).read_text())) if isinstance(node, ast.FunctionDef)}
    assert f"test_hook_{hook}" in tests
    assert inspect.getdoc(getattr(hookspecs, hook))


def test_the_hooks_are_those_that_pluggy_sees():
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    assert sorted(name for name in vars(manager.hook) if not name.startswith("_")) == HOOKS
