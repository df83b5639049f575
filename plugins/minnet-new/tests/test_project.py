import pytest

from minnet_new.project import LONGEST, Project


def test_all_follows_from_the_name():
    project = Project("Minnet_Soft.Shrink")
    assert (project.name, project.package) == ("minnet-soft-shrink", "minnet_soft_shrink")
    assert (project.class_name, project.module) == ("SoftShrink", "soft_shrink")
    assert project.qualified == "minnet-soft-shrink:SoftShrink"
    assert project.author == "The minnet-soft-shrink authors"
    assert project.description == "SoftShrink for minnet: a layer in a package of its own."


def test_what_is_said_wins():
    project = Project("strange-a", class_name="Odd", author="Ada", description="Odd.", kind="optimizer", hints=False)
    assert (project.class_name, project.module) == ("Odd", "odd")
    assert (project.author, project.description, project.hints) == ("Ada", "Odd.", False)


def test_the_article_fits_the_kind():
    assert "an optimizer" in Project("minnet-smish", kind="optimizer").description
    assert "a criterion" in Project("minnet-smish", kind="criterion").description


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="loss"):
        Project("minnet-smish", kind="loss")


@pytest.mark.parametrize("field", ["author", "description"])
@pytest.mark.parametrize("text", ["", " ", 'a"b', "a\\b", "a\nb", "a\tb", "a\x00b"])
def test_a_text_that_needs_escaping_is_refused(field, text):
    with pytest.raises(ValueError, match=f'expected {field} to be a line of text without " and'):
        Project("minnet-smish", **{field: text})


def test_a_description_that_is_too_long_is_refused():
    Project("minnet-smish", description="x" * LONGEST)
    with pytest.raises(ValueError, match="expected description to have at most 100 characters, received 101"):
        Project("minnet-smish", description="x" * (LONGEST + 1))
