from __future__ import annotations

import os

import pytest

from minnet_core.discovery.environment import (
    DISABLED,
    Switches,
    disable,
    is_strict,
    preserved,
    switches,
    without_strict_plugins,
)

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
def test_disabling_adds_to_the_variable_which_can_be_kept(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv(DISABLED, before)
    with preserved(DISABLED):
        disable(["strange-b"])
        assert not switches().allows("strange-b")
        assert switches().allows("strange-a") is (before is None)
        assert os.environ[DISABLED].split(",")[-1] == "strange-b", "processes that are started inherit it"
    assert os.environ.get(DISABLED) == before


def test_a_switch_is_kept_whatever_is_raised():
    with pytest.raises(ZeroDivisionError), preserved(DISABLED):
        os.environ[DISABLED] = str(1 / 0)
    assert DISABLED not in os.environ


def test_leniency_lasts_as_long_as_its_context(monkeypatch):
    monkeypatch.setenv("MINNET_STRICT_PLUGINS", "1")
    with without_strict_plugins():
        assert not is_strict()
    assert is_strict()


@pytest.mark.parametrize(
    ("value", "strict"),
    [(None, False), ("", False), ("0", False), ("False", False), ("off", False), ("1", True), ("yes", True)],
)
def test_strictness_is_asked_for_by_the_environment(monkeypatch, value, strict):
    if value is not None:
        monkeypatch.setenv("MINNET_STRICT_PLUGINS", value)
    assert is_strict() is strict
