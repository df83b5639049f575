from __future__ import annotations

import numpy as np
import pytest

from minnet_core import AmbiguousNameError, Example, Module, layers
from minnet_core.nn import shape_text
from minnet_core.testing import (
    Case,
    ConformanceError,
    cases_of,
    check_component,
    every_case,
    examine,
    install_distribution,
)
from minnet_core.testing.selection.options import CaseOptions
from minnet_test_support.components import Down, Squares
from minnet_test_support.sources import TWO_EXAMPLES, scale_source


class Scale(Module):
    EXAMPLES = (
        Example(arguments={"factor": 2.0}, input=(4, 3), traits={"kinks"}),
        Example(arguments={"factor": 3.0}, input=(2, 2)),
    )

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def updateOutput(self, input):
        self.output = self.factor * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.factor * gradOutput
        return self.gradInput


class Undeclared(Scale):
    EXAMPLES = ()


def install(site, name="strange-a", source=None, **points):
    module = name.replace("-", "_")
    groups = {"minnet.layers": points or {"Strange": f"{module}:Scale"}}
    install_distribution(site, name, {module: source or scale_source(examples=TWO_EXAMPLES)}, entry_points=groups)


def test_a_case_is_itself_with_the_seed_that_is_given():
    case = Case(Scale, input=(4, 3), seed=3)
    assert cases_of(case) == [case]
    assert [each.seed for each in cases_of(case, case, seed=5)] == [5, 5]
    assert cases_of(case, seed=0)[0].seed == 0


def test_a_class_gives_the_case_of_each_of_its_examples():
    cases = cases_of(Scale, seed=2)
    assert [case.name for case in cases] == ["Scale(factor=2.0)", "Scale(factor=3.0)"]
    assert [case.traits for case in cases] == [{"kinks"}, set()]
    assert [(case.seed, case.infers, case.command) for case in cases] == [(2, False, None)] * 2


def test_examples_that_are_named_alike_are_numbered():
    class Thrice(Scale):
        EXAMPLES = (Example(input=(4, 3)), Example(arguments={"factor": 3.0}, input=(2, 2)), Example(input=(2, 2)))

    assert [case.name for case in cases_of(Thrice)] == ["Thrice #0", "Thrice(factor=3.0)", "Thrice #2"]
    assert [case.name for case in cases_of(Thrice, example=2)] == ["Thrice #2"]


def test_one_example_can_be_chosen():
    assert [case.name for case in cases_of(Scale, example=1)] == ["Scale(factor=3.0)"]
    with pytest.raises(ValueError, match=r"^Scale: expected an example from 0 to 1, received 2$"):
        cases_of(Scale, example=2)


@pytest.mark.parametrize(
    ("known", "arguments", "input"),
    [
        ({"input": (7, 2)}, {}, (7, 2)),
        ({"input": [(7, 2), (3, 3)], "arguments": {"factor": 5.0}}, {"factor": 5.0}, [(7, 2), (3, 3)]),
    ],
)
def test_what_is_given_replaces_the_examples(known, arguments, input):
    (case,) = cases_of(Scale, **known, traits=["stochastic"])
    name = "Scale(factor=5.0)" if arguments else "Scale"
    assert (case.name, case.arguments, case.input, case.infers) == (name, arguments, input, True)
    assert case.traits == {"stochastic"}


def test_arguments_without_an_input_are_an_error_but_for_optimizers():
    for cls in (Scale, Undeclared):
        with pytest.raises(ValueError, match=rf"^{cls.__name__}: expected the shape of an input \(input=, --input\)"):
            cases_of(cls, arguments={"factor": 2.0})
    (case,) = cases_of(Down, arguments={"rate": 0.5})
    assert case.build().rate == 0.5


def test_a_class_that_declares_nothing_needs_an_input_but_for_optimizers():
    with pytest.raises(ValueError, match=r"^Undeclared: expected EXAMPLES on the class, or the shape of an input"):
        cases_of(Undeclared)
    (case,) = cases_of(Down)
    assert (case.name, case.shapes, case.infers) == ("Down", ((4, 3),), False)


