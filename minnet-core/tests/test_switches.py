from __future__ import annotations

import os

import pytest

from minnet_core.switches import DISABLED, Switches, disabling, is_strict, switches

CANDIDATES = {"minnet-core", "minnet-layers", "strange-a", "strange-b"}


@pytest.mark.parametrize(
    ("allowed", "disabled", "enabled"),
    [
        (None, None, CANDIDATES),
        (None, "strange_A,", CANDIDATES - {"strange-a"}),
        ("", None, {"minnet-core", "minnet-layers"}),
        ("strange.a", None, CANDIDATES - {"strange-b"}),
        ("strange-a", "strange-a minnet-layers", CANDIDATES - {"strange-b"}),
        ("strange-a", "strange-a,minnet-layers", {"minnet-core"}),
    ],
)
def test_switches_are_those_of_the_environment(monkeypatch, allowed, disabled, enabled):
    for variable, value in (("MINNET_PLUGINS", allowed), ("MINNET_DISABLE_PLUGINS", disabled)):
        if value is not None:
            monkeypatch.setenv(variable, value)
    assert set(filter(switches().allows, CANDIDATES)) == enabled


def test_one_setting_is_one_object_and_another_another(monkeypatch):
    before = switches()
    assert switches() is before
    monkeypatch.setenv("MINNET_PLUGINS", "")
    assert switches() is not before
    monkeypatch.delenv("MINNET_PLUGINS")
    assert switches() is before
    assert before == Switches(None, None)


@pytest.mark.parametrize("before", [None, "strange-a"])
def test_disabling_adds_to_the_variable_and_ends_with_its_context(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv(DISABLED, before)
    with disabling(["strange-b"]):
        assert not switches().allows("strange-b")
        assert switches().allows("strange-a") is (before is None)
        assert os.environ[DISABLED].split(",")[-1] == "strange-b", "processes that are started inherit it"
    assert os.environ.get(DISABLED) == before


def test_disabling_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), disabling(["strange-b"]):
        1 / 0  # noqa: B018
    assert DISABLED not in os.environ


@pytest.mark.parametrize(("value", "strict"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)])
def test_strictness_is_asked_for_by_the_environment(monkeypatch, value, strict):
    if value is not None:
        monkeypatch.setenv("MINNET_STRICT_PLUGINS", value)
    assert is_strict() is strict
