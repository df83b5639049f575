from __future__ import annotations

import pytest

from minnet_core.discovery.declaration import Declaration, canonical


@pytest.mark.parametrize("name", ["minnet-swish", "Minnet_Swish", "minnet.swish", "MINNET--_swish"])
def test_names_are_normalized_as_packaging_says(name):
    assert canonical(name) == "minnet-swish"


def test_declaration_names_itself_and_its_provider():
    declaration = Declaration("Swish", "Minnet_Swish", "1.0", "minnet_swish:Swish")
    assert (declaration.qualified, declaration.provider) == ("minnet-swish:Swish", "minnet-swish 1.0")
    assert Declaration("Swish", "local", None, "x:Swish").provider == "local"


def load(target):
    return Declaration("x", "d", "1", target).load()


def test_target_may_be_a_module_or_an_attribute_of_an_attribute():
    import json.decoder

    assert load("json.decoder") is json.decoder
    assert load("json:decoder.JSONDecoder") is json.decoder.JSONDecoder
    with pytest.raises(AttributeError):
        load("json:absent")
    with pytest.raises(ModuleNotFoundError):
        load("absent_module:x")


def test_target_may_have_an_extra():
    import os.path

    assert load("os.path : join [extra]") is os.path.join


@pytest.mark.parametrize("target", ["", "not a target!", "a:b:c", "json:", ":x"])
def test_what_is_no_target_is_refused_with_what_one_looks_like(target):
    with pytest.raises(ValueError, match=r"expected an entry point such as package.module:Class, received "):
        load(target)
