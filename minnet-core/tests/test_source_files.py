from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from minnet_core import Criterion, Module
from minnet_core.nn.component import Component
from minnet_core.testing import cases_of, check_component, examine

HOMEWORK = """
import numpy as np
import helper

class Module:
    def __init__(self):
        self.output = None
        self.gradInput = None
        self.training = True
    def forward(self, input):
        return self.updateOutput(input)
    def backward(self, input, gradOutput):
        self.updateGradInput(input, gradOutput)
        self.accGradParameters(input, gradOutput)
        return self.gradInput
    def accGradParameters(self, input, gradOutput): pass
    def zeroGradParameters(self): pass
    def getParameters(self): return []
    def getGradParameters(self): return []
    def train(self): self.training = True
    def evaluate(self): self.training = False
    def __repr__(self): return "Module"

class Double(Module):
    '''Twice the input.'''
    def updateOutput(self, input):
        self.output = helper.TWO * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = {slope} * gradOutput
        return self.gradInput

class Criterion:
    def forward(self, input, target):
        return self.updateOutput(input, target)
    def backward(self, input, target):
        return self.updateGradInput(input, target)

class Squares(Criterion):
    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 2).sum() / len(input))
        return self.output
    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput

class Thing: pass
number = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A directory to work in; what is imported from it is forgotten."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("TWO = 2\n")
    (tmp_path / "homework.py").write_text(HOMEWORK.format(slope=2))
    yield tmp_path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def imported(path):
    """The module that a file became."""
    (module,) = [each for each in sys.modules.values() if getattr(each, "__file__", None) == str(Path(path).resolve())]
    return module


def test_a_class_with_a_base_of_its_own_is_adopted(folder):
    (layer,) = cases_of("homework.py:Double", input=(4, 3))
    (criterion,) = cases_of("homework.py:Squares", input=(4, 3))
    for case, base, name in ((layer, Module, "Double"), (criterion, Criterion, "Squares")):
        made = case.build()
        assert isinstance(made, base)
        assert case.name == type(made).__name__ == name
        own = getattr(imported("homework.py"), name)
        assert isinstance(made, own)
        assert not issubclass(own, Component)
        assert (type(made).__module__, type(made).__doc__) == (own.__module__, own.__doc__)
    assert repr(layer.build()) == "Module"
    assert criterion.target is not None


def test_an_adopted_class_that_is_right_passes_and_one_that_is_wrong_fails(folder):
    for name in ("Double", "Squares"):
        (report,) = check_component(f"homework.py:{name}", input=(4, 3), on_fail=None)
        allowed = {"the_dtype_of_the_target_does_not_matter"}  # which NumPy's promotion decides
        assert {result.check for result in report.failures} <= allowed
        assert report.count("passed") > 30
    (folder / "wrong.py").write_text(HOMEWORK.format(slope=3))
    (report,) = check_component("wrong.py:Double", input=(4, 3), checks=["gradInput_is_the_slope"], on_fail=None)
    assert "analytic" in report.failures[0].message


def test_a_class_object_with_a_base_of_its_own_is_adopted(folder):
    cases_of("homework.py:Double", input=(4, 3))
    (case,) = cases_of(imported("homework.py").Double, input=(4, 3))
    assert isinstance(case.build(), Module)
    assert case.command is None


def test_a_file_is_imported_once_with_its_folder_on_the_path_first_and_then_last(folder):
    path = [*sys.path]
    (folder / "deep").mkdir()
    (folder / "homework.py").rename(folder / "deep" / "homework.py")
    (folder / "helper.py").rename(folder / "deep" / "helper.py")
    (first,) = cases_of("deep/homework.py:Double", input=(4, 3))
    (second,) = cases_of(f"{folder}/deep/homework.py:Double", input=(4, 3))
    assert type(first.build()).__mro__[1] is type(second.build()).__mro__[1]
    (folder / "deep" / "other.py").write_text(HOMEWORK.format(slope=2))
    assert cases_of("deep/other.py:Double", input=(4, 3))
    assert sys.path == [*path, str(folder / "deep")]
    assert "helper" not in sys.modules


def test_a_file_with_the_name_of_an_imported_module_hides_it_from_nobody(folder):
    source = Path("homework.py").read_text().replace("import helper", "class helper: TWO = 2")
    Path("attrs.py").write_text(source)
    import attrs

    (case,) = cases_of("attrs.py:Double", input=(4, 3))
    assert type(case.build()).__name__ == "Double"
    assert sys.modules["attrs"] is attrs
    assert type(case.build()).__module__.startswith("minnet_checked_attrs_")


LAYER = """
from minnet_core import Module
class {name}(Module):
    def updateOutput(self, input):
        self.output = {slope} * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = {slope} * gradOutput
        return self.gradInput
"""
NETWORK = """
from layers import Scale
class Net(Scale):
    def __init__(self):
        super().__init__()
        self.inner = Scale()
    def updateOutput(self, input):
        self.output = self.inner.forward(input)
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.inner.backward(input, gradOutput)
        return self.gradInput
    def train(self):
        super().train()
        self.inner.train()
    def evaluate(self):
        super().evaluate()
        self.inner.evaluate()
