from __future__ import annotations

import pytest

from minnet_core import Module, Sequential, layers
from minnet_core.plugins import plugin_host
from minnet_core.plugins.captured_output import capture_output, output_of
from minnet_core.testing import install_distribution, isolated


def make(name):
    return type(name, (Module,), {"__module__": "mine"})


def test_what_is_registered_overridden_and_loaded_is_another_inside_and_the_same_afterwards(site):
    source = "from minnet_core import hookimpl\n@hookimpl\ndef minnet_checks(): return []\n"
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet": {"a": "strange_a"}})
    mine = layers.register(make("Mine"))
    host = plugin_host()
    before = list(host.loaded)
    with layers.override("Sequential", mine):
        with isolated(tuple):
            assert list(layers) == []
            assert plugin_host() is not host
            assert plugin_host().loaded == []
            layers.register(make("Inner"))
            assert list(layers) == ["Inner"]
        assert layers["Sequential"] is layers["Mine"] is mine
    assert layers["Sequential"] is Sequential
    assert "Inner" not in layers
    assert plugin_host() is host
    assert host.loaded == before
    assert [each.distribution for each in before if each.distribution == "strange-a"]


def test_isolation_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), isolated(tuple):
        1 / 0  # noqa: B018
    assert "Sequential" in layers


def test_isolation_nests(site):
    with isolated(tuple):
        with isolated():
            assert "Sequential" in layers
        assert "Sequential" not in layers


def test_what_was_printed_outside_is_not_remembered_inside_and_is_again_afterwards():
    with capture_output("strange-speaker"):
        print("outside")
    with isolated():
        assert output_of("strange-speaker") == ""
        with capture_output("strange-speaker"):
            print("inside")
    assert output_of("strange-speaker") == "outside\n"