def test_a_component_is_copied_each_time_it_is_built():
    component = Scale(4.0)
    (case,) = cases_of(component, input=(4, 3))
    built = case.build()
    assert (case.name, case.infers, case.command, built.factor) == ("Scale", True, None, 4.0)
    assert built is not component
    assert case.build() is not built
    with pytest.raises(ValueError, match="Scale: expected the shape of an input"):
        cases_of(component)


def test_a_criterion_without_a_target_is_given_one_that_fits():
    (case,) = cases_of(Squares, input=(4, 3))
    assert case.draw_target(0).shape == (4, 3)
    (case,) = cases_of(Squares, input=(4, 3), target="signs")
    assert set(np.unique(case.draw_target(0))) == {-1, 1}
    (case,) = cases_of(Squares, input=(4, 3), target=lambda rng, shape, dtype: np.full(shape, 9.0))
    assert case.draw_target(0)[0, 0] == 9


@pytest.mark.parametrize("name", ["Strange", "strange-a:Strange", "strange-a", "Strange_A"])
def test_a_registered_name_and_a_distribution_give_the_declared_cases(site, name):
    install(site)
    cases = cases_of(name)
    assert [case.name for case in cases] == ["Scale", "Scale(factor=3.0)"]
    assert [case.command for case in cases] == [
        "minnet check strange-a:Strange --example 0",
        "minnet check strange-a:Strange --example 1",
    ]


def test_a_class_with_one_example_is_run_again_by_its_name_alone(site):
    install(site, source=scale_source(examples="(Example(input=(4, 3)),)"))
    assert [case.command for case in cases_of("Strange")] == ["minnet check strange-a:Strange"]
    (case,) = cases_of("Strange", input=[(2, 3), (4, 3)], arguments={"factor": "a b"}, traits=["kinks"])
    again = """minnet check strange-a:Strange --args '{"factor": "a b"}' --input 2,3 --input 4,3 --trait kinks"""
    assert case.command == again


def test_a_distribution_gives_all_its_components(site):
    source = scale_source(examples=TWO_EXAMPLES) + "\n\nclass Other(Scale):\n    pass\n"
    install(site, source=source, Strange="strange_a:Scale", Other="strange_a:Other")
    assert len(cases_of("strange-a")) == 4
    assert len(cases_of("strange-a", example=0)) == 2


def test_a_name_that_this_program_registered_gives_the_cases_of_its_class():
    layers.register(Scale, "Mine")
    assert [case.factory for case in cases_of("Mine")] == [Scale, Scale]
    assert [case.command for case in cases_of("Mine")] == [None, None]


def test_a_class_of_a_module_is_found(site):
    install(site)
    assert [case.command for case in cases_of("strange_a:Scale")] == [
        "minnet check strange_a:Scale --example 0",
        "minnet check strange_a:Scale --example 1",
    ]


def test_several_subjects_follow_each_other(site):
    install(site)
    assert [case.name for case in cases_of("strange-a", Down)] == ["Scale", "Scale(factor=3.0)", "Down"]


def test_every_case_has_the_components_of_all_distributions(site):
    install(site)
    cases = every_case(seed=4)
    assert {"Sequential", "Scale", "Scale(factor=3.0)"} <= {case.name for case in cases}
    assert {case.seed for case in cases} == {4}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import absent_module", "ModuleNotFoundError: No module named 'absent_module'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("Scale = 3", "TypeError: expected a subclass of Module for layers, received 3"),
        (scale_source(examples="()"), "ValueError: Scale: expected EXAMPLES on the class, or the shape of an input"),
        ("def x(): ...", "AttributeError: module 'strange_a' has no attribute 'Scale'"),
    ],
)
def test_a_component_that_cannot_be_loaded_or_says_nothing_is_a_case_that_fails(site, source, message):
    install(site, source=source)
    install(site, "strange-b", Good="strange_b:Scale")
    bad, *good = cases_of("strange-a", "strange-b")
    assert (bad.name, bad.command, len(good)) == ("Strange", "minnet check strange-a:Strange", 2)
    (failure,) = examine(bad).failures
    assert failure.check == "is_made"
    assert message in failure.message
    assert [result.status for result in examine(bad, ["is_made", "forward_runs"])] == ["failed", "skipped"]


