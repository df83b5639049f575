from __future__ import annotations

import json
import warnings

import pytest

from minnet_core.testing import ConformanceError, Report, Result, WeaknessWarning, without_reference


def result(check, status, *, expected=False, message="", reason="", level="wrong result"):
    return Result("case", check, "family", status, message, expected, reason, level=level)


RESULTS = (
    result("a", "passed"),
    result("b", "passed"),
    result("c", "failed", message="case fails c"),
    result("d", "skipped", message="no parameters"),
    result("e", "failed", expected=True, message="case fails e", reason="rounding"),
    result("f", "passed", expected=True, reason="overflow"),
    result("g", "skipped", expected=True, reason="unknown"),
)
REPORT = Report("case", RESULTS, frozenset({"kinks", "batch-coupled"}))


def test_outcomes():
    assert [each.outcome for each in RESULTS] == [
        "passed",
        "passed",
        "failed",
        "skipped",
        "expected failure",
        "unexpected pass",
        "skipped",
    ]


def test_bad_are_failures_that_nobody_expects_and_passes_that_nobody_expects():
    assert [each.check for each in RESULTS if each.is_bad] == ["c", "f"]
    assert [each.check for each in REPORT.failures] == ["c", "f"]


def test_an_unexpected_pass_is_explained():
    assert RESULTS[2].explanation == "case fails c"
    assert RESULTS[5].explanation == (
        "case: f passes, and is declared to fail (overflow); take it out of expected_failures"
    )


def test_outcomes_are_counted():
    outcomes = ("passed", "failed", "skipped", "expected failure", "unexpected pass", "nonsense")
    assert [REPORT.count(outcome) for outcome in outcomes] == [2, 1, 2, 1, 1, 0]


def test_a_report_shows_its_counts():
    head, *failures = repr(REPORT).split("\n\n")
    assert head == "<case: 2 passed, 1 failed, 1 unexpected pass, 2 skipped, 1 expected failure, no reference>"
    assert failures == [each.explanation for each in REPORT.failures]
    assert repr(Report("case", RESULTS[:1], reference="torch.nn.ReLU")) == "<case: 1 passed>"
    weak = [result(check, "failed", level="weakness") for check in "hi"]
    assert repr(Report("case", (*RESULTS[:1], *weak), reference="r")) == "<case: 1 passed, 2 weaknesses>"


def test_a_report_is_iterated_in_order():
    assert list(REPORT) == list(RESULTS)


def test_a_status_is_one_of_three():
    with pytest.raises(ValueError, match="status"):
        result("a", "errored")


def test_failures_are_raised_with_every_message():
    with pytest.raises(ConformanceError) as caught:
        REPORT.signal("raise")
    assert str(caught.value) == f"case fails 2 of 7 checks\n\ncase fails c\n\n{RESULTS[5].explanation}"


def test_failures_are_warned_of_where_the_kit_was_called():
    def check_component():
        REPORT.signal("warn")

    with pytest.warns(UserWarning, match="^case fails 2 of 7 checks\n\ncase fails c\n\n") as caught:
        check_component()
    assert caught[0].filename == __file__


def test_failures_may_only_be_kept():
    assert REPORT.signal(None) is None


@pytest.mark.parametrize("on_fail", ["raise", "warn", None])
def test_nothing_is_told_of_a_report_without_failures(on_fail):
    good = Report("case", (RESULTS[0], RESULTS[3], RESULTS[4], RESULTS[6]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert good.signal(on_fail) is None


@pytest.mark.parametrize("on_fail", ["ignore", "", False])
@pytest.mark.parametrize("report", [REPORT, Report("case", ())])
def test_another_signal_is_an_error(report, on_fail):
    with pytest.raises(ValueError, match=rf"expected on_fail to be 'raise', 'warn' or None, received {on_fail!r}"):
        report.signal(on_fail)


FIRST, SECOND = (result(check, "failed", message=f"case has a weakness: {check}", level="weakness") for check in "hi")
WEAK = Report("case", (RESULTS[0], FIRST, SECOND), reference="torch.nn.ReLU")
BOTH = Report("case", (FIRST, *RESULTS))


def test_weaknesses_stand_apart_from_failures_and_after_them():
    assert (WEAK.failures, WEAK.weaknesses, WEAK.verdict) == ((), (FIRST, SECOND), "case has 2 weaknesses: h, i")
    assert [each.check for each in BOTH.findings] == ["c", "f", "h"]
    assert BOTH.verdict == "case fails 2 of 8 checks and has 1 weakness: h"
    assert Report("case", RESULTS[:1]).verdict == ""


def test_weaknesses_alone_are_warned_of_unless_they_shall_fail():
    for on_fail in ("raise", "warn"):
        with pytest.warns(WeaknessWarning, match="^case has 2 weaknesses: h, i\n\ncase has a weakness: h\n\n"):
            WEAK.signal(on_fail)
    with pytest.raises(ConformanceError, match="^case has 2 weaknesses: h, i\n\ncase has a weakness: h\n\n"):
        WEAK.signal("raise", strict=True)
    assert WEAK.signal(None, strict=True) is None


def test_beside_failures_weaknesses_are_named_and_told_last_if_they_fail_too():
    with pytest.raises(ConformanceError) as caught:
        BOTH.signal("raise")
    head, *told = str(caught.value).split("\n\n")
    assert head == BOTH.verdict
    assert told == ["case fails c", RESULTS[5].explanation]
    with pytest.raises(ConformanceError) as caught:
        BOTH.signal("raise", strict=True)
    assert str(caught.value).split("\n\n")[1:] == [*told, FIRST.message]


def test_a_level_is_one_of_two():
    with pytest.raises(ValueError, match="level"):
        result("a", "failed", level="bad")


def test_an_expected_weakness_is_none():
    assert result("a", "failed", expected=True, level="weakness").outcome == "expected failure"


def test_one_line_says_of_which_components_no_formula_is_proven():
    made = [Report(name, ()) for name in ("A", "B", "B", "C", "D", "E", "F", "G")]
    assert without_reference([WEAK]) == ""
    assert without_reference([WEAK, made[0]]).startswith("no reference: nothing here proves which formula A computes; ")
    assert " which formulas A, B and C compute; " in without_reference(made[:4])
    assert " which formulas A, B, C, D, E and 2 more compute; " in without_reference(made)


def test_a_report_is_json():
    read = json.loads(json.dumps(REPORT.to_dict()))
    assert [*read] == ["case", "failures", "weaknesses", "reference", "traits", "results"]
    assert (read["failures"], read["weaknesses"], read["reference"]) == (["c", "f"], [], None)
    assert (read["case"], read["traits"]) == ("case", ["batch-coupled", "kinks"])
    assert len(read["results"]) == 7
    assert read["results"][4] == {
        "check": "e",
        "family": "family",
        "status": "failed",
        "message": "case fails e",
        "expected_to_fail": True,
        "reason": "rounding",
        "level": "wrong result",
    }
