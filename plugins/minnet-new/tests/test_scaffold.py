import os
import shutil
import stat
from configparser import ConfigParser

import copier
import copier.errors
import pytest
from jinja2 import Environment, meta

from minnet_core import MinnetError
from minnet_new.project import Project
from minnet_new.scaffold import answers, scaffold
from minnet_new.templates import OWN, ROOT

KINDS = [template.kind for template in OWN]

FILES = {
    ".github/workflows/test.yml",
    ".gitignore",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "src/minnet_soft_shrink/__init__.py",
    "src/minnet_soft_shrink/py.typed",
    "src/minnet_soft_shrink/soft_shrink.py",
    "tests/test_conformance.py",
    "tests/test_soft_shrink.py",
    "tox.ini",
}


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_all_files_are_made_and_nothing_beside_them(folder, kind):
    made = scaffold(Project("minnet-soft-shrink", kind=kind), folder)
    assert made == folder / "minnet-soft-shrink"
    assert files(made) == FILES
    assert os.listdir(folder) == ["minnet-soft-shrink"]


def test_the_folder_has_the_permissions_of_any_folder_made_here(folder):
    made = scaffold(Project("minnet-smish"), folder)
    (folder / "other").mkdir()
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE((folder / "other").stat().st_mode)


def test_an_empty_folder_is_filled(folder):
    (folder / "minnet-smish").mkdir()
    assert "LICENSE" in files(scaffold(Project("minnet-smish"), folder))


def occupy_by_a_file(target):
    target.write_text("mine")


def occupy_by_a_folder(target):
    target.mkdir()
    (target / ".hidden").write_text("mine")


def occupy_by_a_link(target):
    (target.parent / "elsewhere").mkdir()
    target.symlink_to("elsewhere")


def occupy_by_a_dead_link(target):
    target.symlink_to("nowhere")


@pytest.mark.parametrize("occupy", [occupy_by_a_file, occupy_by_a_folder, occupy_by_a_link, occupy_by_a_dead_link])
def test_nothing_is_overwritten(folder, occupy):
    occupy(folder / "minnet-smish")
    before = [(path, path.is_file() and path.read_text()) for path in sorted(folder.rglob("*"))]
    with pytest.raises(
        MinnetError, match="minnet-smish: expected nothing or an empty folder in this place; nothing was"
    ):
        scaffold(Project("minnet-smish"), folder)
    assert [(path, path.is_file() and path.read_text()) for path in sorted(folder.rglob("*"))] == before


@pytest.mark.parametrize("error", [copier.errors.CopierError("no"), OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_behind(folder, monkeypatch, error):
    def fail(_, target, *__, **___):
        assert target.parent.parent == folder  # on one file system, so that it can be renamed
        target.mkdir()
        (target / "LICENSE").write_text("half")
        raise error

    monkeypatch.setattr(copier, "run_copy", fail)
    with pytest.raises((MinnetError, type(error))) as caught:
        scaffold(Project("minnet-smish"), folder)
    assert os.listdir(folder) == []
    if isinstance(error, copier.errors.CopierError):
        assert str(caught.value) == "minnet-smish: expected copier to fill the template; it failed: no"


def test_something_that_appears_meanwhile_is_not_overwritten(folder, monkeypatch):
    original = copier.run_copy

    def slow(*arguments, **options):
        original(*arguments, **options)
        (folder / "minnet-smish").mkdir()
        (folder / "minnet-smish" / "mine").write_text("mine")

    monkeypatch.setattr(copier, "run_copy", slow)
    with pytest.raises(OSError, match="minnet-smish"):
        scaffold(Project("minnet-smish"), folder)
    assert files(folder) == {"minnet-smish/mine"}


def test_neither_git_nor_a_home_is_needed_and_nothing_is_printed(folder, tmp_path, monkeypatch, capfd):
    for name in ("PATH", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    assert shutil.which("git") is None
    assert files(scaffold(Project("minnet-soft-shrink"), folder)) == FILES
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "nowhere").exists()


def test_every_variable_of_the_template_has_a_value():
    environment = Environment()
    texts = [path.read_text("utf-8") for path in ROOT.rglob("*.jinja")] + [str(path) for path in ROOT.rglob("*")]
    used = set().union(*(meta.find_undeclared_variables(environment.parse(text)) for text in texts))
    assert used == answers(Project("minnet-smish")).keys()


def test_it_works_where_minnet_is_on_no_index_and_says_how(folder):
    made = scaffold(Project("minnet-smish"), folder)
    tox = ConfigParser()
    tox.read(made / "tox.ini")
    assert tox["testenv"]["pass_env"] == "PIP_FIND_LINKS"
    for name in ("tox.ini", "README.md"):
        assert "PIP_FIND_LINKS=" in (made / name).read_text()


def test_pins_follow_what_is_installed(folder, monkeypatch):
    installed = {"minnet-core": "1.4.2", "pytest-minnet": "0.7.1"}
    monkeypatch.setattr("minnet_new.scaffold.version", installed.__getitem__)
    text = scaffold(Project("minnet-smish"), folder).joinpath("pyproject.toml").read_text()
    assert '"minnet-core >=1.4,<2",' in text
    assert '"pytest-minnet >=0.7,<0.8"]' in text
