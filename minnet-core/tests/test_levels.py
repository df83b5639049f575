"""Two levels: every check says which it is of, and reports, exit codes and what is raised tell them apart."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest

from minnet_core import Example, Module, Reference
from minnet_core.testing import (
    BoundCheck,
    Case,
    ConformanceError,
    WeaknessWarning,
    check,
    checks,
    examine,
    fail,
    runner,
)
from minnet_core.testing.checks import OWN_CHECKS, named_check
from minnet_test_support.components import Identity

SOURCE = """
import numpy as np
from minnet_core import Example, Module, Reference

class Right(Module):
    def updateOutput(self, input):
        self.output = 2 * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * gradOutput
        return self.gradInput

class Weak(Right):  # its output grows to float64
    def updateOutput(self, input):
        self.output = np.ones(1) * 2 * input
        return self.output

class Wrong(Right):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput
        return self.gradInput

class Both(Weak):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput
        return self.gradInput

class Referred(Right):
    EXAMPLES = (Example(input=(4, 3), reference=Reference("somewhere.Double")),)

class Logistic(Module):  # exp(-x) overflows, and 1 / inf is right
    def updateOutput(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.output * (1 - self.output)
        return self.gradInput
"""
NAMES = ["is_made", "dtype_is_kept", "gradInput_is_the_slope"]


@pytest.fixture
def told(run_minnet, monkeypatch, tmp_path):
    """Check a class of ``levels.py``: returns the exit code, and what is printed by parts."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "levels.py").write_text(SOURCE)

    def run(name, *options):
        code, out, err = run_minnet("check", f"levels.py:{name}", *options)
        assert err == ""
        return code, out.rstrip("\n").split("\n\n")

    return run


def test_every_check_of_the_core_says_its_level():
    for file in Path(checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
                assert "level" in {each.arg for each in node.keywords}, f"{file.name}:{node.lineno}"


def test_no_check_of_wrong_results_waits_for_one_of_weaknesses():
    """Else nothing would be proven of a component that is merely weak."""
    for each in OWN_CHECKS:
        if each.level == "wrong result":
            assert {named_check(need).level for need in each.needs} <= {"wrong result"}, each


def test_a_check_that_says_nothing_is_about_wrong_results():
    assert check("mine")(lambda trial: None).level == "wrong result"
    with pytest.raises(ValueError, match="level"):
        check("mine", level="bad")(lambda trial: None)


@pytest.mark.parametrize(
    ("name", "failures", "weaknesses"),
    [
        ("Right", [], []),
        ("Weak", [], ["dtype_is_kept"]),
        ("Wrong", ["gradInput_is_the_slope"], []),
        ("Both", ["gradInput_is_the_slope"], ["dtype_is_kept"]),
    ],
)
def test_the_command_exits_with_1_for_wrong_results_and_for_weaknesses_if_it_is_strict(
    told, name, failures, weaknesses
):
    options = ["--input", "4,3", *(part for check in NAMES for part in ("--check", check))]
    code, parts = told(name, *options)
    assert code == bool(failures)
    assert parts[0].splitlines()[1].split()[2:4] == [str(len(failures)), str(len(weaknesses))]
    messages = [part.splitlines()[0] for part in parts if "\n  it proves: " in part]
    assert messages == [f"{name} fails {each}" for each in failures] + [
        f"{name} has a weakness: {each}" for each in weaknesses
    ]
    assert told(name, *options, "--strict")[0] == bool(failures or weaknesses)
    code, parts = told(name, *options, "--json")
    (report,) = json.loads("\n\n".join(parts))
    assert (code, report["failures"], report["weaknesses"]) == (bool(failures), failures, weaknesses)
    assert {each["check"]: each["level"] for each in report["results"]}["dtype_is_kept"] == "weakness"


def test_weaknesses_are_told_at_length_unless_a_result_is_wrong(told):
    _, parts = told("Weak", "--input", "4,3")
    assert parts[1].startswith("Weak has a weakness: dtype_is_kept\n  output, ")
    _, parts = told("Both", "--input", "4,3")
    assert parts[1].startswith("Both fails gradInput_is_the_slope\n  gradInput[0, 0]")
    assert parts[-2] == "Both has a weakness: dtype_is_kept; --verbose tells more"


def test_the_last_line_says_that_no_formula_is_proven_where_there_is_no_reference(told):
    _, parts = told("Right", "--input", "4,3")
    assert parts[-1].startswith("no reference: nothing here proves which formula Right computes; ")
    assert "no reference" not in "\n".join(told("Right", "--input", "4,3", "--check", "is_made")[1])
    _, parts = told("Referred")
    assert not any("no reference" in part for part in parts)
    for name, reference in (("Referred", "somewhere.Double"), ("Right", None)):
        _, parts = told(name, *(["--input", "4,3"] if name == "Right" else []), "--check", "is_made", "--json")
        assert json.loads("\n\n".join(parts))[0]["reference"] == reference


def test_a_report_knows_the_reference_of_its_case():
    case = Case(Identity, input=(4, 3), reference=Reference("torch.nn.Identity"))
    assert examine(case, ["is_made"]).reference == "torch.nn.Identity"
    assert examine(Case(Identity, input=(4, 3)), ["is_made"]).reference is None


def test_an_overflow_in_between_is_a_weakness_and_one_of_a_result_is_wrong():
    class Exponential(Module):
        def updateOutput(self, input):
            self.output = np.exp(input) / (1 + np.exp(input))
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput * self.output * (1 - self.output)
            return self.gradInput

    class Logistic(Exponential):
        def updateOutput(self, input):
            self.output = 1 / (1 + np.exp(-input))
            return self.output

    large = "large_inputs_give_finite_results"
    (result,) = examine(Case(Exponential, input=(4, 3)), [large])
    assert (result.outcome, result.level) == ("failed", "wrong result")
    (result,) = examine(Case(Logistic, input=(4, 3)), [large])
    assert (result.outcome, result.level) == ("weakness", "weakness")
    assert result.message.startswith(f"Logistic has a weakness: {large}\n")


class Unpicklable(Identity):
    def __init__(self):
        super().__init__()
        self.double = lambda x: 2 * x


def test_one_that_pickle_refuses_is_weak():
    result = examine(Case(Unpicklable, input=(4, 3)), ["pickling_gives_an_equal_component"]).results[-1]
    assert (result.outcome, "pickle.dumps, train mode: raised " in result.message) == ("weakness", True)


@pytest.mark.parametrize("level", ["wrong result", "weakness"])
@pytest.mark.parametrize("found", ["wrong result", "weakness"])
def test_what_is_found_to_be_less_hides_no_wrong_result(monkeypatch, level, found):
    def first(trial):
        fail("no", level=found)

    def second(trial):
        pass

    known = [check("mine")(first), check("mine", level=level, needs=["first"])(second)]
    monkeypatch.setattr(runner, "checks_by_name", lambda: {each.name: each for each in known})
    report = runner.Examination(Case(Identity, input=(4, 3))).report(known)
    blocked = found == "wrong result" or level == "weakness"
    assert report.results[1].status == ("skipped" if blocked else "passed")


def test_what_needs_a_check_of_weaknesses_is_skipped_where_that_fails(monkeypatch):
    def first(trial):
        fail("no")

    def second(trial):
        pass

    known = [check("mine", level="weakness")(first), check("mine", needs=["first"])(second)]
    monkeypatch.setattr(runner, "checks_by_name", lambda: {each.name: each for each in known})
    report = runner.Examination(Case(Identity, input=(4, 3))).report(known)
    assert [each.outcome for each in report] == ["weakness", "skipped"]


class Grows(Identity):
    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = np.ones(1) * input
        return self.output


@pytest.mark.parametrize("strict", [False, True])
def test_a_bound_check_warns_of_a_weakness_or_fails(strict):
    bound = BoundCheck.of_case(Case(Grows, input=(4, 3)), named_check("dtype_is_kept"), strict=strict)
    with pytest.raises(ConformanceError) if strict else pytest.warns(WeaknessWarning) as caught:
        bound()
    if not strict:
        assert caught[0].filename == __file__


def test_a_bound_check_of_what_waits_for_another_is_skipped():
    class Broken(Grows):
        def updateOutput(self, input):
            raise RuntimeError

    with pytest.raises(SkipTest):
        BoundCheck.of_case(Case(Broken, input=(4, 3)), named_check("dtype_is_kept"))()
