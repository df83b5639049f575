"""What ``minnet check`` tells: how much of what fails, and nothing that a component prints."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from minnet_core.discovery import FIRST_PARTY
from minnet_test_support.notebook_base import NOTEBOOK_BASE

SOURCE = """
import numpy as np
from minnet_core import Criterion, Module

class Scale(Module):
    def updateOutput(self, input):
        self.output = 2 * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * gradOutput
        return self.gradInput

class Wrong(Scale):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput
        return self.gradInput

class WrongTwice(Scale):
    PARAMETERS = {"w": "gradW"}
    def __init__(self):
        super().__init__()
        self.w, self.gradW = np.ones(3, "f4"), np.zeros(3, "f4")
    def updateOutput(self, input):
        self.output = input * self.w
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput * self.w
        return self.gradInput
    def accGradParameters(self, input, gradOutput):
        self.gradW -= (gradOutput * input).sum(axis=0)

class Broken(Scale):
    def updateOutput(self, input):
        raise ValueError("no")

class Loud(Scale):
    def __init__(self):
        super().__init__()
        print("made")
    def updateOutput(self, input):
        print("forward")
        return super().updateOutput(input)

class LoudLoss(Criterion):
    def updateOutput(self, input, target):
        print("forward")
        self.output = float(((input - target) ** 2).sum() / len(input))
        return self.output
    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput

