"""The rules of the house: who may import whom, and what every distribution has."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from minnet_core.discovery import FIRST_PARTY

ROOT = Path(__file__).parent.parent
DISTRIBUTIONS = sorted(path.parent for path in [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")])
SOURCES = sorted(path for folder in DISTRIBUTIONS for path in folder.glob("src/**/*.py"))

MAY_IMPORT = {
    "minnet_core": set(),
    "minnet_layers": {"minnet_core"},
    "minnet_criterions": {"minnet_core"},
    "minnet_optimizers": {"minnet_core"},
    "minnet_train": {"minnet_core"},
    "minnet_conv": {"minnet_core"},
    "minnet_tables": {"minnet_core"},
    "minnet_fast": {  # which has their twins
        *("minnet_core", "minnet_layers", "minnet_criterions", "minnet_optimizers", "minnet_conv", "minnet_tables"),
    },
    "minnet_new": {"minnet_core"},
    "minnet_serve": {"minnet_core", "minnet_train"},  # it answers what `minnet predict` does, by the same code
    "minnet_swish": {"minnet_core"},
    "minnet_jax": {"minnet_core"},
    "minnet_mpi": {"minnet_core", "minnet_train"},  # whose ranks they are
    "minnet_torch": {"minnet_core"},
    "minnet_onnx": {"minnet_core"},
    "minnet_sklearn": {"minnet_core", "minnet_train"},  # the Trainer, and the record of a model file
    "minnet_sweep": {"minnet_core", "minnet_train"},  # each trial is a run
    "pytest_minnet": {"minnet_core"},
}
"""First-party packages use the doors that strangers use: even the trainer finds its layers by name."""


MAY_IMPORT_ALSO = {
    "minnet_torch": {"torch": "it compares components with PyTorch"},
    "minnet_core": {"pickle": "the kit proves that components survive it; nothing that minnet reads is a pickle"},
}
"""Banned elsewhere: PyTorch is for tests and plugins, and pickle runs code."""

NOT_FOR_USERS = {
    "minnet-jax": "it needs JAX",
    "minnet-mpi": "it needs MPI",
    "minnet-torch": "it needs PyTorch",
    "minnet-onnx": "it needs onnx",
    "minnet-sklearn": "it needs scikit-learn",
    "minnet-sweep": "it needs Optuna",
}
"""Distributions that ``requirements.txt`` leaves out."""


def name(folder):
    return folder.name


def project(folder):
    return tomllib.loads((folder / "pyproject.toml").read_text())["project"]


def package(folder):
    return folder.name.replace("-", "_")


def imported(path):
    """The top-level packages that a source file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def test_the_distributions_are_found():
    assert {package(folder) for folder in DISTRIBUTIONS} == set(MAY_IMPORT)


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=name)
def test_a_package_imports_only_the_packages_below_it(folder):
    siblings = {
        sibling
        for path in folder.glob("src/**/*.py")
        for sibling in imported(path)
        if sibling in MAY_IMPORT and sibling != package(folder)
    }
    assert siblings <= MAY_IMPORT[package(folder)]


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=name)
def test_torch_and_pickle_are_imported_only_where_there_is_a_reason(folder):
    found = {
        banned for path in folder.glob("src/**/*.py") for banned in imported(path) if banned in ("torch", "pickle")
    }
    assert found == MAY_IMPORT_ALSO.get(package(folder), {}).keys()


def test_pickle_is_imported_by_one_check_alone():
    assert [path.name for path in SOURCES if "pickle" in imported(path)] == ["copies.py"]


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=name)
def test_a_distribution_is_complete(folder):
    for file in ("README.md", "LICENSE", f"src/{package(folder)}/py.typed", f"src/{package(folder)}/__init__.py"):
        assert (folder / file).is_file(), file
    assert list(folder.glob("tests/test_*.py"))
    assert (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert project(folder)["name"] == folder.name
    assert project(folder)["requires-python"] == ">=3.11"


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=name)
def test_siblings_are_pinned_to_one_series(folder):
    requirements = [requirement.partition(" ") for requirement in project(folder)["dependencies"]]
    assert {range for sibling, _, range in requirements if package(Path(sibling)) in MAY_IMPORT} <= {">=0.1,<0.2"}


def test_all_distributions_have_one_version():
    versions = {
        re.search(r'^__version__ = "(.+)"$', (folder / "src" / package(folder) / "__init__.py").read_text(), re.M)[1]
        for folder in DISTRIBUTIONS
    }
    assert len(versions) == 1


def test_requirements_list_every_distribution_for_users_after_those_that_it_needs():
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    listed = [Path(line).name.partition("[")[0] for line in lines]  # without extras
    for_users = [folder for folder in DISTRIBUTIONS if folder.name not in NOT_FOR_USERS]
    assert sorted(listed) == sorted(folder.name for folder in for_users)
    for folder in for_users:
        needed = [requirement.split()[0] for requirement in project(folder)["dependencies"]]
        earlier = listed[: listed.index(folder.name)]
        assert {requirement for requirement in needed if package(Path(requirement)) in MAY_IMPORT} <= set(earlier)


def test_only_distributions_that_there_are_count_as_ours():
    names = {project(folder)["name"] for folder in DISTRIBUTIONS}
    assert names >= FIRST_PARTY, "whoever publishes one of the others would be trusted as we are"


@pytest.mark.parametrize("folder", DISTRIBUTIONS, ids=name)
def test_a_component_has_a_file_and_a_test_file_of_one_name(folder):
    groups = project(folder).get("entry-points", {})
    kinds = ("minnet.layers", "minnet.criterions", "minnet.optimizers")
    targets = {target for kind in kinds for target in groups.get(kind, {}).values()}  # one class may have two names
    for component in sorted(target.partition(":")[2] for target in targets):
        (file,) = (path for path in folder.glob("src/**/*.py") if f"\nclass {component}(" in path.read_text())
        assert (folder / "tests" / f"test_{file.stem}.py").is_file(), file.name


@pytest.mark.parametrize("folder", [ROOT / "tests", ROOT / "benchmarks", ROOT / "examples", *DISTRIBUTIONS], ids=name)
def test_no_file_is_long(folder):
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in folder.glob("**/*.py")}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_the_support_of_the_tests_brings_nothing_else_along_and_no_distribution_needs_it():
    assert project(ROOT / "tests" / "support")["dependencies"] == ["minnet-core >=0.1,<0.2"]
    assert [path for path in SOURCES if "minnet_test_support" in imported(path)] == []
    for folder in DISTRIBUTIONS:
        extras = project(folder).get("optional-dependencies", {}).values()
        assert "minnet-test-support" not in repr([project(folder)["dependencies"], *extras])
