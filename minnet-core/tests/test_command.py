from __future__ import annotations

import json
import sys

import pytest

import minnet_core
from minnet_core import Module, layers
from minnet_core.cli.main import main
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution
from minnet_test_support.processes import run_python

LAYER = "from minnet_core import Module\nclass Strange(Module): ...\n"
COMMANDS = """
import click
from minnet_core import MinnetError, hookimpl

@click.command()
@click.argument("kind")
def fail(kind):
    "Fail in one way or another."
    errors = {"minnet": MinnetError("expected this"), "os": FileNotFoundError(2, "No such file", "m")}
    raise errors.get(kind, KeyError(kind))

@click.command()
def layers():
    "Never seen: the core has a command of this name."

@hookimpl
def minnet_commands():
    return [fail, layers]
"""

CHECKS = "from minnet_core import hookimpl\n@hookimpl\ndef minnet_checks(): return []\n"

OTHERS = ",".join(sorted(FIRST_PARTY - {"minnet-core"}))


@pytest.fixture
def minnet(run_minnet, monkeypatch):
    """Run the command: ``minnet("layers", "--json")`` returns its exit code, stdout and stderr.

    The other first-party distributions may be installed or not; they are no matter of the core's tests.
    """
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", OTHERS)
    return run_minnet


def install(site, name, source, *, version="0.1.0", **groups):
    module = name.replace("-", "_")
    points = {group.replace("_", "."): {key: target.format(module)} for group, (key, target) in groups.items()}
    install_distribution(site, name, {module: source}, entry_points=points, version=version)


def test_version_is_that_of_the_core(minnet):
    assert minnet("--version") == (0, f"minnet, version {minnet_core.__version__}\n", "")


def test_help_lists_own_and_contributed_commands(site, minnet):
    install(site, "strange-a", COMMANDS, minnet=("plugin", "{}"))
    code, out, err = minnet("--help")
    assert (code, err) == (0, "")
    for line in ("layers ", "criterions ", "optimizers ", "plugins ", "fail "):
        assert f"\n  {line}" in out
    assert "Never seen" not in out


@pytest.mark.parametrize("kind", ["layers", "criterions", "optimizers"])
def test_listing_has_name_distribution_version_and_class_and_imports_none(site, minnet, kind):
    install(site, "strange-a", "1 / 0", version="3.1", **{f"minnet_{kind}": ("Strange", "{}:Strange")})
    code, out, err = minnet(kind)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["name", "distribution", "version", "class"]
    row = ["Strange", "strange-a", "3.1", "strange_a:Strange"]
    assert row in [line.split() for line in out.splitlines()]
    _, out, _ = minnet(kind, "--json")
    assert dict(zip(["name", "distribution", "version", "class"], row, strict=True)) in json.loads(out)


def test_listing_names_the_components_of_the_core(minnet):
    _, out, _ = minnet("layers", "--json")
    assert {
        "name": "Sequential",
        "distribution": "minnet-core",
        "version": minnet_core.__version__,
        "class": "minnet_core:Sequential",
    } in json.loads(out)


def test_listing_shows_registered_classes_without_a_version(minnet):
    layers.register(type("Mine", (Module,), {"__module__": "notebook"}))
    _, out, _ = minnet("layers")
    assert ["Mine", "local", "-", "notebook:Mine"] in [line.split() for line in out.splitlines()]


def test_plugins_are_listed_with_what_they_provide(site, minnet, monkeypatch):
    monkeypatch.setenv("MINNET_PLUGINS", "strange-a")
    groups = {"minnet": ("plugin", "{}"), "minnet_layers": ("Strange", "{}:Strange")}
    install(site, "strange-a", LAYER + COMMANDS.replace("[fail, layers]", "[fail]"), version="2.0", **groups)
    code, out, err = minnet("plugins", "--json")
    assert (code, err) == (0, "")
    listed = json.loads(out)
    assert listed["problems"] == []
    rows = {row.pop("distribution"): row for row in listed["distributions"] if row["state"] != "disabled"}
    assert rows == {
        "minnet-core": {"version": minnet_core.__version__, "provides": "Graph, Sequential", "state": "ok"},
        "strange-a": {"version": "2.0", "provides": "Strange, minnet fail", "state": "ok"},
    }
    lines = [line.split() for line in minnet("plugins")[1].splitlines()]
    assert ["strange-a", "2.0", "ok", "Strange,", "minnet", "fail"] in lines


def test_a_hook_whose_outcome_is_listed_nowhere_is_listed_itself(site, minnet):
    install(site, "strange-a", CHECKS, minnet=("plugin", "{}"))
    assert ["strange-a", "0.1.0", "ok", "minnet_checks"] in [line.split() for line in minnet("plugins")[1].splitlines()]


@pytest.mark.parametrize("group", ["minnet", "minnet_layers", "minnet_criterions", "minnet_optimizers"])
def test_plugins_names_what_is_broken_and_why_and_fails(site, minnet, group):
    target = "{}" if group == "minnet" else "{}:Broken"
    install(site, "strange-b", "import absent_module", **{group: ("Broken", target)})
    code, out, _ = minnet("plugins")
    assert code == 1
    assert any(line.split()[:3] == ["strange-b", "0.1.0", "broken"] for line in out.splitlines())
    assert "cannot be loaded: ModuleNotFoundError: No module named 'absent_module'" in out
    code, out, _ = minnet("plugins", "--json")
    assert code == 1
    (problem,) = [problem for problem in json.loads(out)["problems"] if problem["distribution"] == "strange-b"]
    assert problem["kind"] == "broken"
    assert "absent_module" in problem["cause"]


