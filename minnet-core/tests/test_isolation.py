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


CLASS = "from minnet_core import Example, Module\nclass Strange(Module):\n    EXAMPLES = (Example(input=(2, 3)),)\n"
CTRL_C = "import signal; signal.raise_signal(signal.SIGINT)"


@pytest.mark.parametrize("source", [CTRL_C, f"{CLASS}    def __init__(self): {CTRL_C}\n", f"{CLASS}    {CTRL_C}\n"])
@pytest.mark.parametrize("command", ["plugins", "doctor"])
def test_an_interrupt_says_whose_code_it_ended(site, run_minnet, source, command):
    points = {"minnet.layers": {"Strange": "strange_a:Strange"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points)
    code, _, err = run_minnet(command)
    assert code == 1
    assert "while strange-a:Strange (strange-a 0.1.0, strange_a:Strange) was at work\n" in err
    assert err.endswith("Aborted!\n")


@pytest.mark.parametrize("command", [["--help"], ["layers"], ["plugins"], ["doctor"]])
def test_a_plugin_that_raises_an_interrupt_harms_no_command(site, run_minnet, command):
    install_distribution(
        site, "strange-a", {"strange_a": "raise KeyboardInterrupt"}, entry_points={"minnet": {"a": "strange_a"}}
    )
    _, out, err = run_minnet(*command)
    assert "Aborted" not in err
    assert "strange-a:a (strange-a 0.1.0, strange_a) cannot be loaded: KeyboardInterrupt" in out + err or command == [
        "layers"
    ]


def test_an_error_of_three_megabytes_is_told_in_a_few_lines(site, run_minnet):
    source = f"{CLASS}    def __init__(self): raise ValueError('x' * 3_000_000)\n"
    points = {"minnet.layers": {"Strange": "strange_a:Strange"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points)
    for command in (["plugins"], ["plugins", "--json"], ["doctor"]):
        _, out, err = run_minnet(*command)
        assert "cannot be constructed: ValueError: xxx" in out
        assert len(out + err) < 40_000
