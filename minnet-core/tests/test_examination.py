from __future__ import annotations

import random
import shlex
import sys
import warnings

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Module
from minnet_core.testing import Case, Examination, check, examine, fail, runner, skip
from minnet_test_support.components import Identity

CASE = Case(Identity, input=(4, 3), name="identity", seed=5)


@pytest.fixture
def known(monkeypatch):
    """Make the checks of a test known: ``known(first, second)``."""

    def know(*checks):
        monkeypatch.setattr(runner, "checks_by_name", lambda: {check.name: check for check in checks})
        return checks

    return know


def make(name, *, needs=(), does=lambda trial: None):
    def function(trial):
        return does(trial)

    function.__name__ = name
    return check("mine", needs=needs)(function)


def status(case, checks):
    return {result.check: result.status for result in Examination(case).report(checks)}


def test_what_a_check_needs_runs_first_and_once(known):
    ran = []

    def noted(name, *needs):
        return make(name, needs=needs, does=lambda trial: ran.append(name))

    checks = known(noted("c", "b", "a"), noted("b", "a"), noted("a"))
    results = Examination(CASE).report([*checks, *checks])
    assert ran == ["a", "b", "c"]
    assert [result.check for result in results] == ["c", "b", "a"]
    assert {result.status for result in results} == {"passed"}


def test_a_need_that_is_not_asked_for_and_passes_is_not_reported(known):
    last, first = known(make("last", needs=["first"]), make("first"))
    assert status(CASE, [last]) == {"last": "passed"}


def test_a_need_that_is_not_asked_for_and_fails_is_reported_first(known):
    first = make("first", does=lambda trial: fail("no"))
    last, *_ = known(make("last", needs=["second"]), make("second", needs=["first"]), first)
    assert list(status(CASE, [last]).items()) == [("first", "failed"), ("last", "skipped")]


def test_what_is_skipped_for_a_failure_names_it(known):
    first = make("first", does=lambda trial: fail("no"))
    checks = known(first, make("second", needs=["first"]), make("third", needs=["second"]), make("other"))
    report = Examination(CASE).report(checks)
    assert [result.blocked_by for result in report] == ["", "first", "first", ""]


def test_a_need_that_is_about_another_kind_stops_nothing(known):
    def never(trial):
        pytest.fail("it ran")

    about_others = check("mine", of=["criterion"])(never)
    assert status(CASE, known(make("last", needs=["never"]), about_others)) == {"last": "passed", "never": "skipped"}


def test_examining_for_one_check_tells_of_the_failure_that_it_needs():
    class Raises(Identity):
        def updateOutput(self, input):
            raise ValueError("no")

    report = examine(Case(Raises, input=(4, 3)), ["gradInput_is_the_slope"])
    assert [(result.check, result.status) for result in report] == [
        ("forward_runs", "failed"),
        ("gradInput_is_the_slope", "skipped"),
    ]
    assert report.results[1].blocked_by == "forward_runs"


def test_what_needs_a_failed_check_is_skipped_and_says_why(known):
    def never(trial):
        pytest.fail("it ran")

    checks = known(
        make("first", does=lambda trial: fail("no")),
        make("second", needs=["first"], does=never),
        make("third", needs=["second"], does=never),
        make("fourth", needs=["third"], does=never),
        make("other"),
    )
    results = {result.check: result for result in Examination(CASE).report(checks)}
    assert {name: result.status for name, result in results.items()} == {
        "first": "failed",
        "second": "skipped",
        "third": "skipped",
        "fourth": "skipped",
        "other": "passed",
    }
    assert results["second"].message == "needs first, which fails"
    assert results["third"].message == "needs second, which is skipped: it needs first, which fails"
    assert results["fourth"].message.startswith("needs third, which is skipped: it needs second, which is skipped: ")


def test_what_needs_a_check_that_does_not_apply_runs(known):
    checks = known(make("first", does=lambda trial: skip("no parameters")), make("second", needs=["first"]))
    assert status(CASE, checks) == {"first": "skipped", "second": "passed"}


