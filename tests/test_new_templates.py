"""What `minnet new` makes of the templates of plugins: style, types, its own tests, and the conformance kit.

All are made at once, installed into one directory and tried by one process each, since processes take long.
"""

import ast
import json
import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from flit_core.wheel import make_wheel_in

from minnet_new.project import Project
from minnet_new.scaffold import scaffold
from minnet_new.templates import OWN, templates
from minnet_test_support.processes import run_python

SETTINGS = Path(__file__).parents[1] / "pyproject.toml"
"""Of this repository, which are stricter."""

KINDS = ("initializer", "source", "augmentation", "metric", "schedule", "callback")

REGISTERED = {
    "initializer": "initializers",
    "source": "datasets",
    "augmentation": "augmentations",
    "metric": "metrics",
    "schedule": "schedules",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of all projects, with hints, and without in ``plain``; and of what is installed, in ``site``."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "plain").mkdir()
    (folder / "wheels").mkdir()
    for kind in KINDS:
        project = scaffold(Project(f"minnet-my-{kind}", kind=kind), folder)
        scaffold(Project(f"minnet-my-{kind}", kind=kind, hints=False), folder / "plain")
        with ZipFile(make_wheel_in(project / "pyproject.toml", folder / "wheels").file) as archive:
            archive.extractall(folder / "site")
    return folder


def run(made, *arguments):
    path = os.pathsep.join(filter(None, [str(made / "site"), os.environ.get("PYTHONPATH")]))
    return run_python(*arguments, cwd=made, PYTHONPATH=path)


def projects(made):
    return [str(made / f"minnet-my-{kind}") for kind in KINDS]


def test_they_are_those_of_minnet_layers_and_minnet_train():
    assert list(templates()) == [*(template.kind for template in OWN), *KINDS]
    assert {kind: templates()[kind].registry for kind in KINDS} == {kind: REGISTERED.get(kind) for kind in KINDS}


def test_hints_are_comments_and_nothing_else_differs(made):
    for path in made.glob("minnet-my-*/**/*.py"):
        plain = made / "plain" / path.relative_to(made)
        assert ast.dump(ast.parse(path.read_text())) == ast.dump(ast.parse(plain.read_text())), path
        assert "YOURS" not in plain.read_text()
    for kind in KINDS:
        assert "YOURS:" in (made / f"minnet-my-{kind}/src/minnet_my_{kind}/my_{kind}.py").read_text()


@pytest.mark.parametrize("own", [True, False], ids=["own-settings", "settings-of-minnet"])
def test_the_style_is_right(made, own):
    pytest.importorskip("ruff")
    options = [] if own else [f"--config={SETTINGS}"]
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run(made, "-m", "ruff", *command, *options, *projects(made), "plain")
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_are_right(made, tmp_path_factory):
    pytest.importorskip("mypy")
    cache = tmp_path_factory.getbasetemp() / "mypy"
    sources = [f"{project}/src" for project in projects(made)]
    done = run(made, "-m", "mypy", "--strict", f"--cache-dir={cache}", *sources)
    assert done.returncode == 0, done.stdout


def test_their_own_tests_pass(made):
    options = ("-q", "-p", "no:cacheprovider", "-W", "error", "--import-mode=importlib", "--doctest-modules")
    done = run(made, "-m", "pytest", *options, *projects(made))
    assert done.returncode == 0, done.stdout + done.stderr
    for kind in KINDS:
        has_kit = (made / f"minnet-my-{kind}/tests/test_conformance.py").is_file()
        assert has_kit == (kind in REGISTERED)


def test_they_are_found_and_pass_the_conformance_kit(made):
    done = run(made, "-m", "minnet_core", "check", "--json", *(f"minnet-my-{kind}" for kind in REGISTERED))
    assert done.returncode == 0, done.stdout + done.stderr
    reports = json.loads(done.stdout)
    assert {report["case"].partition("(")[0] for report in reports} == {f"My{kind.title()}" for kind in REGISTERED}
    for report in reports:
        assert report["failures"] == report["weaknesses"] == []
        assert [result["status"] for result in report["results"]].count("passed") >= 8


def test_minnet_train_does_without_minnet_new():
    done = run_python("-m", "minnet_core", "datasets", MINNET_DISABLE_PLUGINS="minnet-new")
    assert done.returncode == 0, done.stderr
    assert "TwoMoons" in done.stdout
