import tomllib

import pytest

import minnet_core
from minnet_core.testing import install_distribution
from minnet_new.plugin import minnet_commands

LAYER = "from minnet_core import Module\nclass Smish(Module): ...\n"


def error(result):
    return result.exit_code, " ".join(result.output.partition("Error: ")[2].split())


def test_what_minnet_says_of_it_is_what_it_says_itself():
    (command,) = minnet_commands()
    itself = command.load()
    assert itself.name == command.name
    for limit in range(10, 100):
        assert command.get_short_help_str(limit) == itself.get_short_help_str(limit)


def test_it_says_what_was_made_and_what_to_type_next(new):
    result = new("minnet-smish")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "minnet-smish is a distribution with the layer Smish, a working example",
        "",
        "  cd minnet-smish",
        "  pip install -e '.[test]'",
        "  pytest",
        "  minnet check minnet-smish",
        "  minnet explain Smish",
        "  grep -rn YOURS: .",
        "",
        "The last lists what to replace by your own; take the comments out as you do.",
    ]


def test_without_hints_it_speaks_of_none(new):
    assert "YOURS" not in new("minnet-smish", "--no-hints").output


def test_options_reach_the_files(new, folder):
    options = ("--class", "Odd", "--author", "Ada Lovelace", "--description", "It is odd", "--kind", "criterion")
    assert new("strange-a", *options).exit_code == 0
    made = folder / "strange-a"
    assert made.joinpath("LICENSE").read_text().splitlines()[2] == "Copyright (c) Ada Lovelace"
    assert made.joinpath("src/strange_a/__init__.py").read_text().splitlines()[0] == '"""It is odd."""'
    assert "\nclass Odd(Criterion):\n" in made.joinpath("src/strange_a/odd.py").read_text()
    project = tomllib.loads(made.joinpath("pyproject.toml").read_text())["project"]
    assert project["name"] == "strange-a"
    assert project["authors"] == [{"name": "Ada Lovelace"}]
    assert project["entry-points"] == {
        "minnet.criterions": {"Odd": "strange_a:Odd"},
        "minnet.protocol": {"1": "strange_a"},
    }


def test_a_folder_may_be_chosen(new, folder):
    other = folder / "my projects"
    other.mkdir()
    result = new("minnet-smish", "-o", other)
    assert f"\n  cd '{other}/minnet-smish'\n" in result.output
    assert (other / "minnet-smish/LICENSE").is_file()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "Missing argument 'PROJECT'."),
        (("smish!",), "Invalid value for 'PROJECT': expected the name of a project"),
        (("3d",), "Invalid value for 'PROJECT': expected a name that begins with a letter"),
        (("class",), "Invalid value for 'PROJECT': expected a name other than one that Python itself uses"),
        (("minnet-layers",), "Invalid value for 'PROJECT': expected a name that is not taken"),
        (("minnet-3d",), "expected the name of a class in the form SoftShrink, received '3d', which follows from"),
        (("minnet-module",), "expected the name of a class other than one of minnet's own, received 'Module'"),
        (("minnet-smish", "--class", "smish"), "Invalid value for '--class': expected the name of a class in the form"),
        (("minnet-smish", "--kind", "loss"), "Invalid value for '--kind': 'loss' is not one of 'layer', 'criterion'"),
        (("minnet-smish", "--author", 'A "B" C'), "expected author to be a line of text"),
        (("minnet-smish", "--description", "x" * 101), "expected description to have at most 100 characters"),
        (("minnet-smish", "-o", "nowhere"), "Invalid value for '-o' / '--output': Directory 'nowhere' does not exist."),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(new, folder, arguments, expected):
    code, message = error(new(*arguments))
    assert code == 2
    assert message.startswith(expected)
    assert not list(folder.iterdir())


def test_a_second_time_is_refused(new):
    new("minnet-smish")
    assert error(new("minnet-smish")) == (
        1,
        "minnet-smish: expected nothing or an empty folder in this place; nothing was written",
    )


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory on ``sys.path`` for `install_distribution`."""
    monkeypatch.syspath_prepend(tmp_path / "strangers")
    yield tmp_path / "strangers"
    monkeypatch.undo()
    minnet_core.layers.refresh()


def stranger(site, name, source=LAYER):
    module = name.replace("-", "_")
    install_distribution(site, name, {module: source}, entry_points={"minnet.layers": {"Smish": f"{module}:Smish"}})
    minnet_core.layers.refresh()


def test_it_says_who_has_the_name_already_and_imports_nobody(new, site):
    stranger(site, "strange-a", "1 / 0")
    lines = new("minnet-smish").output.splitlines()
    assert "note: Smish is already the name of strange-a:Smish (strange-a 0.1.0)" in lines
    assert "      yours is found as minnet-smish:Smish" in lines
    assert "  minnet explain minnet-smish:Smish" in lines


def test_it_says_so_of_several(new, site):
    stranger(site, "strange-a")
    stranger(site, "strange-b")
    assert "note: 'Smish' means several layers: strange-a:Smish" in new("minnet-smish").output


def test_it_says_so_of_ours(new):
    assert "note: Sequential is already" not in new("minnet-smish", "--kind", "criterion").output
    stolen = new("minnet-container", "--class", "Sequential")
    assert "other than one of minnet's own" in stolen.output


def test_a_former_version_of_the_project_itself_is_no_news(new, site):
    stranger(site, "minnet-smish")
    assert "note:" not in new("minnet-smish").output


def test_another_kind_may_have_the_name(new, site):
    stranger(site, "strange-a")
    assert "note:" not in new("minnet-smish", "--kind", "optimizer").output
