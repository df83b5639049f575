"""NumPy programs: how modules become lines, which of a stranger's can, and what the others lack."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import numpy as np
import pytest

from minnet_core import Graph, Module, Sequential, layers
from minnet_core.errors import ExportError
from minnet_core.exporting import ExportOptions, Formula, NumpyCode, Structure, says_formula
from minnet_core.exporting.numpy_code import write_numpy
from minnet_core.nn import as_floating, sigmoid
from minnet_core.saving import ModelHeader
from minnet_test_support.plugins import install
from minnet_test_support.sources import forget_modules

HEADER = ModelHeader(config={}, components={})
SHIFT = 0.5


def halved(x):
    return x / 2


@pytest.fixture
def export(tmp_path):
    """Write a module, and import what was written."""

    def exported(module, name="program"):
        module.evaluate()
        write_numpy(module, HEADER, tmp_path / f"{name}.py", ExportOptions())
        spec = importlib.util.spec_from_file_location(name, tmp_path / f"{name}.py")
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        program.text = (tmp_path / f"{name}.py").read_text()
        return program

    return exported


class Own(Module):
    """One that only its own method says."""

    def __init__(self, factor=2.0):
        super().__init__()
        self.factor, self.W = factor, np.array([1.0, -1.0], np.float32)

    def updateOutput(self, input):
        # the formula
        self.output = self.factor * input + self.W
        if self.training:
            self.output = self.output * 0
        return self.output


class Helped(Module):
    """One whose method calls functions, one of which the core has."""

    def updateOutput(self, input):
        input = as_floating(input)
        gate = sigmoid(input) + SHIFT
        self.gate = gate
        self.output = halved(self.gate * input)
        return self.output


class Clashes(Own):
    def updateOutput(self, input):
        factor = 10
        W = self.W
        self.W2 = factor * W
        output = self.factor * input + self.W2
        self.output = output
        return output


class InPlace(Own):
    def updateOutput(self, input):
        self.output = self.factor * input
        self.output += self.W
        self.output[0] = 7
        return self.output


X = np.array([[1.0, 2.0], [-3.0, 0.5]], np.float32)


@pytest.mark.parametrize(
    "module", [Own(), Own(3), Helped(), Clashes(), InPlace(), Sequential(Own(1.5), Helped(), Own(4.0))]
)
def test_a_method_that_uses_only_what_the_module_has_becomes_a_function(export, module):
    program = export(module)
    np.testing.assert_allclose(program.forward(X), module.forward(X), rtol=1e-6)
    assert program.forward(X).dtype == np.float32
    assert "self." not in program.text
    assert "output = output\n" not in program.text


def test_modules_of_one_class_share_a_function_and_each_has_its_numbers(export):
    program = export(Sequential(Own(1.5), Own(4.0)))
    assert program.text.count("def own(") == 1
    assert 'own(x, factor=4.0, W=weights["1.W"], training=False)' in program.text.replace("\n", "")
    assert "    # the formula\n" in program.text


class UsesSelf(Own):
    def updateOutput(self, input):
        return check(self, input)


class CallsMethod(Own):
    def updateOutput(self, input):
        return self.twice(input)

    def twice(self, input):
        return 2 * input


class Remembers(Own):
    count = 0

    def updateOutput(self, input):
        self.count = self.count + 1
        return input * self.count


class Counts(Own):
    count = 0

    def updateOutput(self, input):
        self.count += 1
        return input * self.count


class CountsInSeveralLines(Own):
    count = 0

    def updateOutput(self, input):
        self.count = (
            1
            + self.count
        )  # fmt: skip
        return input * self.count


class WritesInto(Own):
    def updateOutput(self, input):
        self.W[0] = input.sum()
        return input * self.W


class CallsBase(Own):
    def updateOutput(self, input):
        return 3 * super().updateOutput(input)


class UsesModule(Own):
    def updateOutput(self, input):
        return input * pytest.approx(1)


class Unknown(Own):
    def updateOutput(self, input):
        return input * nothing  # noqa: F821


class OwnForward(Own):
    def forward(self, input):
        return input


class HoldsWhat(Own):
    def __init__(self):
        super().__init__()
        self.table = {"a": 1}

    def updateOutput(self, input):
        return input * self.table["a"]


def check(owner, input):
    return input


@pytest.mark.parametrize(
    ("cls", "lack"),
    [
        (UsesSelf, "its updateOutput uses self as a whole"),
        (CallsMethod, "its updateOutput calls self.twice, a method"),
        (Remembers, "its updateOutput keeps self.count from one call to the next"),
        (Counts, "its updateOutput keeps self.count from one call to the next"),
        (CountsInSeveralLines, "its updateOutput keeps self.count from one call to the next"),
        (WritesInto, "its updateOutput keeps self.W from one call to the next"),
        (CallsBase, "its updateOutput calls one of its base classes"),
        (UsesModule, "its updateOutput uses pytest, which is neither of NumPy nor a function or a number"),
        (Unknown, "its updateOutput uses nothing, which is not defined"),
        (OwnForward, "it has a forward of its own"),
        (HoldsWhat, "its table: expected a number, a text, None or a tuple of these, received dict"),
    ],
)
def test_what_cannot_stand_alone_is_refused_with_what_it_lacks(export, tmp_path, cls, lack):
    with pytest.raises(ExportError, match=r"\(1\): ") as caught:
        export(Sequential(Own(), cls()))
    assert lack in str(caught.value)
    assert "minnet.formulas" in str(caught.value)
    assert not list(tmp_path.glob("program*"))


SCALED = """
from minnet_core import Module
{name} = {value}
def scaled(x):
    return {name} * x
