"""Weaknesses in a run of pytest: counted apart, told at the end, and failing where that is asked for."""

import xml.etree.ElementTree as ElementTree

import pytest

TESTS = """
    import numpy as np
    from minnet_core import Example

    class Weak(Scale):
        def updateOutput(self, input):
            self.output = input * np.ones(1) * self.by
            return self.output

    class Both(Weak):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = (gradOutput * self.by * 1.01).astype(input.dtype)
            return self.gradInput

    test_it = conformance(Scale, Weak, Wrong, Both)

    @parametrize_with_checks(Weak)
    def test_function(case, check):
        check(case)
"""
CHOSEN = "is_made or dtype_is_kept or (gradInput_is_the_slope and not gradInput_is_the_slope_)"
ITEMS = ("-k", f"test_it and ({CHOSEN})")
FUNCTION = ("-k", "test_function and dtype_is_kept")


def outcomes(result):
    """How many tests had each outcome, of those that were selected."""
    return {name: count for name, count in result.parseoutcomes().items() if name != "deselected"}


def test_a_weakness_is_counted_apart_and_told_after_what_failed(project, pytester):
    project(TESTS)
    result = pytester.runpytest(*ITEMS, "--junitxml=junit.xml")
    assert outcomes(result) == {"passed": 8, "failed": 2, "weak": 2}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*= FAILURES =*",
            "*= weaknesses =*",
            "test_layers.py::test_it::Weak-dtype_is_kept",
            "Weak has a weakness: dtype_is_kept",
            "  output, *expected float32, received float64",
            "test_layers.py::test_it::Both-dtype_is_kept",
            "*--minnet-strict*",
        ]
    )
    written = ElementTree.parse(pytester.path / "junit.xml").findall(".//property[@name='weakness']")
    assert [each.get("value").splitlines()[0] for each in written] == [
        f"{name} has a weakness: dtype_is_kept" for name in ("Weak", "Both")
    ]


def test_a_component_that_is_only_weak_fails_nothing(project, pytester):
    project(TESTS)
    result = pytester.runpytest("-v", "-k", "test_it and Weak and dtype_is_kept")
    assert (result.parseoutcomes()["weak"], result.ret) == (1, pytest.ExitCode.OK)
    result.stdout.fnmatch_lines("*::Weak-dtype_is_kept WEAK *")
    assert "weaknesses" not in str(pytester.runpytest("-k", "test_it and Scale and dtype_is_kept").stdout)


@pytest.mark.parametrize("way", ["option", "file"])
def test_weaknesses_fail_where_that_is_asked_for(project, pytester, way):
    project(TESTS)
    if way == "file":
        pytester.makeini("[pytest]\nminnet_strict = true")
    result = pytester.runpytest(*ITEMS, *(["--minnet-strict"] if way == "option" else []))
    assert outcomes(result) == {"passed": 8, "failed": 4}
    result.stdout.fnmatch_lines("Weak has a weakness: dtype_is_kept")


def test_a_parametrized_function_warns_or_fails(project, pytester):
    project(TESTS)
    result = pytester.runpytest(*FUNCTION, "-W", "default")
    assert outcomes(result) == {"passed": 1, "warnings": 1}
    result.stdout.fnmatch_lines("*WeaknessWarning: Weak has a weakness: dtype_is_kept")
    assert pytester.runpytest(*FUNCTION, "--minnet-strict").parseoutcomes()["failed"] == 1


def test_an_expected_weakness_is_an_expected_failure(project, pytester):
    project(
        TESTS
        + """
    class Known(Weak):
        EXAMPLES = (Example(input=(4, 3), expected_failures={"dtype_is_kept": "it grows"}),)

    test_known = conformance(Known)
"""
    )
    test = pytester.path / "test_layers.py"
    test.write_text(
        test.read_text().replace("import numpy as np", "import numpy as np\nfrom minnet_core import Example")
    )
    result = pytester.runpytest("-k", "test_known and dtype_is_kept")
    assert result.parseoutcomes()["xfailed"] == 1
