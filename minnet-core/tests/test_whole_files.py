"""Every class of a file or folder, told and checked as far as it can be."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core.testing import cases_of, check_component
from minnet_test_support.notebook_base import NOTEBOOK_BASE
from minnet_test_support.sources import forget_modules

HOMEWORK = (
    NOTEBOOK_BASE
    + """

class Scale(Module):
    def updateOutput(self, input):
        self.output = 3 * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = {slope} * gradOutput
        return self.gradInput


class Linear(Module):
    def __init__(self, n_in, n_out):
        super().__init__()


class Refuses(Scale):
    def __init__(self, factor=0):
        1 / factor


class Images(Scale):
    def updateOutput(self, input):
        batch, channels, height, width = input.shape
        return super().updateOutput(input)


class Texts(Scale):
    def updateOutput(self, input):
        raise TypeError("expected texts")


class Squares(Criterion):
    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 2).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput


def helper():
    return Scale()
"""
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homework.py").write_text(HOMEWORK.format(slope=3))
    yield tmp_path
    forget_modules(tmp_path)


def test_each_class_of_a_file_is_told(run_minnet):
    code, out, _ = run_minnet("check", "homework.py", "--check", "forward_runs")
    assert code == 0
    names = [line.split()[0] for line in out.split("\n\n")[0].splitlines()[1:]]
    assert names == ["Scale", "Linear", "Refuses", "Images", "Texts", "Squares"]
    arguments = """--args '{"n_in": ..., "n_out": ...}', in Python arguments={"n_in": ..., "n_out": ...}, gives them"""
    assert f"Linear is not checked: its constructor needs n_in and n_out; {arguments}\n" in out
    assert "Refuses is not checked: its constructor raised ZeroDivisionError: division by zero; --args '{...}'" in out
    assert "Scale: its input is taken to be 4,5\n" in out
    assert "Images: its input is taken to be 2,3,6,6\n" in out
    assert (
        "Texts is not checked: no input that was tried runs through it (4,5: TypeError: expected texts); --input" in out
    )
    assert "Squares: its input is taken to be 4,5; its target is taken to be one-hot\n" in out


def test_a_wrong_class_of_a_file_fails_with_a_command_for_it_alone(folder, run_minnet):
    (folder / "homework.py").write_text(HOMEWORK.format(slope=2))
    code, out, _ = run_minnet("check", "homework.py", "--check", "gradInput_is_the_slope")
    assert code == 1
    assert "again: minnet check homework.py:Scale --input 4,5 --check gradInput_is_the_slope\n" in out


def test_a_folder_is_its_files(folder, run_minnet):
    (folder / "lab/.hidden").mkdir(parents=True)
    (folder / "lab/__pycache__").mkdir()
    (folder / "homework.py").rename(folder / "lab/one.py")
    (folder / "lab/two.py").write_text("1 / 0")
    for hidden in ("lab/.hidden/three.py", "lab/__pycache__/four.py"):
        (folder / hidden).write_text("1 / 0")
    code, out, _ = run_minnet("check", "lab", "--check", "forward_runs")
    assert code == 0
    assert "lab/two.py is not checked: two.py: cannot be imported: ZeroDivisionError: division by zero" in out
    assert "Scale " in out
    assert "three.py" not in out
    assert "four.py" not in out


def test_an_input_is_for_every_class_without_examples(folder):
    cases = {case.name: case for case in cases_of("homework.py", input=(2, 7))}
    assert cases["Scale"].shapes == ((2, 7),)
    assert not cases["Scale"].guess


def test_examples_of_a_class_count_more():
    with open("homework.py", "w") as file:
        file.write(
            "from minnet_core import Example, Module\nclass Own(Module):\n    EXAMPLES = (Example(input=(3, 2)),)\n"
            "    def updateOutput(self, input):\n        self.output = input + 0\n        return self.output\n"
            "    def updateGradInput(self, input, gradOutput):\n        self.gradInput = gradOutput + 0\n"
            "        return self.gradInput\n"
        )
    (case,) = cases_of("homework.py", input=(2, 7))
    assert case.shapes == ((3, 2),)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--args", "{}"], "expected arguments or an example for one class, homework.py:Class, received some for all"),
        (["--example", "0"], "expected arguments or an example for one class"),
    ],
)
def test_arguments_are_for_one_class(options, told, run_minnet):
    code, _, err = run_minnet("check", "homework.py", *options)
    assert code == 2
    assert told in " ".join(err.split())


def test_a_file_without_components_has_nothing_to_check(folder, run_minnet):
    (folder / "empty.py").write_text("x = 1\n")
    code, _, err = run_minnet("check", "empty.py")
    assert code == 2
    assert "empty.py: expected a layer, criterion or optimizer in it, received none" in err
    (folder / "needy.py").write_text(
        "class Needy:\n    def __init__(self, n):\n        pass\n    updateOutput = None\n"
    )
    (folder / "needy.py").write_text(
        "from minnet_core import Module\nclass Needy(Module):\n    def __init__(self, n):\n        super().__init__()\n"
    )
    code, out, _ = run_minnet("check", "needy.py")
    assert code == 2
    assert "Needy is not checked: its constructor needs n; --args" in out


def test_a_class_that_needs_arguments_says_how_they_are_given(run_minnet):
    told = """Linear: its constructor needs n_in and n_out, received {}; --args '{"n_in": ..., "n_out": ...}'"""
    code, _, err = run_minnet("check", "homework.py:Linear", "--input", "4,5")
    assert code == 2
    assert told in " ".join(err.split())
    code, _, err = run_minnet("check", "homework.py:Linear")
    assert code == 2
    assert "received neither; --args" in " ".join(err.split())
    (case,) = cases_of("homework.py:Scale", input=(2, 3))
    with pytest.raises(
        ValueError, match=r"its constructor needs n_out, received {'n_in': 3}; .* arguments={\"n_out\": "
    ):
        check_component("homework.py:Linear", input=(2, 3), arguments={"n_in": 3})


def test_a_report_shows_its_failures(folder):
    (folder / "homework.py").write_text(HOMEWORK.format(slope=2))
    linear = check_component("homework.py", on_fail=None)[1]
    assert "\n\nLinear is not checked: its constructor needs n_in and n_out; --args" in repr(linear)
    (report,) = check_component("homework.py:Scale", input=(2, 3), checks=["gradInput_is_the_slope"], on_fail=None)
    head, _, rest = repr(report).partition("\n\n")
    assert head == "<Scale: 1 failed, no reference>"
    assert rest == report.failures[0].message
    assert "Scale fails gradInput_is_the_slope\n  gradInput[0, 0]" in repr([report])


def test_the_global_generator_is_left_alone_by_guesses():
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    cases_of("homework.py")
    assert (np.random.get_state()[1] == before).all()