class Scaled{number}(Module):
    def updateOutput(self, input):
        self.output = scaled(input)
        return self.output
"""


@pytest.fixture
def scaled(tmp_path, monkeypatch):
    """Import modules whose layer multiplies by a constant of theirs, of a name and a value."""
    monkeypatch.syspath_prepend(tmp_path)

    def made(*constants):
        found = []
        for number, (name, value) in enumerate(constants):
            # One name for each text: Python takes what it has compiled for one of the same size and second.
            module = f"scaled_{name}_{number}_{value:g}".replace(".", "_")
            (tmp_path / f"{module}.py").write_text(SCALED.format(name=name, value=value, number=number))
            found.append(getattr(importlib.import_module(module), f"Scaled{number}")())
            monkeypatch.delitem(sys.modules, module)
        return Sequential(*found)

    return made


def test_constants_of_one_name_in_two_modules_are_not_mixed_up(export, scaled):
    assert export(scaled(("FACTOR", 2.0), ("FACTOR", 2.0))).forward(X).tolist() == (4 * X).tolist()
    with pytest.raises(ExportError, match=r"FACTOR, which is something else in another part of the program"):
        export(scaled(("FACTOR", 2.0), ("FACTOR", 5.0)), "other")


@pytest.mark.parametrize("name", ["weights", "forward", "y_1", "file"])
def test_a_constant_whose_name_a_program_uses_is_refused(export, scaled, name):
    with pytest.raises(ExportError, match=f"scaled uses {name}, which is something else in a program"):
        export(scaled((name, 2.0)))


factor = "another, of the module"


def test_what_a_function_knows_from_around_it_is_not_what_its_module_has(export):
    factor = 3

    def tripled(x):
        return factor * x

    class Tripled(Module):
        pass

    says_formula(Tripled)(tripled)
    assert export(Tripled()).forward(X).tolist() == (3 * X).tolist()


def test_a_class_made_by_a_program_has_no_source(export):
    namespace = {"Module": Module}
    exec("class Made(Module):\n    def updateOutput(self, input): return input", namespace)
    with pytest.raises(ExportError, match="source of its updateOutput cannot be read"):
        export(namespace["Made"]())


def test_a_formula_is_inherited_as_long_as_no_pass_is_redefined(export):
    class Base(Module):
        factor = 3

        def updateOutput(self, input):
            raise NotImplementedError

    class Renamed(Base):
        factor = 4

    class Redefined(Base):
        def updateOutput(self, input):
            self.output = input - 1
            return self.output

    @says_formula(Base)
    def tripled(x, factor):
        return factor * x

    assert export(Renamed()).forward(X).tolist() == (4 * X).tolist()
    assert export(Redefined(), "other").forward(X).tolist() == (X - 1).tolist()


def test_a_distribution_says_formulas_by_entry_points(site, export):
    source = """
import numpy as np
from minnet_core import Module
class Gain(Module):
    gain = 5
    def updateOutput(self, input): raise NotImplementedError
def times(x, gain): return gain * np.asarray(x)
"""
    install(site, "strange-a", source, minnet_layers=":Gain", minnet_formulas=":times")
    assert export(layers["strange-a:it"]()).forward(X).tolist() == (5 * X).tolist()
    forget_modules(site)


def test_nodes_of_a_graph_are_variables_whose_names_hide_nothing(export):
    graph = Graph(["a", "b"], outputs=["own", "weights"])
    graph.add("own", Own(), "a").add("weights", Own(3.0), "own").add("for", Own(4.0), ["b"])
    graph.add("unused", Own(), "own")
    program = export(graph)
    assert "y_own = own(" in program.text
    for made, expected in zip(program.forward((X, X)), graph.forward((X, X)), strict=True):
        np.testing.assert_allclose(made, expected)
    assert "y_unused" not in program.text


def test_what_several_take_is_not_overwritten(export):
    graph = Graph()
    graph.add("deep", Sequential(Own(2.0), Own(3.0)), "input").add("both", Sum(), ["deep", "input"])
    model = Sequential(Own(1.0), graph, Own(0.5))
    np.testing.assert_allclose(export(model).forward(X), model.forward(X))


class Sum(Module):
    def updateOutput(self, input):
        self.output = input[0] + input[1]
        return self.output


def test_an_array_in_two_places_is_kept_once(export, tmp_path):
    first, second = Own(), Own()
    second.W = first.W
    assert export(Sequential(first, second)).text.count('weights["0.W"]') == 2
    with np.load(tmp_path / "program.npz") as file:
        assert file.files == ["0.W"]


def test_a_model_without_arrays_needs_no_file_of_weights_to_run(export, tmp_path):
    program = export(Sequential(Helped()))
    assert "npz" not in program.text.replace("program.npz, its weights", "")


def test_a_structure_writes_lines_of_its_own(export):
    class Twice(Sequential):
        def updateOutput(self, input):
            self.output = super().updateOutput(super().updateOutput(input)) / 2
            return self.output

    def twice(code: NumpyCode, module, x):
        return code.call(halved, code.sequence(module, code.sequence(module, x, into=code.new_name("y"))))

    says_formula(Twice)(Structure(twice))
    program = export(Twice(Own()))
    np.testing.assert_allclose(program.forward(X), (2 * (2 * X + [1, -1]) + [1, -1]) / 2)


def test_a_formula_that_fails_is_told_with_its_layer(export):
    says_formula(Sum)(Formula(halved, lambda layer: {"x": layer.nothing}))
    with pytest.raises(ExportError, match="Sum.*its formula failed: AttributeError"):
        export(Sum())
