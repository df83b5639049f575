from __future__ import annotations

import json

import pytest

from minnet_core import Module, layers
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import Case, all_checks, check_component, checks_for, examine, install_distribution

GOOD = """
from minnet_core import hookimpl
from minnet_core.testing import check, fail, skip

@check("strange", of=["layer"], needs=["forward_runs"])
def output_is_positive(trial):
    "The `output` is positive."
    batch = trial.batch()
    output = trial.fresh().forward(batch.input)
    if (output < 0).any():
        fail("expected positive numbers")

@check("strange", of=["optimizer"])
def is_an_optimizer(trial):
    "It is."

@hookimpl
def minnet_checks():
    return [output_is_positive, is_an_optimizer]
"""
JUNK = """
from minnet_core import hookimpl
@hookimpl
def minnet_checks():
    {body}
"""


class Positive(Module):
    def updateOutput(self, input):
        self.output = input**2
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * input * gradOutput
        return self.gradInput


class Cubic(Positive):
    def updateOutput(self, input):
        self.output = input**3
        return self.output


@pytest.fixture(autouse=True)
def _only_strangers(monkeypatch):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))
    monkeypatch.setenv("MINNET_PLUGINS", "strange-a,strange-b")


@pytest.fixture
def minnet(run_minnet):
    """Run the command: returns its exit code, stdout and stderr."""
    return run_minnet


def install(site, name, source):
    module = name.replace("-", "_")
    install_distribution(site, name, {module: source}, entry_points={"minnet": {"plugin": module}})


def test_checks_of_a_plugin_come_after_those_of_the_core(site):
    core = all_checks()
    install(site, "strange-a", GOOD)
    layers.refresh()
    assert [check.name for check in all_checks()] == [
        *(check.name for check in core),
        "output_is_positive",
        "is_an_optimizer",
    ]
    assert "is_an_optimizer" not in [check.name for check in checks_for(Case(Positive, input=(4, 3)))]


def test_a_check_of_a_plugin_runs_and_can_fail(site):
    install(site, "strange-a", GOOD)
    (report,) = check_component(Case(Positive, input=(4, 3)), on_fail=None)
    (result,) = [result for result in report if result.family == "strange"]
    assert (result.check, result.status) == ("output_is_positive", "passed")
    (bad,) = examine(Case(Cubic, input=(4, 3)), ["output_is_positive"]).failures
    assert bad.message.startswith(
        "Cubic fails output_is_positive\n  expected positive numbers\n  it proves: The output is positive.\n"
    )


def test_a_check_of_a_plugin_is_skipped_where_what_it_needs_fails(site):
    install(site, "strange-a", GOOD)

    class Broken(Positive):
        def updateOutput(self, input):
            raise ValueError("no")

    failure, result = examine(Case(Broken, input=(4, 3)), ["output_is_positive"])
    assert (failure.check, failure.status) == ("forward_runs", "failed")
    assert (result.status, result.message) == ("skipped", "needs forward_runs, which fails")


def test_a_case_may_expect_a_check_of_a_plugin_to_fail(site):
    install(site, "strange-a", GOOD)
    case = Case(Cubic, input=(4, 3), expected_failures={"output_is_positive": "odd"})
    assert examine(case, ["output_is_positive"]).count("expected failure") == 1


def test_the_command_lists_and_runs_checks_of_plugins(site, minnet):
    install(site, "strange-a", GOOD)
    code, out, _ = minnet("check", "--list", "--json")
    assert code == 0
    assert {
        "check": "output_is_positive",
        "family": "strange",
        "level": "wrong result",
        "of": "layer",
        "proves": "The output is positive.",
    } in json.loads(out)
    code, out, _ = minnet("check", "Sequential", "--check", "output_is_positive")
    assert (code, "Sequential fails output_is_positive\n  expected positive numbers" in out) == (1, True)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("return [len]", "TypeError: expected checks, made by minnet_core.testing.check, received "),
        ("return 7", "TypeError: 'int' object is not iterable"),
        ("yield 1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("return None", "TypeError: expected something to be returned, received None; is there a return?"),
        (
            "from minnet_core.testing import all_checks; return [all_checks.__globals__['OWN_CHECKS'][0]]",
            "ValueError: expected a check of a name of its own, received another 'is_made'",
        ),
    ],
)
def test_a_plugin_that_returns_junk_is_kept_out_and_harms_no_other(site, minnet, body, cause):
    install(site, "strange-a", GOOD)
    install(site, "strange-b", JUNK.format(body=body))
    names = [check.name for check in all_checks()]
    assert len(set(names)) == len(names)
    assert names[-2:] == ["output_is_positive", "is_an_optimizer"]
    code, out, _ = minnet("plugins", "--json")
    assert code == 1
    states = {row["distribution"]: row["state"] for row in json.loads(out)["distributions"]}
    assert (states["strange-a"], states["strange-b"]) == ("ok", "broken")
    (problem,) = json.loads(out)["problems"]
    assert problem["cause"].startswith(
        f"strange-b:plugin (strange-b 0.1.0, strange_b) failed in minnet_checks: {cause}"
    )


def test_a_plugin_may_have_no_checks(site):
    install(site, "strange-b", JUNK.format(body="return []"))
    assert all(check.function.__module__.startswith("minnet_core.") for check in all_checks())


def test_plugins_lists_a_plugin_whose_checks_nobody_has_asked_for(site, minnet):
    install(site, "strange-b", JUNK.format(body="return 7"))
    code, out, _ = minnet("plugins")
    assert code == 1
    assert "failed in minnet_checks: TypeError: 'int' object is not iterable" in out


def test_a_check_that_needs_one_that_does_not_exist_harms_no_other(site):
    install(site, "strange-a", GOOD.replace('needs=["forward_runs"]', 'needs=["forward_run"]'))
    (report,) = check_component(Case(Positive, input=(4, 3)), on_fail=None)
    assert report.count("passed") > 30


def test_checks_that_need_each_other_harm_no_other(site):
    install(site, "strange-a", GOOD.replace('needs=["forward_runs"]', 'needs=["output_is_positive"]'))
    (report,) = check_component(Case(Positive, input=(4, 3)), on_fail=None)
    assert report.count("passed") > 30
