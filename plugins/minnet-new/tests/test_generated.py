"""What is generated works as it is: style, types, its own tests, and the conformance kit."""

import ast
import json
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_new.project import Project
from minnet_new.scaffold import scaffold
from minnet_new.templates import OWN
from minnet_test_support.processes import run_python

KINDS = [template.kind for template in OWN]

SETTINGS = Path(__file__).parents[3] / "pyproject.toml"
"""Of this repository, which are stricter."""

each_project = pytest.mark.parametrize(
    ("kind", "hints"),
    list(product(KINDS, [True, False])),
    ids=lambda value: {True: "hints", False: "plain"}.get(value, value),
)


@pytest.fixture
def project(folder, kind, hints):
    return scaffold(Project("minnet-soft-kink", kind=kind, hints=hints), folder)


def texts(project):
    return {
        path.relative_to(project).as_posix(): path.read_text("utf-8") for path in project.rglob("*") if path.is_file()
    }


@each_project
def test_every_source_compiles(project):
    for name, text in texts(project).items():
        if name.endswith(".py"):
            compile(text, name, "exec")


@each_project
def test_nothing_of_the_template_is_left(project):
    for name, text in texts(project).items():
        assert not re.search(r"(?<!\$)\{\{|\{%|%\}", text), name
        assert not {"{", "jinja"} & set(name.replace(".", "/").split("/")), name
        assert "\r" not in text
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), name


def test_a_text_of_the_author_is_never_a_template(folder):
    made = scaffold(Project("minnet-smish", author="{{ kind }} {% raw %}", description="{{ 1 + 1 }}"), folder)
    assert "Copyright (c) {{ kind }} {% raw %}\n" in made.joinpath("LICENSE").read_text()
    assert made.joinpath("src/minnet_smish/__init__.py").read_text().startswith('"""{{ 1 + 1 }}."""')


def test_letters_of_any_alphabet_arrive(folder):
    made = scaffold(Project("minnet-smish", author="Ольга Ø'Neill", description="Миш."), folder)
    assert "Copyright (c) Ольга Ø'Neill\n" in made.joinpath("LICENSE").read_text("utf-8")
    assert made.joinpath("src/minnet_smish/__init__.py").read_text("utf-8").startswith('"""Миш."""')


@pytest.mark.parametrize("kind", KINDS)
def test_hints_are_comments_and_nothing_else_differs(folder, kind):
    folders = {hints: folder / str(hints) for hints in (True, False)}
    for hints, place in folders.items():
        place.mkdir()
        scaffold(Project("minnet-smish", kind=kind, hints=hints), place)
    with_hints, without = (texts(place / "minnet-smish") for place in folders.values())
    assert not any("YOURS" in text for text in without.values())
    assert {name for name, text in with_hints.items() if "YOURS:" in text} == {
        "README.md",
        "pyproject.toml",
        "src/minnet_smish/smish.py",
        "tests/test_smish.py",
    }
    for name, text in with_hints.items():
        if name.endswith(".py"):
            assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(without[name])), name


@each_project
def test_a_component_has_the_order_of_all(project):
    (cls,) = [
        node
        for node in ast.parse(texts(project)["src/minnet_soft_kink/soft_kink.py"]).body
        if isinstance(node, ast.ClassDef)
    ]
    methods = [node.name for node in cls.body if isinstance(node, ast.FunctionDef)]
    order = ["__init__", "updateOutput", "updateGradInput", "update", "accGradParameters", "__repr__"]
    public = [name for name in methods if name in order]
    assert public == sorted(public, key=order.index)
    docstring = ast.get_docstring(cls)
    assert docstring.startswith("SoftKink: ")
    assert all(word in docstring for word in (".. math::", "PyTorch: ", "Paper: ", "Args:", ">>> "))


@each_project
@pytest.mark.parametrize("own", [True, False], ids=["own-settings", "settings-of-minnet"])
def test_the_style_is_right(project, own):
    pytest.importorskip("ruff")
    options = [] if own else [f"--config={SETTINGS}"]
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run_python("-m", "ruff", *command, *options, ".", cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr


@each_project
def test_the_types_are_right(project, tmp_path_factory):
    pytest.importorskip("mypy")
    cache = tmp_path_factory.getbasetemp() / "mypy"  # NumPy and minnet are read once, not for each project
    done = run_python("-m", "mypy", f"--cache-dir={cache}", "src", cwd=project)
    assert done.returncode == 0, done.stdout


NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True), min_size=2, max_size=4).map("-".join)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, prefix=st.sampled_from(["minnet-", "", "zz"]), kind=st.sampled_from(KINDS), hints=st.booleans())
def test_the_style_is_right_whatever_the_names(tmp_path_factory, name, prefix, kind, hints):
    pytest.importorskip("ruff")
    try:
        project = Project(prefix + name, kind=kind, hints=hints)
    except ValueError:
        return  # it is the name of something
    made = scaffold(project, tmp_path_factory.mktemp("named"))
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = run_python("-m", "ruff", *command, ".", cwd=made)
        assert done.returncode == 0, done.stdout + done.stderr


@each_project
def test_its_own_tests_pass(project, install):
    done = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, PYTHONPATH=str(install(project)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


@pytest.mark.parametrize("hints", [True])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found_and_passes_the_conformance_kit(project, install, kind):
    site = str(install(project))
    listed = json.loads(run_python("-m", "minnet_core", f"{kind}s", "--json", PYTHONPATH=site).stdout)
    assert ("SoftKink", "minnet-soft-kink") in {(row["name"], row["distribution"]) for row in listed}
    done = run_python("-m", "minnet_core", "check", "minnet-soft-kink", "--json", PYTHONPATH=site)
    assert done.returncode == 0, done.stdout + done.stderr
    statuses = [result["status"] for report in json.loads(done.stdout) for result in report["results"]]
    assert "failed" not in statuses
    assert statuses.count("passed") > 25


@pytest.mark.parametrize(
    ("name", "cls"), [("alpha", "If"), ("minnet-conformance", "Conformance"), ("minnet-a", "Linear")]
)
def test_awkward_names_work_too(folder, install, name, cls):
    project = scaffold(Project(name, class_name=cls), folder)
    done = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, PYTHONPATH=str(install(project)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_tests_fail_when_the_formula_is_wrong(folder, install):
    project = scaffold(Project("minnet-smish"), folder)
    module = project / "src/minnet_smish/smish.py"
    module.write_text(
        module.read_text().replace("gate + steep * gate * sigmoid(-steep)", "gate + gate * sigmoid(-steep)")
    )
    done = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, PYTHONPATH=str(install(project)))
    assert done.returncode == 1
    for test in ("test_gradient_agrees_with_central_differences", "gradInput_is_the_slope"):
        assert test in done.stdout
