"""One check as a test: what it prints, what it marks, and how it is selected."""

import shlex
import sys
import warnings

import pytest

from minnet_core.testing import check_component, component_checks

SLOPE = "gradInput_is_the_slope"
CHOSEN = f"{SLOPE} and not {SLOPE}_"  # others, which need it, are named after it


def again(result):
    """The lines of a run's output that say how to run a check again."""
    return [line.partition("again: ")[2] for line in result.outlines if "again: " in line]


def named(result, outcome):
    """The node ids that the summary of a run lists under an outcome, without what follows them."""
    lines = [line for line in result.outlines if line.startswith(f"{outcome} ")]
    return [line.removeprefix(f"{outcome} ").partition(" - ")[0] for line in lines]


def test_a_right_layer_passes_or_skips(project, pytester, layers):
    (report,) = check_component(layers("Scale"))
    project("test_conformance = conformance(Scale)")
    assert pytester.runpytest().parseoutcomes() == {
        "passed": report.count("passed"),
        "skipped": report.count("skipped"),
    }


@pytest.mark.parametrize("name", ["Wrong", "Broken"])
def test_a_wrong_layer_fails_what_it_fails_by_the_kit(project, pytester, layers, name):
    (report,) = check_component(layers(name), on_fail=None)
    project(f"test_conformance = conformance({name})")
    result = pytester.runpytest()
    assert named(result, "FAILED") == [
        f"test_layers.py::test_conformance::{name}-{its.check}" for its in report if its.status == "failed"
    ]
    assert result.parseoutcomes()["skipped"] == report.count("skipped")


def test_a_failure_prints_the_message_of_the_kit_alone(project, pytester):
    project("test_conformance = conformance(Wrong)")
    result = pytester.runpytest("-k", CHOSEN)
    result.assert_outcomes(failed=1)
    shown = result.outlines[result.outlines.index(next(line for line in result.outlines if "FAILURES" in line)) + 1 :]
    assert f"_ Wrong: {SLOPE} _" in shown[0]
    assert shown[1] == f"Wrong fails {SLOPE}"
    assert [line.split(":")[0] for line in shown[4:7]] == ["  it proves", "  seed", "  again"]
    assert "short test summary" in shown[7]


def test_another_exception_keeps_its_traceback(project, pytester):
    project("test_conformance = conformance(Scale)")
    pytester.makeconftest("""
        def pytest_runtest_call(item):
            raise KeyError("of a plugin")
    """)
    result = pytester.runpytest("-k", "is_made")
    result.stdout.fnmatch_lines(["*raise KeyError*", "E *KeyError: 'of a plugin'"])


@pytest.mark.parametrize("folder", ["", "tests", "tests/deep", "elsewhere"])
def test_the_line_again_runs_that_item_again(project, pytester, monkeypatch, folder):
    """From the folder in which pytest was started, which need not be the root that node ids begin at."""
    path = project("test_it = conformance(Wrong, arguments={'by': 3.0}, input=[(4, 3), (2, 3)])", "tests/deep/test_it")
    pytester.makeini("[pytest]")
    (pytester.path / "elsewhere").mkdir()
    monkeypatch.chdir(pytester.path / folder)
    first = pytester.runpytest("-k", CHOSEN, path)
    (line,) = again(first)
    command, *arguments = shlex.split(line)
    assert command == "pytest"
    second = pytester.run(sys.executable, "-m", command, *arguments)
    assert second.parseoutcomes() == {"failed": 1}
    assert named(second, "FAILED")[0].endswith(f"test_it.py::test_it::Wrong(by=3.0)-{SLOPE}")
    assert again(second) == [line]


def test_the_line_again_names_the_item_whichever_runs_first(project, pytester):
    project("test_it = conformance(Broken)")
    node = "test_layers.py::test_it::Broken"
    result = pytester.runpytest(f"{node}-backward_runs", f"{node}-forward_runs")
    result.assert_outcomes(failed=1, skipped=1)
    assert again(result) == [f"pytest {node}-forward_runs"]