def test_plugins_lists_what_is_disabled_from_its_metadata(site, minnet, monkeypatch):
    install(site, "strange-b", "1 / 0", minnet=("plugin", "{}"), minnet_layers=("Broken", "{}:Broken"))
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "strange-b")
    code, out, _ = minnet("plugins")
    assert code == 0
    assert ["strange-b", "0.1.0", "disabled", "Broken"] in [line.split() for line in out.splitlines()]


def test_broken_plugin_is_a_warning_and_the_others_commands_work(site, minnet):
    install(site, "strange-a", COMMANDS, minnet=("plugin", "{}"))
    install(site, "strange-b", "1 / 0", minnet=("plugin", "{}"))
    code, out, err = minnet("--help")
    assert code == 0
    assert "\n  fail " in out
    assert err == (
        "warning: strange-b:plugin (strange-b 0.1.0, strange_b) cannot be loaded: ZeroDivisionError: division by zero, "
        f"at {site / 'strange_b.py'}:1; see: minnet plugins\n"
    )


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("yield 1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("return ['fit']", "TypeError: expected click commands, received 'fit'"),
        ("return 7", "TypeError: 'int' object is not iterable"),
        (
            "import click; return click.Command('fit')",
            "TypeError: expected a list of click commands, received one: return",
        ),
        ("pass", "TypeError: expected something to be returned, received None; is there a return?"),
    ],
)
def test_plugin_whose_commands_cannot_be_had_is_broken_and_harms_no_other(site, minnet, body, cause):
    install(site, "strange-a", COMMANDS, minnet=("plugin", "{}"))
    source = f"from minnet_core import hookimpl\n@hookimpl\ndef minnet_commands():\n    {body}\n"
    install(site, "strange-b", source, minnet=("plugin", "{}"))
    message = f"strange-b:plugin (strange-b 0.1.0, strange_b) failed in minnet_commands: {cause}"
    code, out, err = minnet("--help")
    assert code == 0
    assert "\n  fail " in out
    assert message in err
    code, out, _ = minnet("plugins")
    assert code == 1
    assert message in out


def test_first_party_command_wins_whatever_the_order_of_names(site, minnet, monkeypatch):
    source = "import click\nfrom minnet_core import hookimpl\n@hookimpl\ndef minnet_commands():\n    return [fit]\n"
    monkeypatch.delitem(sys.modules, "minnet_torch", raising=False)  # the real one
    for name in ("a-stranger", "minnet-torch"):
        command = f"@click.command()\ndef fit():\n    click.echo({name!r})\n"
        install(site, name, source.replace("@hookimpl", f"{command}@hookimpl", 1), minnet=("plugin", "{}"))
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-train")
    assert minnet("fit")[1] == "minnet-torch\n"


def test_notes_of_an_error_are_printed(site, minnet):
    note = "    error = errors.get(kind, KeyError(kind))\n    error.add_note('in Sequential[2]')\n    raise error\n"
    install(
        site, "strange-a", COMMANDS.replace("    raise errors.get(kind, KeyError(kind))\n", note), minnet=("p", "{}")
    )
    assert minnet("fail", "minnet") == (1, "", "Error: expected this\nin Sequential[2]\n")


def test_reader_that_goes_away_is_no_error(site, minnet):
    source = COMMANDS.replace('FileNotFoundError(2, "No such file", "m")', "BrokenPipeError()")
    install(site, "strange-a", source, minnet=("plugin", "{}"))
    with pytest.raises(BrokenPipeError):
        main(["fail", "os"], standalone_mode=False)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("minnet", "Error: expected this\n"), ("os", "Error: [Errno 2] No such file: 'm'\n")],
)
def test_error_that_is_meant_for_people_is_one_line(site, minnet, kind, message):
    install(site, "strange-a", COMMANDS, minnet=("plugin", "{}"))
    assert minnet("fail", kind) == (1, "", message)


def test_other_error_of_a_command_is_not_hidden(site, minnet):
    install(site, "strange-a", COMMANDS, minnet=("plugin", "{}"))
    code, out, err = minnet("fail", "bug")
    assert (code, out) == (1, "")
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith("KeyError: 'bug'\nin minnet fail, a command of strange-a 0.1.0 (strange_a)\n")


def test_unknown_command_fails(minnet):
    code, _, err = minnet("laiers")
    assert code == 2
    assert "No such command 'laiers'" in err


def test_strict_plugins_make_any_listing_fail(site, minnet, monkeypatch):
    install(site, "strange-b", "1 / 0", minnet=("plugin", "{}"))
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    for arguments in (["layers"], ["--help"]):
        code, _, err = minnet(*arguments)
        assert code == 1
        assert err.startswith(
            "Error: strange-b:plugin (strange-b 0.1.0, strange_b) cannot be loaded: ZeroDivisionError"
        )


def test_installed_command_runs():
    done = run_python("-c", "from minnet_core.cli.main import main; main()", "layers")
    assert done.returncode == 0
    assert "minnet_core:Sequential" in done.stdout
    assert done.stderr == ""


def test_help_does_not_wait_for_numpy(site):
    source = "from minnet_core import hookimpl\n@hookimpl\ndef minnet_commands(): return []"
    install(site, "strange-a", source, minnet=("plugin", "{}"))
    code = """
import sys
from minnet_core.cli.main import main
try:
    main(["--help"])
finally:
    late = {"numpy", "rich", "safetensors", *(f"minnet_core.cli.commands.{name}" for name in ("check", "doctor"))}
    print(late & set(sys.modules), "strange_a" in sys.modules)
"""
    done = run_python(code, path=[site], MINNET_DISABLE_PLUGINS=OTHERS)
    assert done.stdout.endswith("\nset() True\n"), done
