from __future__ import annotations

import json
import shlex
import sys

import pytest

from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import all_checks, install_distribution
from minnet_test_support.sources import TWO_EXAMPLES, forget_modules, scale_source

OTHERS = """
import numpy as np
from minnet_core import Criterion

class Noise(Module):
    def __init__(self, rng=None):
        super().__init__()
        self.rng = np.random.default_rng(rng)
    def updateOutput(self, input):
        self.noise = self.rng.standard_normal(input.shape).astype(input.dtype) if self.training else 0
        self.output = input + self.noise
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput

class Pair(Module):
    def updateOutput(self, input):
        self.output = input[0] + input[1]
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput.copy(), gradOutput.copy())
        return self.gradInput

class Hinge(Criterion):
    def updateOutput(self, input, target):
        if (np.abs(target) != 1).any():
            raise ValueError("expected signs")
        self.output = float(np.maximum(1 - target * input, 0).sum() / len(input))
        return self.output
    def updateGradInput(self, input, target):
        signs = np.asarray(target, input.dtype)
        self.gradInput = np.where(signs * input < 1, -signs, 0) / len(input)
        return self.gradInput

class Plain: ...
"""
ONE = "(Example(input=(4, 3)),)"
RIGHT, WRONG = "self.factor", "2 * self.factor"
ONLY_CORE = {"MINNET_DISABLE_PLUGINS": ",".join(sorted(FIRST_PARTY - {"minnet-core"})), "MINNET_PLUGINS": "strange-a"}


@pytest.fixture
def minnet(run_minnet, monkeypatch, tmp_path):
    """Run the command: ``minnet("check", "Scale")`` returns its exit code, stdout and stderr.

    It runs in a folder with ``homework.py``; of what is installed only the core and strange-a count.
    """
    for name, value in ONLY_CORE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homework.py").write_text(scale_source() + OTHERS)
    (tmp_path / "wrong.py").write_text(scale_source(slope=WRONG))
    yield run_minnet
    forget_modules(tmp_path)


