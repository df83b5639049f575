"""What is wrong with an installation: each kind of fault by a distribution that has it, and no false alarm."""

from __future__ import annotations

import json
import shutil

import pytest

from minnet_core.cli.commands.doctor import inspect_commands
from minnet_core.diagnosis import Finding, inspect_installation
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution

LAYER = "from minnet_core import Example, Module\nclass {}(Module):\n    pass\n"
HOOK = "from minnet_core import Module, hookimpl\n@hookimpl\ndef {}: {}\n"


@pytest.fixture(autouse=True)
def _core_alone(monkeypatch):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))


def install(site, name, source="", *layers, folder=None, **more):
    module = name.replace("-", "_")
    source = source or "".join(map(LAYER.format, layers))
    points = {"minnet.layers": {layer: f"{module}:{layer}" for layer in layers}, **more.pop("points", {})}
    install_distribution(folder or site, name, {module: source}, entry_points=points, **more)


def found():
    """The findings about what the tests install."""
    return [
        each
        for each in inspect_installation(inspect_commands(["layers"]))
        if "trange" in each.distribution + each.cause
    ]


def test_a_healthy_installation_has_no_findings(site):
    install(site, "strange-a", "", "X", "Y", requires=["numpy", "minnet-core >=0.1,<0.2"])
    install(site, "strange-b", HOOK.format("minnet_commands()", "return []"), points={"minnet": {"b": "strange_b"}})
    assert found() == []


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("x = 1", "cannot be loaded: AttributeError: module 'strange_a' has no attribute 'X'"),
        ("X = 7", "cannot be loaded: TypeError: expected a subclass of Module for layers, received 7"),
        (
            LAYER.format("X")
            + "    EXAMPLES = [Example(input=(4, 3))]\n    def __init__(self): raise RuntimeError('none today')\n",
            "cannot be constructed: RuntimeError: none today",
        ),
        (
            LAYER.format("X") + "    EXAMPLES = [Example(input=(4, 3))]\n    def __init__(self): raise SystemExit(3)\n",
            "cannot be constructed: SystemExit: 3",
        ),
    ],
)
def test_a_component_that_cannot_be_used_is_broken(site, source, cause):
    install(site, "strange-a", source, "X")
    (finding,) = found()
    assert (finding.kind, finding.distribution) == ("broken", "strange-a")
    assert finding.cause.startswith(f"strange-a:X (strange-a 0.1.0, strange_a:X) {cause}")
    assert finding.remedy


def test_an_optimizer_without_examples_is_made_for_a_module(site):
    source = "from minnet_core import Optimizer\nclass X(Optimizer):\n    def __init__(self, module): 1 / 0\n"
    install(site, "strange-a", source, points={"minnet.optimizers": {"X": "strange_a:X"}})
    (finding,) = found()
    assert "cannot be constructed: ZeroDivisionError: division by zero, at " in finding.cause


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("", "expected functions marked by minnet_core.hookimpl, found none"),
        (HOOK.format("minnet_comands()", "..."), "unknown hook 'minnet_comands'"),
        (HOOK.format("minnet_commands(argument)", "..."), "Argument(s) {'argument'} are declared"),
        (HOOK.format("minnet_commands()", "1 / 0"), "failed in minnet_commands: ZeroDivisionError"),
        (HOOK.format("minnet_commands()", "return [7]"), "failed in minnet_commands: TypeError: expected click"),
        (
            HOOK.format("minnet_commands()", "import click; return [click.Command('a b')]"),
            "name is a word, received 'a b'",
        ),
        (
            HOOK.format("minnet_commands()", "import click; return [click.Command('a', help=7)]"),
            "AttributeError: 'int'",
        ),
        (
            HOOK.format("minnet_register_components(registrar)", "registrar.register('layers', int, 7)"),
            "a name that can be printed, received 7",
        ),
        (
            HOOK.format(
                "minnet_register_components(registrar)", "[registrar.register('layers', Module, 'M') for _ in '12']"
            ),
            "expected a name that is registered once, received 'M' again",
        ),
        (HOOK.format("minnet_register_components(registrar)", "return [7]"), "expected components to be registered by"),
        (HOOK.format("minnet_register_components(registrar)", "yield 7"), "expected components to be registered by"),
        (HOOK.format("minnet_register_components(registrar)", "registrar.register('layers', 7)"), "expected a class"),
        (HOOK.format("minnet_checks()", "return [7]"), "failed in minnet_checks: TypeError: expected checks"),
    ],
)
def test_a_plugin_whose_module_or_hook_fails_is_broken(site, source, cause):
    install(site, "strange-a", source or "x = 1", points={"minnet": {"a": "strange_a"}})
    (finding,) = found()
    assert (finding.kind, finding.distribution) == ("broken", "strange-a")
    assert finding.cause.startswith("strange-a:a (strange-a 0.1.0, strange_a) ")
    assert cause in finding.cause


