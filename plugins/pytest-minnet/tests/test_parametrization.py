"""`parametrize_with_checks`: a function of a case and a check."""

import pytest

from pytest_minnet import parametrize_with_checks

WRAPPED = """
@parametrize_with_checks({})
def test_it(case, check):
    check(case)
"""


def outcomes(pytester, file):
    """What came of every test of a file, by the part of the id that names the case and the check."""
    reports = pytester.inline_run(file).getreports("pytest_runtest_logreport")
    return {
        report.nodeid.replace("::test_it[", "::test_it::").rpartition("::")[2].removesuffix("]"): report.outcome
        for report in reports
        if report.when == "call"
    }


@pytest.mark.parametrize("subjects", ["Scale", "Wrong, Thrice", "Noted"])
def test_ids_and_outcomes_are_those_of_conformance(project, pytester, subjects):
    expected = outcomes(pytester, project(f"test_it = conformance({subjects})"))
    assert outcomes(pytester, project(WRAPPED.format(subjects), "test_wrapped")) == expected != {}


def test_the_function_has_fixtures_and_marks(project, pytester):
    project("""
        import pytest

        @pytest.mark.parametrize("times", [1, 2])
        @parametrize_with_checks(Scale)
        def test_it(case, check, times, tmp_path):
            assert tmp_path.is_dir()
            check(case)
    """)
    pytester.runpytest("-k", "is_made", "--strict-markers").assert_outcomes(passed=2)
    pytester.runpytest("-k", "randomness", "-m", "not conformance").assert_outcomes()


def test_several_add_up(project, pytester):
    expected = outcomes(pytester, project("test_it = conformance(Scale, Thrice, Silent, input=(4, 3))"))
    line = "@parametrize_with_checks(Scale, Thrice, input=(4, 3))"
    stacked = WRAPPED.replace("{}", "Silent, input=(4, 3)").replace("def ", f"{line}\ndef ")
    assert outcomes(pytester, project(stacked, "test_stacked")) == expected != {}
    on_class = f"""
        @parametrize_with_checks(Silent, input=(4, 3))
        class TestIt:
            {line}
            def test_it(self, case, check):
                check(case)
    """
    assert outcomes(pytester, project(on_class, "test_on_class")) == expected


def test_several_of_one_component_have_ids_of_their_own(project, pytester):
    project(WRAPPED.replace("{}", "Scale").replace("def ", "@parametrize_with_checks(Scale, input=(2, 3))\ndef "))
    result = pytester.runpytest("-v", "-k", "is_made")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_it[[]Scale-0-is_made[]] PASSED*", "*::test_it[[]Scale-1-is_made[]] PASSED*"])


def test_the_line_again_runs_that_test(project, pytester):
    project(WRAPPED.format("Wrong"))
    result = pytester.runpytest("-k", "gradInput_is_the_slope and not gradInput_is_the_slope_")
    result.stdout.fnmatch_lines(["E *again: pytest 'test_layers.py::test_it[[]Wrong-gradInput_is_the_slope[]]'"])
    pytester.runpytest("test_layers.py::test_it[Wrong-gradInput_is_the_slope]").assert_outcomes(failed=1)


def test_a_skip_says_where_the_function_is(project, pytester):
    path = project(WRAPPED.format("Broken"))
    result = pytester.runpytest("-rs")
    line = 1 + path.read_text().splitlines().index("@parametrize_with_checks(Broken)")
    skips = [text for text in result.outlines if text.startswith("SKIPPED")]
    assert skips
    assert all(f" test_layers.py:{line}: " in skip for skip in skips)


def test_what_is_wrong_with_a_subject_is_told_in_its_message_alone(project, pytester):
    project(WRAPPED.format("'minnet-nowhere'"))
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it: expected a component or a distribution that is installed, *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_misspelt_expected_failure_is_told_once(project, pytester):
    project(WRAPPED.format("Case(Scale, input=(4, 3), expected_failures={'is_mad': 'why'})"))
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["test_it: Scale: expected_failures: there is no check 'is_mad'*"])


def test_nothing_to_check_is_an_error_at_once():
    with pytest.raises(TypeError, match="expected a component or a distribution to check, received none"):
        parametrize_with_checks()
