"""``minnet new``: what a user types next works, and the example in this repository is what the command makes."""

from pathlib import Path

import pytest

from minnet_new.project import Project
from minnet_new.scaffold import scaffold

ROOT = Path(__file__).parent.parent

SWISH = Project(
    "minnet-swish",
    author="The minnet authors",
    description="Swish for minnet: a layer in a package of its own, as minnet new makes it.",
    hints=False,
)

KEPT = (".github", ".gitignore")

CACHES = ("__pycache__", "build", "dist")
"""Folders that tools leave behind, besides those that are hidden and not `KEPT`."""


def is_source(path):
    return not any(
        part in CACHES or part.endswith((".egg-info", ".pyc")) or (part.startswith(".") and part not in KEPT)
        for part in path.parts
    )


def files(folder):
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {path.as_posix(): (folder / path).read_bytes() for path in found if is_source(path)}


def test_minnet_swish_is_what_the_command_makes(tmp_path):
    made, here = files(scaffold(SWISH, tmp_path)), files(ROOT / "plugins/minnet-swish")
    assert sorted(made) == sorted(here)
    for name, content in made.items():
        assert content.decode() == here[name].decode(), name


@pytest.mark.parametrize(
    ("project", "kind", "name"),
    [
        ("minnet-smish", "layer", "Smish"),
        ("minnet-soft-huber", "criterion", "SoftHuber"),
        ("strange-a", "optimizer", "StrangeA"),
    ],
)
def test_what_the_command_makes_can_be_installed_tested_and_used(environment, project, kind, name):
    tests = environment.shell(
        f"minnet new --kind {kind} {project} && cd {project} && pip install -e '.[test]' && pytest"
    )
    assert " passed" in tests.stdout
    assert "failed" not in tests.stdout
    listed = environment.run("minnet", f"{kind}s").stdout
    assert [name, project] in [line.split()[:2] for line in listed.splitlines()]
    assert name in environment.run("minnet", "explain", name).stdout
    environment.run("minnet", "check", project)
    environment.run("minnet", "doctor")
    environment.run("pip", "uninstall", "--yes", project)
    assert project not in environment.run("minnet", f"{kind}s").stdout
