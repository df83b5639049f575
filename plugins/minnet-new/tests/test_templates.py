"""Templates that plugins offer by the hook, each from a distribution that is really installed."""

import sys
import tomllib

import pytest

import minnet_core
from minnet_core.plugins import plugin_host
from minnet_core.testing import install_distribution, isolated
from minnet_new.project import Project
from minnet_new.scaffold import scaffold
from minnet_new.templates import FILES, OWN, Template, templates
from minnet_test_support.processes import run_python

PLUGIN = """
from minnet_core import hookimpl
from minnet_core.nn import Component
from minnet_core.registry import Registry

class Recipe(Component):
    "Something to cook."

recipes = Registry("recipes", lambda: Recipe)

@hookimpl
def minnet_registries():
    return [recipes]

@hookimpl(optionalhook=True)
def minnet_new_templates(registrar):
    {offer}
"""

COMPONENT = '''"""The {{ class }} recipe."""

from strange_a import Recipe


{% if hints %}
# YOURS: what to cook.
{% endif %}
class {{ class }}(Recipe):
    """{{ class }}: hot."""
'''

TEST = '''"""{{ class }} is hot."""

from {{ package }} import {{ class }}


def test_it_is_hot():
    assert {{ class }}.__doc__.endswith("hot.")
'''


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory on ``sys.path`` for `install_distribution`."""
    monkeypatch.syspath_prepend(tmp_path / "strangers")
    with isolated():
        yield tmp_path / "strangers"
    monkeypatch.undo()
    sys.modules.pop("strange_a", None)
    minnet_core.layers.refresh()


@pytest.fixture
def kind(tmp_path):
    folder = tmp_path / "recipe"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text("Hot.\n")
    (folder / "component.py.jinja").write_text(COMPONENT)
    (folder / "test_component.py.jinja").write_text(TEST)
    return folder


def install(site, offer):
    source = PLUGIN.format(offer=offer)
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet": {"it": "strange_a"}})
    minnet_core.layers.refresh()


def test_hook_minnet_new_templates(site, kind, new, folder, install_made):
    install(site, f"registrar.add('recipe', {str(kind)!r}, registry='recipes', requires=('strange-a',))")
    assert "|recipe" in new("--help").output.replace("\n", "").replace(" ", "")
    result = new("minnet-hot-soup", "--kind", "recipe")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("minnet-hot-soup is a distribution with the recipe HotSoup, a working example\n")
    made = folder / "minnet-hot-soup"
    project = tomllib.loads((made / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["minnet.recipes"] == {"HotSoup": "minnet_hot_soup:HotSoup"}
    assert "strange-a >=0.1,<0.2" in project["dependencies"]
    assert "$ minnet recipes\n" in (made / "README.md").read_text()
    done = run_python("-m", "pytest", "-q", "tests/test_hot_soup.py", cwd=made, PYTHONPATH=install_made(made, site))
    assert done.returncode == 0, done.stdout
    again = new("strange-b", "--kind", "recipe", "--class", "HotSoup").output
    assert "note:" not in again  # it is not installed


@pytest.fixture
def install_made(install):
    return lambda project, site: f"{install(project)}:{site}"


def test_what_is_used_and_not_registered_has_no_entry_point(site, kind, new, folder):
    install(site, f"registrar.add('recipe', {str(kind)!r})")
    steps = new("minnet-hot-soup", "--kind", "recipe").output
    assert "minnet check" not in steps
    assert "minnet explain" not in steps
    made = folder / "minnet-hot-soup"
    points = tomllib.loads((made / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points == {"minnet.protocol": {"1": "minnet_hot_soup"}}
    assert not (made / "tests/test_conformance.py").exists()
    assert "minnet check" not in (made / "README.md").read_text() + (made / ".github/workflows/test.yml").read_text()


@pytest.mark.parametrize(
    ("offer", "cause"),
    [
        ("registrar.add('layer', {kind!r})", "expected a kind that nobody has a template of, received 'layer'"),
        ("registrar.add('recipe', '/nowhere')", "expected a folder with component.py.jinja, formula.md.jinja, test_co"),
        ("registrar.add('a recipe', {kind!r})", "'kind' must match regex"),
        ("return ['recipe']", "expected templates to be offered by registrar.add, received ['recipe']"),
    ],
)
def test_an_offer_that_is_none_breaks_its_plugin_alone(site, kind, offer, cause):
    install(site, offer.format(kind=str(kind)))
    found = templates()
    assert "recipe" not in found
    assert [found[template.kind] for template in OWN] == list(OWN)
    (failure,) = [f for plugin, f in plugin_host().failures.items() if plugin.distribution == "strange-a"]
    assert cause in str(failure)


def test_a_distribution_that_is_needed_and_missing_is_told(site, kind, new, folder):
    install(site, f"registrar.add('recipe', {str(kind)!r}, requires=('nobody-has-this',))")
    result = new("minnet-hot-soup", "--kind", "recipe")
    assert result.exit_code == 1
    assert "expected nobody-has-this to be installed, which what is made needs" in result.output
    assert not list(folder.iterdir())


def test_the_article_fits_the_kind():
    assert {template.kind: template.article for template in OWN} == {"layer": "a", "criterion": "a", "optimizer": "an"}
    assert Template("initializer", OWN[0].folder).article == "an"


def test_what_is_made_of_ours_needs_the_core_alone(folder):
    for template in OWN:
        project = Project(f"minnet-x-{template.kind}", kind=template.kind)
        text = (scaffold(project, folder) / "pyproject.toml").read_text()
        assert tomllib.loads(text)["project"]["dependencies"] == ["minnet-core >=0.1,<0.2", "numpy >=1.26"]