def test_an_expected_failure_is_a_failure_that_is_not_bad_and_stops_nothing(known):
    checks = known(make("first", does=lambda trial: fail("no")), make("second", needs=["first"]))
    report = Examination(evolve(CASE, expected_failures={"first": "rounding"})).report(checks)
    first, second = report
    assert (first.status, first.outcome) == ("failed", "expected failure")
    assert (first.expected_to_fail, first.reason) == (True, "rounding")
    assert (second.status, second.expected_to_fail, second.reason) == ("passed", False, "")
    assert report.failures == ()


def test_a_pass_of_what_should_fail_is_bad_and_explained(known):
    checks = known(make("first"))
    report = Examination(evolve(CASE, expected_failures={"first": "rounding"})).report(checks)
    (bad,) = report.failures
    assert (bad.status, bad.outcome) == ("passed", "unexpected pass")
    assert bad.explanation == (
        "identity: first passes, and is declared to fail (rounding); take it out of expected_failures"
    )


def test_expecting_a_check_that_does_not_exist_to_fail_is_an_error():
    message = r"identity: expected_failures: there is no check 'forward_run'; did you mean 'forward_runs'"
    with pytest.raises(ValueError, match=message):
        Examination(evolve(CASE, expected_failures={"forward_run": "why"}))


def test_a_check_like_no_other_may_be_expected_to_fail(known):
    (first,) = known(make("first"))
    examined = Examination(evolve(CASE, expected_failures={"is_like_the_original_in_pytorch": "rounding"}))
    assert [result.outcome for result in examined.report([first])] == ["passed"]


def test_a_message_says_what_where_and_how_to_see_it_again():
    class Wrong(Identity):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = 2 * gradOutput
            return self.gradInput

    case = Case(Wrong, input=(4, 3), name="wrong", seed=5, command="minnet check wrong.py:Wrong --input 4,3")
    (bad,) = examine(case, ["gradInput_is_the_slope"]).failures
    first, detail, pattern, *rest = bad.message.splitlines()
    assert first == "wrong fails gradInput_is_the_slope"
    assert pattern.startswith("  all 12 elements are wrong: 2 times the slope; input[0, 0] is ")
    assert detail.startswith(
        "  gradInput[0, 0], shape (4, 3) float64, train mode, drawn input (4, 3) float64: analytic "
    )
    assert rest == [
        "  it proves: gradInput equals central differences in training mode, on drawn inputs of every shape.",
        "  seed: 5",
        "  again: minnet check wrong.py:Wrong --input 4,3 --check gradInput_is_the_slope --seed 5",
    ]


@pytest.mark.parametrize("name", ["it's", "a b"])
def test_again_is_the_test_that_runs(known, name):
    (bad,) = Examination(CASE).report(known(make("first", does=lambda trial: fail("no")))).failures
    program, test = shlex.split(bad.message.splitlines()[-1].removeprefix("  again: "))
    assert program == "pytest"
    assert test.endswith(f"test_examination.py::test_again_is_the_test_that_runs[{name}]")