def install(site, *, examples=ONE, slope=RIGHT):
    source = scale_source(examples=examples, slope=slope)
    points = {"minnet.layers": {"Strange": "strange_a:Scale"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points)


def rows(text):
    return [line.split() for line in text.splitlines()]


@pytest.mark.parametrize("name", ["Strange", "strange-a:Strange", "strange-a", "strange_a:Scale"])
def test_a_right_component_exits_with_0_and_is_counted_in_a_table(site, minnet, name):
    install(site)
    code, out, err = minnet("check", name)
    assert (code, err) == (0, "")
    header, row, _, unproven = out.splitlines()
    assert header.split() == ["component", "passed", "failed", "weak", "skipped", "expected", "to", "fail"]
    component, passed, failed, weak, skipped, expected = row.split()
    assert (component, failed, weak, expected) == ("Scale", "0", "0", "0")
    assert unproven.startswith("no reference: nothing here proves which formula Scale computes; ")
    assert int(passed) > 30
    assert int(passed) + int(skipped) == sum(check.is_about("layer") for check in all_checks())


def test_a_wrong_component_exits_with_1_and_is_told_of_below_the_table(minnet):
    code, out, err = minnet("check", "wrong.py:Scale", "--input", "4,3", "--check", "gradInput_is_the_slope")
    assert (code, err) == (1, "")
    table, message = out.rstrip("\n").split("\n\n")
    assert rows(table)[1] == ["Scale", "0", "1", "0", "0", "0"]
    assert message.startswith("Scale fails gradInput_is_the_slope\n  gradInput[0, 0], shape (4, 3) float64, train mode")
    assert message.endswith(
        "\n  seed: 0\n  again: minnet check wrong.py:Scale --input 4,3 --check gradInput_is_the_slope"
    )


def test_expected_failures_are_counted_and_unexpected_passes_fail(site, minnet):
    expected = """(Example(input=(4, 3), expected_failures={'gradInput_is_the_slope': 'it is a demonstration'}),)"""
    arguments = ("check", "Strange", "--check", "gradInput_is_the_slope")
    install(site, examples=expected, slope=WRONG)
    code, out, _ = minnet(*arguments)
    assert (code, rows(out)[1:]) == (0, [["Scale", "0", "0", "0", "0", "1"]])


def test_an_unexpected_pass_exits_with_1_and_says_what_to_do(site, minnet):
    install(site, examples="(Example(input=(4, 3), expected_failures={'forward_runs': 'it is heavy'}),)")
    code, out, _ = minnet("check", "Strange", "--check", "forward_runs")
    assert (code, rows(out)[1]) == (1, ["Scale", "0", "1", "0", "0", "0"])
    assert "forward_runs passes, and is declared to fail (it is heavy); take it out of expected_failures" in out


def test_what_a_class_is_found_to_be_is_told(minnet):
    code, out, _ = minnet("check", "homework.py:Noise", "--input", "4,3", "--check", "stochastic_is_declared_rightly")
    assert (code, out.splitlines()[3]) == (0, "Noise: found to be stochastic, train-differs")
    code, out, _ = minnet("check", "homework.py:Scale", "--input", "4,3", "--check", "is_made")
    assert (code, "found to be" in out) == (0, False)


def test_arguments_and_several_inputs_are_given(minnet):
    code, out, _ = minnet(
        "check", "homework.py:Scale", "--args", '{"factor": 0.5}', "--input", "4,3", "--input", "2,5,1", "--json"
    )
    assert code == 0
    assert json.loads(out)[0]["case"] == "Scale(factor=0.5)"
    wrong = ("check", "homework.py:Scale", "--args", '{"factr": 1}', "--input", "4,3")
    code, out, _ = minnet(*wrong)
    assert (code, "unknown argument 'factr'; did you mean 'factor'?" in out) == (1, True)
    assert """again: minnet check homework.py:Scale --args '{"factr": 1}' --input 4,3 --check is_made""" in out


def test_an_input_may_be_a_table(minnet):
    assert minnet("check", "homework.py:Pair", "--input", "4,3;4,3", "--check", "gradInput_is_the_slope")[0] == 0
    code, out, _ = minnet("check", "homework.py:Pair", "--input", "4,3;2,3", "--check", "forward_runs")
    assert (code, "could not be broadcast" in out) == (1, True)


def test_traits_are_given(minnet):
    check = ("check", "homework.py:Noise", "--input", "4,3", "--json", "--check", "is_made")
    _, out, _ = minnet(*check, "--trait", "changes-mean", "--trait", "positive-input")
    assert json.loads(out)[0]["traits"] == ["changes-mean", "kinks", "positive-input", "stochastic", "train-differs"]


def test_a_target_is_given_or_guessed(minnet):
    for arguments in ([], ["--target", "signs"]):
        assert minnet("check", "homework.py:Hinge", "--input", "4,3", *arguments)[0] == 0
    code, out, _ = minnet("check", "homework.py:Hinge", "--input", "4,3", "--target", "binary")
    assert (code, "raised ValueError: expected signs" in out) == (1, True)
    assert "again: minnet check homework.py:Hinge --input 4,3 --target binary --check" in out


def test_a_target_that_is_guessed_is_told(minnet):
    _, out, _ = minnet("check", "homework.py:Hinge", "--input", "4,3")
    assert out.splitlines()[3] == "Hinge: its target is taken to be signs"
    _, out, _ = minnet("check", "homework.py:Hinge", "--input", "4,3", "--target", "signs")
    assert "taken to be" not in out


def test_one_example_is_chosen(site, minnet):
    install(site, examples=TWO_EXAMPLES)
    assert [row[0] for row in rows(minnet("check", "Strange", "--check", "is_made")[1])[1:]] == [
        "Scale",
        "Scale(factor=3.0)",
    ]
    assert rows(minnet("check", "Strange", "--check", "is_made", "--example", "1")[1])[1][0] == "Scale(factor=3.0)"


def test_a_seed_draws_other_numbers(minnet):
    check = ("check", "wrong.py:Scale", "--input", "4,3", "--check", "gradInput_is_the_slope")
    first, second = minnet(*check), minnet(*check, "--seed", "5")
    assert first == minnet(*check, "--seed", "0")
    assert first[1].splitlines()[:3] == second[1].splitlines()[:3]
    assert first[1].splitlines()[4] != second[1].splitlines()[4]
    assert second[1].endswith("  seed: 5\n  again: " + shlex.join(["minnet", *check]) + " --seed 5\n")


def test_several_checks_and_several_names_are_given(site, minnet):
    install(site)
    names = ("Strange", "Sequential")
    _, out, _ = minnet("check", *names, "--check", "is_made", "--check", "has_a_repr", "--json")
    assert [(report["case"], [result["check"] for result in report["results"]]) for report in json.loads(out)] == [
        ("Scale", ["is_made", "has_a_repr"]),
        ("Sequential", ["is_made", "has_a_repr"]),
    ]


def test_json_has_every_result(minnet):
    code, out, _ = minnet("check", "wrong.py:Scale", "--input", "4,3", "--json")
    assert code == 1
    (report,) = json.loads(out)
    statuses = {result["check"]: result["status"] for result in report["results"]}
    assert set(statuses) == {check.name for check in all_checks() if check.is_about("layer")}
    assert (statuses["is_made"], statuses["gradInput_is_the_slope"]) == ("passed", "failed")
    (bad,) = [result for result in report["results"] if result["check"] == "gradInput_is_the_slope"]
    assert "again: minnet check wrong.py:Scale --input 4,3" in bad["message"]


def test_checks_are_listed(minnet):
    code, out, err = minnet("check", "--list")
    assert (code, err) == (0, "")
    assert rows(out)[0] == ["check", "family", "level", "of", "proves"]
    assert [row[0] for row in rows(out)[1:]] == [check.name for check in all_checks()]
    line = "is_made protocol wrong result every kind There is something to check: its class"
    assert any(" ".join(row).startswith(line) for row in rows(out))
    listed = json.loads(minnet("check", "--list", "--json")[1])
    assert [tuple(record) for record in listed] == [("check", "family", "level", "of", "proves")] * len(all_checks())
    assert listed[0]["proves"] == all_checks()[0].proves


def test_all_checks_every_component(site, minnet):
    install(site)
    code, out, _ = minnet("check", "--all", "--check", "is_made")
    assert (code, [row[0] for row in rows(out)[1:]]) == (0, ["Graph", "Graph(inputs=['image',", "Sequential", "Scale"])


def test_a_seed_counts_for_all_too(site, minnet):
    install(site, slope=WRONG)
    code, out, _ = minnet("check", "--all", "--check", "gradInput_is_the_slope", "--seed", "5")
    assert code == 1
    assert out.endswith("  again: minnet check strange-a:Strange --check gradInput_is_the_slope --seed 5\n")


def test_a_component_that_is_broken_is_a_failure_among_the_others(site, minnet):
    points = {"minnet.layers": {"Broken": "strange_a:Broken"}}
    install_distribution(site, "strange-a", {"strange_a": "1 / 0"}, entry_points=points)
    code, out, _ = minnet("check", "--all", "--check", "is_made")
    assert (code, rows(out)[3:5]) == (1, [["Sequential", "1", "0", "0", "0", "0"], ["Broken", "0", "1", "0", "0", "0"]])
    assert "cannot be loaded: ZeroDivisionError: division by zero" in out
    assert out.endswith("  again: minnet check strange-a:Broken --check is_made\n")