def test_a_requirement_that_is_missing_or_of_another_version_is_told_with_what_to_install(site):
    install(site, "strange-a", "", "X", requires=["absent-thing", "minnet-core >=9"])
    assert found() == [
        Finding("broken", "strange-a", "needs absent-thing, which is not installed", "pip install absent-thing"),
        Finding(
            "outdated",
            "strange-a",
            "needs 'minnet-core>=9', and 0.1.0 is installed",
            "pip install 'minnet-core>=9', or --upgrade strange-a",
        ),
    ]


def test_a_protocol_that_is_not_spoken_is_outdated(site):
    install(site, "strange-a", "1 / 0", "X", points={"minnet.protocol": {"99": "strange_a"}})
    (finding,) = found()
    assert (finding.kind, finding.remedy) == ("outdated", "pip install --upgrade minnet-core")
    assert "written to version 99 of minnet's protocol" in finding.cause


def test_a_name_that_two_strangers_have_is_ambiguous_for_both(site):
    install(site, "strange-a", "", "X")
    install(site, "strange-b", "", "X")
    cause = "X means several layers: strange-a:X, strange-b:X"
    assert found() == [
        Finding("ambiguous", name, cause, f"use {name}:X, or disable one distribution")
        for name in ("strange-a", "strange-b")
    ]


def test_a_name_that_is_ours_is_shadowed(site):
    install(site, "strange-a", "", "Sequential")
    cause = "Sequential among the layers means minnet-core:Sequential"
    assert found() == [Finding("shadowed", "strange-a", cause, "use strange-a:Sequential")]


def test_a_name_that_is_that_of_a_disabled_distribution_of_ours_is_shadowed(site):
    install(site, "minnet-torch", "", "Convolution")
    install(site, "strange-a", "", "Convolution")
    (finding,) = found()
    assert (finding.kind, finding.remedy) == ("shadowed", "use strange-a:Convolution")
    assert "belongs to a first-party distribution, which is disabled" in finding.cause


def test_a_command_that_another_has_is_shadowed(site):
    commands = "import click\n" + HOOK.format("minnet_commands()", "return [click.Command(n) for n in {}]")
    install(site, "strange-a", commands.format(["fit", "layers"]), points={"minnet": {"a": "strange_a"}})
    install(site, "strange-b", commands.format(["fit"]), points={"minnet": {"b": "strange_b"}})
    remedy = "its authors must give it another name"
    assert found() == [
        Finding("shadowed", "strange-a", "minnet layers is the command of the core", remedy),
        Finding("shadowed", "strange-b", "minnet fit is the command of strange-a", remedy),
    ]


def test_a_lazy_command_that_cannot_be_loaded_is_broken_though_its_plugin_is_not(site):
    source = HOOK.format("minnet_commands()", "return [LazyCommand('fit', 'strange_a.absent:fit', 'Fit.')]")
    source = f"from minnet_core.cli import LazyCommand\n{source}"
    install(site, "strange-a", source, points={"minnet": {"a": "strange_a"}})
    (finding,) = found()
    assert (finding.kind, finding.distribution) == ("broken", "strange-a")
    assert "strange_a) cannot load its command 'fit': ModuleNotFoundError: No module named" in finding.cause