"""


def test_files_of_two_folders_are_each_checked_with_their_own_siblings(folder):
    for name, slope in (("one", 2), ("two", 5)):
        (folder / name).mkdir()
        (folder / name / "layers.py").write_text(LAYER.format(name="Scale", slope=slope))
        (folder / name / "net.py").write_text(NETWORK)
    cases = cases_of("one/net.py:Net", "two/net.py:Net", input=(4, 3))
    assert [float(case.build().forward(np.ones((1, 1)))[0, 0]) for case in cases] == [2, 5]
    for case in cases:
        assert [result.message for result in examine(case).failures] == []


def test_a_function_of_a_file_makes_the_component(folder):
    Path("functions.py").write_text(LAYER.format(name="Scale", slope=2) + "def make(times=1):\n    return Scale()\n")
    (case,) = cases_of("functions.py:make", input=(4, 3))
    assert (case.name, case.command) == ("make", "minnet check functions.py:make --input 4,3")
    assert type(case.build()).__name__ == "Scale"
    (case,) = cases_of("functions.py:make", input=(4, 3), arguments={"times": 2})
    assert case.name == "make(times=2)"


def test_a_function_that_makes_something_else_is_an_error(folder):
    Path("functions.py").write_text("def three():\n    return 3\n")
    with pytest.raises(ValueError, match=r"^three\(\): expected a component to be made, received int$"):
        cases_of("functions.py:three", input=(4, 3))


@pytest.mark.parametrize("base", ["Criterion", "minnet_core.Criterion"])
def test_the_target_may_be_called_as_one_likes(folder, base):
    source = HOMEWORK.format(slope=2).replace("target", "y_true").replace("Squares(Criterion)", f"Squares({base})")
    Path("homework.py").write_text("import minnet_core\n" + source)
    (report,) = check_component("homework.py:Squares", input=(4, 3), target="real", on_fail=None)
    assert {result.check for result in report.failures} <= {"the_dtype_of_the_target_does_not_matter"}
    assert report.count("passed") > 30


def test_a_base_class_that_takes_two_arguments_is_a_criterion_and_one_of_one_a_layer(folder):
    Path("bare.py").write_text(
        "class Layer(object):\n    def updateOutput(self, input): ...\n"
        "class Loss:\n    def updateOutput(self, x, y_true): ...\n"
        "class Option:\n    def updateOutput(self, x, y=None): ...\n"
        "class Neither:\n    def output(self, x): ...\n"
    )
    cases_of("bare.py:Layer", input=(4, 3))
    bare = imported("bare.py")
    assert [cls.__mro__[1] for cls in (bare.Layer, bare.Loss, bare.Option, bare.Neither)] == [
        Module,
        Criterion,
        Module,
        object,
    ]


def test_the_command_says_all_that_was_given(folder):
    (case,) = cases_of("homework.py:Double", input=(4, 3), traits=["kinks"], seed=3)
    assert case.command == "minnet check homework.py:Double --input 4,3 --trait kinks"
    assert case.seed == 3
    Path("my homework.py").write_text(HOMEWORK.format(slope=2))
    (case,) = cases_of("my homework.py:Double", input=((4, 3), (4, 2)))
    assert case.command == "minnet check 'my homework.py:Double' --input '4,3;4,2'"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Dubble", "; did you mean Double?"),
        ("number", ": Double, Squares"),
        ("np", ": Double, Squares"),
        ("", ": Double, Squares"),
    ],
)
def test_a_class_that_the_file_has_not_suggests_one_or_lists_those_it_has(folder, name, hint):
    message = f"homework.py:{name}: expected a class of homework.py{hint}, received '{name}'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cases_of(f"homework.py:{name}", input=(4, 3))


def test_a_file_without_classes_says_so(folder):
    Path("empty.py").write_text("number = 3\n")
    with pytest.raises(ValueError, match=r"expected a class of empty.py: it has none, received 'Double'$"):
        cases_of("empty.py:Double", input=(4, 3))


def test_a_class_that_is_no_component_is_an_error(folder):
    with pytest.raises(ValueError, match=r"expected a layer, criterion or optimizer, received Thing, which has no"):
        cases_of("homework.py:Thing", input=(4, 3))


def test_a_class_of_a_file_needs_an_input(folder):
    message = r"^{}: expected EXAMPLES on the class, or the shape of an input \(input=, --input\), received neither$"
    with pytest.raises(ValueError, match=message.format("Double")):
        cases_of("homework.py:Double")


def test_a_file_that_does_not_exist_is_an_error(folder):
    for path in ("absent.py", "deep/absent.py"):
        with pytest.raises(ValueError, match=rf"^expected a Python file, received '{path}': there is no such file$"):
            cases_of(f"{path}:Double", input=(4, 3))
    Path("folder.py").mkdir()
    with pytest.raises(ValueError, match="there is no such file"):
        cases_of("folder.py:Double", input=(4, 3))


def test_a_file_that_cannot_be_imported_fails_again_the_next_time(folder):
    Path("broken.py").write_text("import numpy\n1 / 0\n")
    for _ in range(2):
        with pytest.raises(ValueError, match="broken.py: cannot be imported: ZeroDivisionError: division by zero"):
            cases_of("broken.py:Double", input=(4, 3))