def test_again_is_a_line_of_python_outside_of_tests(known, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    (bad,) = Examination(CASE).report(known(make("first", does=lambda trial: fail("no")))).failures
    assert bad.message.splitlines()[-1] == ("  again: check_component(case, checks=['first'], seed=5)")


def test_who_examines_can_say_how_to_run_it_again(known):
    checks = known(make("first", does=lambda trial: fail("no")))
    examined = Examination(CASE, again=lambda case, check: f"{case.name} {check} {case.seed}")
    (bad,) = examined.report(checks).failures
    assert bad.message.endswith("  again: identity first 5")


def test_a_seed_that_is_not_given_is_not_repeated():
    case = Case(lambda: 1, input=(4, 3), name="one", command="minnet check one")
    (bad,) = examine(case, ["is_made"]).failures
    assert bad.message.endswith("  seed: 0\n  again: minnet check one --check is_made")


def test_an_exception_is_a_failure_that_names_it_and_the_line_of_the_component():
    class Raises(Identity):
        def updateOutput(self, input):
            raise KeyError("lost")  # exactly

    (bad,) = examine(Case(Raises, input=(4, 3), name="raises"), ["forward_runs"]).failures
    with open(__file__) as file:
        line = 1 + [text.rstrip().endswith("# exactly") for text in file].index(True)
    assert bad.message.splitlines()[1] == f"  raised KeyError: 'lost', at {__file__}:{line}"


def test_an_exception_out_of_numpy_is_told_by_the_line_that_called_it():
    class Raises(Identity):
        def updateOutput(self, input):
            return np.linalg.inv(input)  # singular

    (bad,) = examine(Case(Raises, input=(4, 3), name="raises"), ["forward_runs"]).failures
    with open(__file__) as file:
        line = 1 + [text.rstrip().endswith("# singular") for text in file].index(True)
    assert bad.message.splitlines()[1].startswith("  raised LinAlgError: ")
    assert bad.message.splitlines()[1].endswith(f", at {__file__}:{line}")


def test_an_exception_inside_minnet_is_told_without_a_line_of_minnet():
    class Half(Module):
        pass

    (bad,) = examine(Case(Half, input=(4, 3)), ["forward_runs"]).failures
    assert bad.message.splitlines()[1] == "  raised NotImplementedError: Half must define updateOutput(input)"


def test_notes_of_an_exception_are_shown():
    class Raises(Identity):
        def updateOutput(self, input):
            error = ValueError("bad")
            error.add_note("in Sequential[2]")
            raise error

    (bad,) = examine(Case(Raises, input=(4, 3)), ["forward_runs"]).failures
    assert bad.message.splitlines()[2] == "  in Sequential[2]"


def test_a_component_that_exits_fails_and_ends_nothing():
    class Exits(Identity):
        def updateOutput(self, input):
            sys.exit(3)

    report = examine(Case(Exits, input=(4, 3)), ["forward_runs", "is_made"])
    assert "raised SystemExit: 3, at " in report.failures[0].message
    assert [result.status for result in report] == ["failed", "passed"]


def test_ctrl_c_is_not_survived(known):
    def interrupted(trial):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Examination(CASE).report(known(make("first", does=interrupted)))


def drawing(trial):
    np.random.seed(1)
    random.seed(1)
    fail("no")


@pytest.mark.parametrize("does", [drawing, lambda trial: np.random.random() and random.random()])
def test_global_generators_are_restored(known, does):
    before = np.random.get_state()[1].copy(), np.random.get_state()[2], random.getstate()
    Examination(CASE).report(known(make("first", does=does)))
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])
    assert np.random.get_state()[2] == before[1]
    assert random.getstate() == before[2]


def test_warnings_that_others_turn_into_errors_do_not_matter(known):
    def warns(trial):
        warnings.warn("beware", stacklevel=1)
        np.log(np.zeros(2)) / np.float64(0)

    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        assert status(CASE, known(make("first", does=warns))) == {"first": "passed"}


def test_traits_are_those_declared_unless_they_are_found_out():
    class Noisy(Identity):
        def __init__(self):
            super().__init__()
            self.rng = np.random.default_rng(0)

        def updateOutput(self, input):
            self.output = input * self.rng.random(input.shape) if self.training else input.copy()
            return self.output

    assert Examination(Case(Noisy, input=(4, 3), traits={"kinks"})).traits == {"kinks"}
    found = Examination(Case(Noisy, input=(4, 3), traits={"changes-mean"}, infers=True)).traits
    assert found == {"changes-mean", "kinks", "stochastic", "train-differs"}


def test_traits_of_a_component_that_cannot_be_made_are_those_declared():
    def broken():
        raise OSError("no disk")

    report = examine(Case(broken, input=(4, 3), traits={"stochastic"}, infers=True))
    assert report.traits == {"stochastic"}
    assert [result.check for result in report] == ["is_made"]
    assert "raised OSError: no disk" in report.failures[0].message


def test_a_result_does_not_depend_on_which_checks_ran_before():
    def drawn(case, names):
        return {r.check: r.message for r in examine(case, names)}

    class Wrong(Identity):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = 2 * gradOutput
            return self.gradInput

    case = Case(Wrong, input=(4, 3))
    alone = drawn(case, ["gradInput_is_the_slope"])
    assert alone.items() <= drawn(case, None).items()
    assert alone != drawn(evolve(case, seed=1), ["gradInput_is_the_slope"])