def test_a_hidden_copy_with_code_is_shadowed(site, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path / "other")
    for folder, version in ((site, "2.0"), (tmp_path / "other", "0.1.0")):
        install(site, "strange-b", "", "Y", version=version, folder=folder)
    (finding,) = found()
    assert (finding.kind, finding.distribution) == ("shadowed", "strange-b")
    assert finding.cause == f"2.0 in {site} is hidden by 0.1.0 in {tmp_path / 'other'}"
    assert finding.remedy == f"delete {site / 'strange_b-2.0.dist-info'}, or the other"


@pytest.mark.parametrize("has_code", [True, False])
def test_a_copy_of_the_same_version_is_a_matter_only_if_it_has_code(site, tmp_path, monkeypatch, has_code):
    monkeypatch.syspath_prepend(tmp_path / "other")
    for folder in (site, tmp_path / "other"):
        install(site, "strange-b", "", "Y", folder=folder)
    if not has_code:  # as where a source folder describes what is installed from it
        (tmp_path / "other" / "strange_b.py").unlink()
    assert [each.kind for each in found()] == ["shadowed"] * has_code


def test_one_folder_under_two_names_is_one_copy(site, tmp_path, monkeypatch):
    (tmp_path / "lib64").symlink_to(site, target_is_directory=True)
    monkeypatch.syspath_prepend(tmp_path / "lib64")
    install(site, "strange-b", "", "Y")
    assert found() == []


@pytest.mark.parametrize("folders", [1, 2])
@pytest.mark.parametrize("version", ["0.0.1", "9.9"])
def test_what_carries_the_metadata_of_another_distribution_is_to_be_uninstalled(
    site, tmp_path, monkeypatch, folders, version
):
    install(site, "strange-b", "", "Y")
    other = site if folders == 1 else tmp_path / "other"
    monkeypatch.syspath_prepend(other)
    install(site, "strange-carrier", "x = 1", folder=other)
    (record,) = other.glob("strange_carrier-*.dist-info/RECORD")
    forged = other / f"strange_b-{version}.dist-info"
    shutil.copytree(site / "strange_b-0.1.0.dist-info", forged)
    (forged / "RECORD").unlink()
    metadata = (forged / "METADATA").read_text()
    (forged / "METADATA").write_text(metadata.replace("Version: 0.1.0", f"Version: {version}"))
    record.write_text(f"{record.read_text()}{forged.name}/METADATA,,\n{forged.name}/entry_points.txt,,\n")
    (finding,) = found()
    assert (finding.kind, finding.distribution) == ("shadowed", "strange-b")
    assert finding.remedy == f"pip uninstall strange-carrier, which brought {forged} that is not its own"


def test_an_editable_source_that_declares_other_entry_points_is_outdated(site, tmp_path):
    install(site, "strange-a", "", "X")
    record = {"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    (site / "strange_a-0.1.0.dist-info" / "direct_url.json").write_text(json.dumps(record))
    source = tmp_path / "pyproject.toml"
    declared = '[project.entry-points."minnet.layers"]\nX = "strange_a:X"\n'
    source.write_text(declared)
    assert found() == []
    source.write_text(f'{declared}Y = "strange_a:Y"\n')
    (finding,) = found()
    assert (finding.kind, finding.remedy) == ("outdated", f"pip install -e {tmp_path}")
    for nothing in ("", "[project", "[project]", "project = 3"):
        source.write_text(nothing)
        assert found() == []


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MINNET_PLUGINS", "strange-a,strangeb", "did you mean 'strange-"),
        ("MINNET_PLUGINS", "zzzz", "there are "),
        ("MINNET_DISABLE_PLUGINS", "Strange_C", "did you mean 'strange-"),
        ("MINNET_DISABLE_PLUGINS", "what-is-not-here", None),
    ],
)
def test_a_name_in_a_switch_that_means_nothing_is_mistyped(site, monkeypatch, variable, value, told):
    install(site, "strange-a", "", "X")
    install(site, "strange-b", "", "Y")
    monkeypatch.setenv(variable, value)
    mistyped = [each for each in inspect_installation() if each.kind == "mistyped"]
    assert [each.distribution for each in mistyped] == [variable] * (told is not None)
    assert all(told in each.remedy for each in mistyped)


