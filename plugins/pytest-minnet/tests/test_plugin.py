"""The plugin among pytest's own features and other plugins."""

import subprocess
import sys

import pytest


def test_starting_pytest_imports_neither_numpy_nor_minnet():
    code = "import sys, pytest_minnet.plugin; print(*sorted({'numpy', 'minnet_core'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_pytest_finds_it_and_tests_without_components_do_not_pay(pytester):
    pytester.makepyfile("""
        import sys

        def test_it(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("minnet")
            assert "numpy" not in sys.modules
    """)
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_the_marks_are_described(pytester):
    result = pytester.runpytest("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.conformance(family): *", "@pytest.mark.minnet_checks(conformance): *"])


def test_it_works_by_strict_rules_and_in_any_import_mode(project, pytester):
    project("test_it = conformance(Wrong)")
    strict = ("-W", "error", "--strict-config", "--strict-markers", "-p", "no:cacheprovider", "--import-mode=importlib")
    expected = pytester.runpytest().parseoutcomes()
    assert pytester.runpytest_subprocess(*strict).parseoutcomes() == expected
    assert "warnings" not in expected


def test_the_tree_shows_the_line_and_its_items(project, pytester):
    project("test_it = conformance(Scale)")
    pytester.runpytest("--collect-only").stdout.fnmatch_lines(
        ["*<Module test_layers.py>", "*<ConformanceCollector test_it>", "*<ConformanceItem Scale-is_made>"]
    )


def test_failures_stop_a_run_and_run_again(project, pytester):
    project("test_it = conformance(Wrong)\ntest_other = conformance(Scale)")
    failed = pytester.runpytest("-q").parseoutcomes()["failed"]
    assert pytester.runpytest("-x", "-p", "no:cacheprovider").parseoutcomes()["failed"] == 1
    last = pytester.runpytest("--lf").parseoutcomes()
    assert last["failed"] == failed
    assert "passed" not in last


def test_verbose_lines_have_the_whole_id(project, pytester):
    project("test_it = conformance(Thrice)")
    result = pytester.runpytest("-vv", "-k", "is_made")
    result.stdout.fnmatch_lines(["test_layers.py::test_it::Thrice(by=3.0)-1-is_made PASSED*"])


def test_junit_reports_every_item(project, pytester):
    project("test_it = conformance(Wrong)")
    outcomes = pytester.runpytest("--junitxml=report.xml").parseoutcomes()
    text = (pytester.path / "report.xml").read_text()
    assert text.count("<testcase ") == sum(outcomes.values())
    assert text.count("<failure ") == outcomes["failed"]


def test_doctests_of_a_test_file_are_not_disturbed(project, pytester):
    project("test_it = conformance(Scale)\n\ndef f():\n    '''\n    >>> 1 + 1\n    2\n    '''")
    pytester.runpytest("--doctest-modules", "-k", "test_layers.f or is_made", "test_layers.py").assert_outcomes(
        passed=2
    )


@pytest.mark.parametrize("distribute", ["load", "loadscope"])
def test_processes_agree_on_the_ids(project, pytester, distribute):
    pytest.importorskip("xdist")
    project("""
        test_it = conformance(Wrong, Thrice, Case(Scale, input=(4, 3), name=f"Scale(f={lambda: 0})"))
    """)
    expected = pytester.runpytest().parseoutcomes()
    assert pytester.runpytest_subprocess("-n2", "--dist", distribute).parseoutcomes() == expected
