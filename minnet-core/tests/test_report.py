from __future__ import annotations

import json
import warnings

import pytest

from minnet_core.testing import ConformanceError, Report, Result


def result(check, status, *, expected=False, message="", reason=""):
    return Result("case", check, "family", status, message, expected, reason)


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
    assert repr(REPORT) == "<case: 2 passed, 1 failed, 1 unexpected pass, 2 skipped, 1 expected failure>"
    assert repr(Report("case", RESULTS[:1])) == "<case: 1 passed>"


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


def test_a_report_is_json():
    read = json.loads(json.dumps(REPORT.to_dict()))
    assert read.keys() == {"case", "traits", "results"}
    assert (read["case"], read["traits"]) == ("case", ["batch-coupled", "kinks"])
    assert len(read["results"]) == 7
    assert read["results"][4] == {
        "check": "e",
        "family": "family",
        "status": "failed",
        "message": "case fails e",
        "expected_to_fail": True,
        "reason": "rounding",
        "is_weakness": False,
    }
