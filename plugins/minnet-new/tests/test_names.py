import keyword
import sys

import pytest
from hypothesis import given, strategies as st

from minnet_core.discovery import FIRST_PARTY
from minnet_new.names import NEEDED, class_name, derived_class_name, module_name, package_name, project_name

WORD = st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True)
WORDS = st.lists(WORD, min_size=1, max_size=3)
SEPARATOR = st.sampled_from(["-", "_", ".", "--", "._"])


def good(name):
    try:
        return project_name(name)
    except ValueError:
        return None


@given(words=WORDS, separator=SEPARATOR)
def test_a_name_after_minnet_leads_to_its_package_and_class(words, separator):
    name = project_name(separator.join(["minnet", "x", *words]))
    assert name == "-".join(["minnet", "x", *words])
    assert package_name(name) == "_".join(["minnet", "x", *words])
    assert derived_class_name(name) == "".join(map(str.capitalize, ["x", *words]))


@given(words=WORDS, separator=SEPARATOR)
def test_a_name_that_does_not_begin_with_minnet_keeps_all_its_words(words, separator):
    name = project_name(separator.join(["strange", *words]))
    assert package_name(name) == "_".join(["strange", *words])
    assert derived_class_name(name) == "".join(map(str.capitalize, ["strange", *words]))


@given(st.text(max_size=12) | st.from_regex(r"[A-Za-z0-9][\w.-]{0,8}", fullmatch=True))
def test_what_is_accepted_can_be_imported_and_collides_with_nothing(text):
    name = good(text)
    if name is not None:
        assert text.isascii()
        package = package_name(name)
        assert package.isidentifier()
        assert not keyword.iskeyword(package)
        assert package not in sys.stdlib_module_names
        assert project_name(name) == name  # a canonical name is its own


@pytest.mark.parametrize(
    "text", ["", "-smish", "smish-", "smish!", "mi sh", "minnet/smish", "mïsh", "smish\n", "..", "a/../b"]
)
def test_what_is_no_name_of_a_distribution_is_refused(text):
    with pytest.raises(ValueError, match="expected the name of a project, ASCII letters and digits with '-', '_' or"):
        project_name(text)


def test_a_name_that_cannot_be_imported_is_refused():
    with pytest.raises(
        ValueError, match="^expected a name that begins with a letter, such as minnet-smish; received '3d'$"
    ):
        project_name("3d")


@pytest.mark.parametrize("text", ["class", "Lambda", "json", "unittest"])
def test_a_name_of_python_is_refused(text):
    with pytest.raises(ValueError, match="expected a name other than one that Python itself uses; received"):
        project_name(text)


@pytest.mark.parametrize("text", [*sorted(FIRST_PARTY | NEEDED), "Minnet_Train", "NumPy"])
def test_a_name_of_ours_or_of_what_the_project_needs_is_refused(text):
    with pytest.raises(ValueError, match=f"expected a name that is not taken; received '{text}', which is another"):
        project_name(text)


def test_a_class_that_cannot_be_called_what_follows_from_the_project_asks_for_another():
    with pytest.raises(ValueError, match="received '3d', which follows from minnet-3d; choose another by --class$"):
        derived_class_name("minnet-3d")


@pytest.mark.parametrize("text", ["", "smish", "soft_shrink", "Soft_Shrink", "2D", "Smish!", "Mïsh", "Smish ", "a.B"])
def test_what_is_no_name_of_a_class_is_refused(text):
    with pytest.raises(ValueError, match="expected the name of a class in the form SoftShrink, received"):
        class_name(text)


@pytest.mark.parametrize(("text", "whose"), [("None", "Python"), ("ValueError", "Python"), ("Module", "minnet")])
def test_a_name_that_the_generated_files_use_is_refused(text, whose):
    with pytest.raises(ValueError, match=f"expected the name of a class other than one of {whose}'s own, received"):
        class_name(text)


@given(st.from_regex(r"[A-Z][A-Za-z0-9]{0,12}", fullmatch=True))
def test_every_class_has_a_module_that_can_be_imported_and_has_no_other_test_file(name):
    module = module_name(name)
    assert module.isidentifier()
    assert not keyword.iskeyword(module)
    assert module.islower() or not any(map(str.isalpha, module))
    assert module != "conformance"
    assert module.replace("_", "") == name.lower()


def test_names_of_ours_lead_to_the_modules_that_they_are_in():
    assert module_name("ClassNLLCriterionUnstable") == "class_nll_criterion_unstable"
    assert module_name("LogSoftMax") == "log_soft_max"
    assert module_name("ELU") == "elu"


def test_a_module_whose_name_is_used_has_another():
    assert module_name("Conformance") == "conformance_"
    assert module_name("If") == "if_"