def test_an_unknown_name_suggests_what_is_near(site):
    install(site, Swish="strange_a:Scale")
    expected = "expected a component or a distribution that is installed, module:Class or FILE.py:Class, received "
    for name, hint in (
        ("Swich", "did you mean Swish?"),
        ("swish", "did you mean Swish"),  # or another that is installed
        ("strange-aa", "did you mean strange-a "),
        ("strange-a:Swich", "did you mean strange-a:Swish "),
        ("zzzzzzzz", "see: minnet layers, minnet criterions, minnet optimizers"),
        ("absent_module:Linear", "see: minnet layers"),
    ):
        with pytest.raises(ValueError, match="expected a component") as caught:
            cases_of(name)
        assert str(caught.value).startswith(f"{expected}{name!r}; {hint}")


@pytest.mark.parametrize("subject", [3, None, ["Scale"], np.ones(2), len])
def test_a_subject_of_another_type_is_an_error(subject):
    with pytest.raises(TypeError, match="expected a case, a class, a component or a name to check, received "):
        cases_of(subject)


def test_a_class_of_something_else_is_an_error():
    with pytest.raises(ValueError, match=r"expected a layer, criterion or optimizer, received int, which has no upd"):
        cases_of(int, input=(4, 3))


def test_what_is_given_is_written_as_the_command_takes_it():
    options = CaseOptions(arguments={"n": [1]}, input=[(4, 3), ((4, 5), (4, 2))], target="real", traits={"kinks", "a"})
    assert options.cli_flags() == (
        """ --args '{"n": [1]}' --input 4,3 --input '4,5;4,2' --target real --trait a --trait kinks"""
    )
    assert CaseOptions(input=(4, 3)).cli_flags() == " --input 4,3"
    described = CaseOptions(input=[((4, 3), "4:lengths<=3"), "4:mask"], target="4:signs")
    assert described.cli_flags() == " --input '4,3;4:lengths<=3' --input 4:mask --target 4:signs"
    assert described.python_arguments() == ", input=[((4, 3), '4:lengths<=3'), '4:mask'], target='4:signs'"
    assert CaseOptions().cli_flags() == CaseOptions(seed=3, example=1).cli_flags() == ""
    assert shape_text((5,)) == "5"


def test_a_class_at_hand_is_run_again_by_a_call_that_says_all_that_was_given(monkeypatch):
    class Wrong(Scale):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = 2 * self.factor * gradOutput
            return self.gradInput

    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    (case,) = cases_of(Wrong, arguments={"factor": 3.0}, input=[(4, 3), (2, 2)], traits=["kinks"], seed=5)
    (failure,) = examine(case, ["gradInput_is_the_slope"]).failures
    again = failure.message.rpartition("again: ")[2]
    assert again == (
        "check_component(Wrong, arguments={'factor': 3.0}, input=[(4, 3), (2, 2)], traits=['kinks'], "
        "checks=['gradInput_is_the_slope'], seed=5)"
    )
    with pytest.raises(ConformanceError) as caught:
        eval(again, {"check_component": check_component, "Wrong": Wrong})
    assert failure.message in str(caught.value)


def test_an_instance_is_examined_as_it_is():
    component = Scale(2.0)
    (report,) = check_component(component, input=(4, 3), checks=["gradInput_is_the_slope", "has_a_repr"])
    assert [result.status for result in report] == ["passed", "passed"]
    assert component.output is None


def test_a_name_that_several_distributions_have_says_which(site):
    for name in ("strange-a", "strange-b"):
        install(site, name)
    with pytest.raises(AmbiguousNameError, match="strange-a:Strange") as caught:
        cases_of("Strange")
    assert "strange-b:Strange" in str(caught.value)


def test_an_unknown_target_is_an_error_that_names_the_known_ones():
    with pytest.raises(ValueError, match="one-hot, classes, real, binary, signs"):
        cases_of(Squares, input=(4, 3), target="reel")