def test_a_failure_is_told_where_only_what_needs_it_is_selected(project, pytester):
    project("test_it = conformance(Broken)")
    result = pytester.runpytest("-k", "backward_runs")
    assert named(result, "FAILED") == ["test_layers.py::test_it::Broken-backward_runs"]
    result.stdout.fnmatch_lines(
        ["Broken: backward_runs: needs forward_runs, which fails", "", "Broken fails forward_runs", "*no output today*"]
    )
    assert again(result) == ["pytest test_layers.py::test_it::Broken-forward_runs"]


def test_a_registered_layer_is_checked_again_by_its_test(project, pytester, distribution):
    module = pytester.path / "site" / "minnet_scales.py"
    module.write_text(module.read_text().replace("(gradOutput * self.by)", "(gradOutput)"))
    project(f"test_conformance = conformance({distribution!r})")
    result = pytester.runpytest("-k", f"Scale and {CHOSEN}")
    assert again(result) == [f"pytest test_layers.py::test_conformance::Scale-{SLOPE}"]


def test_an_expected_failure_is_one_and_an_unexpected_pass_fails(project, pytester):
    project("test_it = conformance(Noted)")
    result = pytester.runpytest("-rxX", "-k", f"is_made or ({CHOSEN})")
    result.assert_outcomes(failed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ Noted: is_made _*",
            "[[]XPASS(strict)[]] nobody can",
            f"XFAIL test_layers.py::test_it::Noted-{SLOPE} - a hundredth too large",
        ]
    )


def test_an_error_outside_the_component_is_no_expected_failure(project, pytester):
    project("test_it = conformance(Noted)")
    pytester.makeconftest("""
        def pytest_runtest_call(item):
            raise KeyError("of a plugin")
    """)
    pytester.runpytest("-k", CHOSEN).assert_outcomes(failed=1)


def test_a_skip_says_why_and_where_the_test_is_declared(project, pytester):
    path = project("test_it = conformance(Broken)")
    line = 1 + path.read_text().splitlines().index("test_it = conformance(Broken)")
    skips = named(pytester.runpytest("-rs"), "SKIPPED")
    assert any(skip.endswith(f" test_layers.py:{line}: needs forward_runs, which fails") for skip in skips)
    assert all(f" test_layers.py:{line}: " in skip for skip in skips)


def test_no_line_is_claimed_of_what_is_declared_elsewhere(project, pytester):
    project("\n\n\nscale = conformance(Scale)", "elsewhere")
    project("from elsewhere import scale as test_it")
    assert all(" test_layers.py:1: " in skip for skip in named(pytester.runpytest("-rs"), "SKIPPED"))


@pytest.mark.parametrize(
    ("arguments", "selects"),
    [
        (["-k", CHOSEN], lambda case, check: check.name == SLOPE),
        (["-k", "Thrice and randomness"], lambda case, check: "Thrice" in case.name and check.family == "randomness"),
        (["-m", "conformance"], lambda case, check: True),
        (["-m", "not conformance"], lambda case, check: False),
    ],
)
def test_items_are_selected_by_name_family_and_mark(project, pytester, layers, arguments, selects):
    project("test_it = conformance(Scale, Thrice)")
    pairs = component_checks(layers("Scale"), layers("Thrice"))
    result = pytester.runpytest("--collect-only", "-q", "--strict-markers", *arguments)
    selected = [line.rpartition("-")[2] for line in result.outlines if "::" in line]
    assert selected == [check.name for case, check in pairs if selects(case, check)]


def test_no_check_runs_twice_however_many_need_it(project, pytester):
    """Else a component would be made more often than when the kit runs by itself."""
    project("""
        from minnet_core.testing import check_component

        class Counted(Scale):
            made = 0

            def __init__(self, by=2.0):
                super().__init__(by)
                Counted.made += 1

        test_it = conformance(Counted)

        def test_count():
            made, Counted.made = Counted.made, 0
            check_component(Counted)
            assert made == Counted.made > 10
    """)
    assert "failed" not in pytester.runpytest().parseoutcomes()


def test_a_component_that_warns_keeps_its_checks_where_warnings_are_errors(project, pytester, layers):
    with warnings.catch_warnings(action="ignore"):
        (report,) = check_component(layers("Warns"), on_fail=None)
    project("test_it = conformance(Warns)")
    outcomes = pytester.runpytest("-W", "error").parseoutcomes()
    assert outcomes == {"passed": report.count("passed"), "skipped": report.count("skipped")}
