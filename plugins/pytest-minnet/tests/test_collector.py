"""From one line of a test file to items."""

import pytest

from minnet_core.testing import component_checks


def collected(pytester, *arguments):
    """The node ids that pytest collects."""
    result = pytester.runpytest("--collect-only", "-q", *arguments)
    return [line for line in result.outlines if "::" in line]


def test_one_line_collects_every_check_of_every_case(project, pytester, layers):
    project("test_conformance = conformance(Scale, Thrice)")
    pairs = list(component_checks(layers("Scale"), layers("Thrice")))
    ids = collected(pytester)
    assert len(ids) == len(set(ids)) == len(pairs) > 100
    assert [id.rpartition("-")[2] for id in ids] == [check.name for _, check in pairs]


def test_ids_name_the_case_and_the_check(project, pytester):
    project("test_conformance = conformance(Thrice)")
    ids = collected(pytester)
    assert "test_layers.py::test_conformance::Thrice-gradInput_is_the_slope" in ids
    assert "test_layers.py::test_conformance::Thrice(by=3.0)-1-gradInput_is_the_slope" in ids
    assert "test_layers.py::test_conformance::Thrice(by=3.0)-2-gradInput_is_the_slope" in ids


def test_a_distribution_is_all_its_components(project, pytester, distribution):
    project(f"test_conformance = conformance({distribution!r})")
    cases = {id.split("::")[2].rpartition("-")[0] for id in collected(pytester)}
    assert cases == {"Scale", "Thrice", "Thrice(by=3.0)-1", "Thrice(by=3.0)-2"}


@pytest.mark.parametrize(
    "given",
    [
        "'minnet-scales:Scale'",
        "'layers:Scale'",
        "'layers.py:Scale'",
        "Scale(), input=(4, 3)",
        "Case(Scale, input=(4, 3)), seed=1",
    ],
)
def test_a_subject_is_anything_that_the_kit_takes(project, pytester, distribution, given):
    project(f"test_conformance = conformance({given})")
    assert "test_layers.py::test_conformance::Scale-gradInput_is_the_slope" in collected(pytester)


def test_options_reach_the_kit(project, pytester):
    project("test_conformance = conformance(Silent, arguments={'by': 3.0}, input=(4, 3))")
    ids = collected(pytester, "-k", "gradInput_is_the_slope")
    assert all("::Silent(by=3.0)-gradInput_is_the_slope" in id for id in ids)
    pytester.runpytest("-k", "gradInput_is_the_slope").assert_outcomes(
        passed=len(ids), deselected=len(collected(pytester)) - len(ids)
    )
    project("test_conformance = conformance(Thrice, example=2)")
    assert {id.split("::")[2].rpartition("-")[0] for id in collected(pytester)} == {"Thrice(by=3.0)-2"}


def test_an_attribute_of_a_class_is_collected_with_the_marks_of_the_class(project, pytester):
    project("""
        import pytest

        @pytest.mark.skip(reason="not today")
        class TestScale:
            test_conformance = conformance(Scale)

        class TestMore(TestScale):
            pass
    """)
    ids = collected(pytester)
    assert "test_layers.py::TestScale::test_conformance::Scale-is_made" in ids
    assert "test_layers.py::TestMore::test_conformance::Scale-is_made" in ids
    pytester.runpytest().assert_outcomes(skipped=len(ids))


def test_only_names_of_tests_are_collected(project, pytester):
    project("shared = conformance('minnet-nowhere')")
    assert collected(pytester) == []
    pytester.makeini("[pytest]\npython_functions = prove_*")
    project("prove_scale = conformance(Scale)\ntest_scale = conformance('minnet-nowhere')")
    ids = collected(pytester)
    assert ids
    assert all("::prove_scale::" in id for id in ids)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("conformance('minnet-nowhere')", "test_it: expected a component or a distribution that is installed, *"),
        ("conformance('minnet-scales:Scael')", "test_it: *minnet-scales*Scale*"),
        ("conformance('layers:Nothing')", "test_it: layers:Nothing: expected a class of layers: *Scale*'Nothing'"),
        ("conformance('layers.py:Scael')", "test_it: layers.py:Scael: *; did you mean Scale*"),
        ("conformance('missing.py:Scale')", "test_it: expected a Python file, received 'missing.py': *no such file"),
        ("conformance(Silent)", "test_it: Silent: expected EXAMPLES on the class, or the shape of an input *"),
        ("conformance(3)", "test_it: expected a case, a class, a component or a name to check, received 3"),
        ("conformance(Scale, sed=1)", "test_it: *unexpected keyword argument 'sed'*"),
        ("conformance(Scale, example=7)", "test_it: *"),
        ("conformance(Case(Scale, input=(4, 3)), input=(2, 3))", "test_it: Scale: expected nothing besides a case *"),
        (
            "conformance(Case(Scale, input=(4, 3), expected_failures={'is_mad': 'why'}))",
            "test_it: Scale: expected_failures: there is no check 'is_mad'*is_made*",
        ),
    ],
)
def test_what_is_wrong_with_a_subject_is_told_in_its_message_alone(project, pytester, distribution, line, message):
    project(f"test_it = {line}\n\ndef test_other(): pass")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting test_layers.py*", message, "ERROR test_layers.py::test_it*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*collector.py*")


def test_an_expected_failure_may_be_of_a_check_that_is_not_installed(project, pytester):
    project("test_it = conformance(Case(Scale, input=(4, 3), expected_failures={'of_another_plugin': 'why'}))")
    assert pytester.runpytest().parseoutcomes().keys() == {"passed", "skipped"}


def test_other_tests_run_without_what_cannot_be_collected(project, pytester):
    project("test_it = conformance('minnet-nowhere')\n\ndef test_other(): pass")
    pytester.runpytest("--continue-on-collection-errors").assert_outcomes(errors=1, passed=1)


def test_a_test_file_imports_no_component(project, pytester):
    pytester.makepyfile(explosive="raise RuntimeError('imported')")
    project("shared = conformance('explosive:Layer')\n\ndef test_other(): pass")
    pytester.runpytest().assert_outcomes(passed=1)