def test_a_name_that_is_declared_twice_is_shadowed(site):
    install(site, "strange-a", "", "X")
    path = site / "strange_a-0.1.0.dist-info" / "entry_points.txt"
    path.write_text("[minnet.layers]\nX = strange_a:X\nX = strange_a:Z\n")
    remedy = "its authors must give one of them another name"
    assert found() == [Finding("shadowed", "strange-a", "declares minnet.layers: X twice; the first counts", remedy)]


@pytest.mark.parametrize(
    ("group", "meant"), [("minnet.layer", "minnet.layers"), ("minnet.hookspec", "minnet.hookspecs")]
)
def test_a_group_that_is_mistyped_is_broken(site, group, meant):
    install(site, "strange-a", "x = 1", points={group: {"X": "strange_a:X"}})
    (finding,) = found()
    assert (finding.kind, finding.cause) == ("mistyped", f"declares something in {group}, which nobody reads")
    assert repr(meant) in finding.remedy


def test_a_group_of_a_plugins_own_is_no_matter(site):
    install(site, "strange-a", "x = 1", points={"minnet.datasets": {"X": "strange_a:X"}, "other": {"X": "strange_a:X"}})
    assert found() == []


def test_metadata_that_cannot_be_read_are_broken(site):
    install(site, "strange-a", "", "X")
    path = site / "strange_a-0.1.0.dist-info"
    shutil.copytree(path, site / "~trange_b-1.0.dist-info")
    (path / "METADATA").write_bytes(b"Name: \xff")
    one, other = found()
    assert (one.kind, one.distribution) == ("broken", "strange_a-0.1.0.dist-info")
    assert one.cause.startswith(f"{path}: its metadata cannot be read: UnicodeDecodeError: ")
    assert (other.distribution, other.remedy) == ("~trange_b-1.0.dist-info", "install it again, or delete it")


def test_what_prints_is_noisy(site):
    install(site, "strange-printer", "print('\\nhello')\n" + LAYER.format("X"), "X")
    assert found() == [
        Finding(
            "noisy", "strange-printer", "prints when it is loaded: 'hello'", "its authors should take the print out"
        )
    ]


def test_nothing_is_said_of_what_is_disabled(site, monkeypatch):
    monkeypatch.setenv("MINNET_PLUGINS", "")
    install(
        site, "strange-a", "raise KeyboardInterrupt", "X", requires=["absent"], points={"minnet": {"a": "strange_a"}}
    )
    assert found() == []


def test_the_worst_comes_first(site):
    install(site, "strange-printer", "print('hello')\n" + LAYER.format("X"), "X", requires=["minnet-core >=9"])
    install(site, "strange-z", "1 / 0", "X")
    assert [each.kind for each in found()] == ["broken", "outdated", "ambiguous", "ambiguous", "noisy"]


def test_strictness_does_not_stop_the_report_at_the_first_failure(site, monkeypatch):
    install(site, "strange-a", "1 / 0", "X")
    install(site, "strange-b", "1 / 0", points={"minnet": {"b": "strange_b"}})
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    assert [each.distribution for each in found()] == ["strange-a", "strange-b"]


def test_a_finding_is_of_a_kind_that_is_known():
    with pytest.raises(ValueError, match="'kind' must be in"):
        Finding("odd", "strange-a", "it is")
