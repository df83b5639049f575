from __future__ import annotations

import os

import pytest

from minnet_core.discovery import (
    Declaration,
    canonical,
    declarations,
    is_strict,
    metadata_problems,
    plugin_switches,
)
from minnet_core.testing import install_distribution

GROUP = "minnet.test_discovery"


@pytest.mark.parametrize("name", ["minnet-swish", "Minnet_Swish", "minnet.swish", "MINNET--_swish"])
def test_names_are_normalized_as_packaging_says(name):
    assert canonical(name) == "minnet-swish"


def test_declaration_names_itself_and_its_provider():
    declaration = Declaration("Swish", "Minnet_Swish", "1.0", "minnet_swish:Swish")
    assert (declaration.qualified, declaration.provider) == ("minnet-swish:Swish", "minnet-swish 1.0")
    assert Declaration("Swish", "local", None, "x:Swish").provider == "local"


def test_target_may_be_a_module_or_an_attribute_of_an_attribute():
    import json.decoder

    def load(target):
        return Declaration("x", "d", "1", target).load()

    assert load("json.decoder") is json.decoder
    assert load("json:decoder.JSONDecoder") is json.decoder.JSONDecoder
    with pytest.raises(AttributeError):
        load("json:absent")
    with pytest.raises(ModuleNotFoundError):
        load("absent_module:x")


def test_entry_points_are_read_with_their_distribution(site):
    install_distribution(site, "B.dist", {"b": ""}, entry_points={GROUP: {"z": "b:z", "a": "b"}}, version="2.0")
    install_distribution(site, "a-dist", {"a": ""}, entry_points={GROUP: {"z": "a:z"}, "other": {"y": "a:y"}})
    assert declarations(GROUP) == [
        Declaration("z", "a-dist", "0.1.0", "a:z"),
        Declaration("a", "b-dist", "2.0", "b"),
        Declaration("z", "b-dist", "2.0", "b:z"),
    ]
    assert declarations("minnet.nothing") == []


def test_metadata_without_a_name_harm_no_other_distribution(site):
    install_distribution(site, "a-dist", {"a": ""}, entry_points={GROUP: {"z": "a:z"}})
    left_over = site / "broken-1.0.dist-info"
    left_over.mkdir()
    (left_over / "entry_points.txt").write_text(f"[{GROUP}]\nx = broken:x\n")
    assert [declaration.qualified for declaration in declarations(GROUP)] == ["a-dist:z"]


@pytest.mark.parametrize(
    ("allowed", "disabled", "enabled"),
    [
        (None, None, {"minnet-core", "minnet-layers", "strange-a", "strange-b"}),
        (None, "strange_A,", {"minnet-core", "minnet-layers", "strange-b"}),
        ("", None, {"minnet-core", "minnet-layers"}),
        ("strange.a", None, {"minnet-core", "minnet-layers", "strange-a"}),
        ("strange-a", "strange-a minnet-layers", {"minnet-core", "minnet-layers", "strange-a"}),
        ("strange-a", "strange-a,minnet-layers", {"minnet-core"}),
    ],
)
def test_switches(monkeypatch, allowed, disabled, enabled):
    for variable, value in (("MINNET_PLUGINS", allowed), ("MINNET_DISABLE_PLUGINS", disabled)):
        if value is not None:
            monkeypatch.setenv(variable, value)
    candidates = {"minnet-core", "minnet-layers", "strange-a", "strange-b"}
    assert set(filter(plugin_switches(), candidates)) == enabled


@pytest.mark.parametrize(("value", "strict"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)])
def test_strictness_is_asked_for_by_the_environment(monkeypatch, value, strict):
    if value is not None:
        monkeypatch.setenv("MINNET_STRICT_PLUGINS", value)
    assert is_strict() is strict


@pytest.mark.parametrize(
    "text", ["[minnet.layers]\nno equals sign\n", b"[minnet.layers]\nX = \xff\xfe"], ids=["line", "bytes"]
)
def test_malformed_entry_points_harm_no_other_distribution(site, text):
    install_distribution(site, "strange-a", {"strange_a": ""}, entry_points={"minnet.layers": {"X": "strange_a:X"}})
    install_distribution(site, "strange-b", {"strange_b": ""}, entry_points={"minnet.layers": {"Y": "strange_b:Y"}})
    file = next(site.glob("strange_b*.dist-info")) / "entry_points.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert "strange-a:X" in [declaration.qualified for declaration in declarations("minnet.layers")]
    assert any("strange_b-0.1.0.dist-info: a distribution with unreadable" in text for text in metadata_problems())


def test_target_may_have_an_extra():
    assert Declaration("join", "x", "1", "os.path : join [extra]").load() is os.path.join