class Drawn(Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.W = np.random.uniform(-1, 1, size=(n_out, n_in))
        self.gradW = np.zeros_like(self.W)
    def updateOutput(self, input):
        self.output = input @ self.W.T
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput @ self.W
        return self.gradInput
    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
    def getParameters(self):
        return [self.W]
    def getGradParameters(self):
        return [self.gradW]

def make(factor=1):
    return Scale()
"""
NOTEBOOK = f"""{NOTEBOOK_BASE}
class Linear(Module):
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()
        self.W = np.random.uniform(-1, 1, size=(n_out, n_in))
        self.gradW = np.zeros_like(self.W)
    def updateOutput(self, input):
        self.output = input @ self.W.T
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput
    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
    def zeroGradParameters(self):
        self.gradW.fill(0)
    def getParameters(self):
        return [self.W]
    def getGradParameters(self):
        return [self.gradW]

class Net(Module):
    def __init__(self):
        super(Net, self).__init__()
        self.first = Linear(3, 4)
        self.second = Linear(4, 2)
    def updateOutput(self, input):
        self.output = self.second.forward(self.first.forward(input))
        return self.output
    def backward(self, input, gradOutput):
        self.gradInput = self.first.backward(input, self.second.backward(self.first.output, gradOutput))
        return self.gradInput
    def zeroGradParameters(self):
        self.first.zeroGradParameters()
        self.second.zeroGradParameters()
    def getParameters(self):
        return [self.first.getParameters(), self.second.getParameters()]
    def getGradParameters(self):
        return [self.first.getGradParameters(), self.second.getGradParameters()]
    def train(self):
        self.training = True
        self.first.train()
        self.second.train()
    def evaluate(self):
        self.training = False
        self.first.evaluate()
        self.second.evaluate()
"""


@pytest.fixture
def tell(run_minnet, monkeypatch, tmp_path):
    """Check something of ``homework.py`` or ``notebook.py``: returns the exit code and what is printed, by parts."""
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homework.py").write_text(SOURCE)
    (tmp_path / "notebook.py").write_text(NOTEBOOK)

    def run(name, *options):
        code, out, err = run_minnet("check", name, "--input", "4,3", *options)
        assert err == ""
        return code, out.rstrip("\n").split("\n\n")

    return run


def failing(parts):
    """The checks whose failures are told at length."""
    told = [part.splitlines()[0] for part in parts if "\n  it proves: " in part]
    return [line.split(" fails ")[1] for line in told if " fails " in line]


def weak(parts):
    """The checks that tell of weaknesses at length."""
    return [part.splitlines()[0].split(" has a weakness: ")[1] for part in parts if " has a weakness: " in part]


def test_the_first_failure_of_each_family_is_told_at_length_and_others_are_named(tell):
    code, parts = tell("homework.py:WrongTwice")
    results = json.loads("\n\n".join(tell("homework.py:WrongTwice", "--json")[1]))[0]["results"]
    bad = [result for result in results if result["status"] == "failed"]
    first = list({result["family"]: result["check"] for result in reversed(bad)}.values())[::-1]
    others = [result["check"] for result in bad if result["check"] not in first]
    assert code == 1
    assert failing(parts) == first
    assert others
    (line,) = [part for part in parts if " also fails " in part]
    assert line.startswith("WrongTwice also fails ")
    assert line.endswith("; --verbose tells how")
    assert sorted(line[len("WrongTwice also fails ") :].partition(";")[0].split(", ")) == sorted(others)


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_every_failure_is_told_at_length_if_that_is_asked_for(tell, option):
    code, parts = tell("homework.py:WrongTwice", option)
    results = json.loads("\n\n".join(tell("homework.py:WrongTwice", "--json")[1]))[0]["results"]
    assert code == 1
    assert failing(parts) == [result["check"] for result in results if result["status"] == "failed"]
    assert not any(" also fails " in part for part in parts)
    skipped = [
        f"WrongTwice skips {result['check']}: {result['message']}"
        for result in results
        if result["status"] == "skipped" and not result["message"].startswith("needs ")
    ]
    assert parts[-2].splitlines() == skipped


def test_one_line_says_how_many_checks_are_skipped_for_a_failure(tell):
    code, parts = tell("homework.py:Broken")
    (failure,) = failing(parts)
    counts = parts[0].splitlines()[1].split()
    assert (code, failure) == (1, "forward_runs")
    (line,) = [part for part in parts if " skipped because " in part]
    count = int(line.split()[1])
    assert line == f"Broken: {count} checks are skipped because forward_runs fails"
    assert 50 < count <= int(counts[4])


def test_a_single_check_that_is_skipped_for_a_failure_is_one(tell):
    code, parts = tell("homework.py:Broken", "--check", "gradInput_is_the_slope")
    assert (code, failing(parts)) == (1, ["forward_runs"])
    assert parts[0].splitlines()[1].split() == ["Broken", "0", "1", "0", "1", "0"]
    assert parts[-1] == "Broken: 1 check is skipped because forward_runs fails"


def test_nothing_is_told_of_what_passes(tell):
    code, parts = tell("homework.py:Scale")
    table, unproven = parts
    assert (code, table.splitlines()[1].split()[2:4]) == (0, ["0", "0"])
    assert unproven.startswith("no reference: ")


@pytest.mark.parametrize("name", ["Loud", "LoudLoss"])
def test_what_a_component_prints_is_not_printed(tell, name):
    code, parts = tell(f"homework.py:{name}")
    assert (code, failing(parts)) == (0, [])
    assert weak(parts) == ["the_program_is_left_alone"]
    assert parts[0].startswith("component ")
    lines = [line for part in parts for line in part.splitlines()]
    assert not {"made", "forward"} & set(lines)
    _, parts = tell(f"homework.py:{name}", "--json")
    assert json.loads("\n\n".join(parts))[0]["case"] == name


def test_a_function_of_a_file_is_checked_as_what_it_makes(tell):
    code, parts = tell("homework.py:make")
    assert (code, parts[0].splitlines()[1].split()[0]) == (0, "make")
    code, parts = tell("homework.py:make", "--args", '{"factor": 2}')
    assert (code, parts[0].splitlines()[1].split()[0]) == (0, "make(factor=2)")


def test_a_net_of_layers_with_a_base_class_of_their_own_passes(tell):
    code, parts = tell("notebook.py:Net")
    assert (code, failing(parts)) == (0, [])
    assert int(parts[0].splitlines()[1].split()[1]) > 50


def test_a_seed_repeats_what_a_constructor_draws_from_the_global_generator(tell):
    arguments = ("homework.py:Drawn", "--args", '{"n_in": 3, "n_out": 2}', "--json", "--seed")
    np.random.seed(1)
    first = tell(*arguments, "4")
    np.random.seed(2)
    assert first == tell(*arguments, "4")
    (report,) = json.loads("\n\n".join(first[1]))
    assert "global-generator" in report["traits"]
    (other,) = json.loads("\n\n".join(tell(*arguments, "5")[1]))
    slopes = [
        next(
            result["message"].splitlines()[1]
            for result in each["results"]
            if result["check"] == "gradInput_is_the_slope"
        )
        for each in (report, other)
    ]
    assert slopes[0] != slopes[1]
