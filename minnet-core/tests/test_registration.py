"""Classes that a program registers, and names that it overrides for a while."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from minnet_core import Module, PluginLoadError, Sequential, layers
from minnet_core.testing import install_distribution


def install(site, distribution, name, source="from minnet_core import Module\nclass Twice(Module): ...\n"):
    """Install a distribution with one layer."""
    module = distribution.replace("-", "_")
    points = {"minnet.layers": {name: f"{module}:{name}"}}
    install_distribution(site, distribution, {module: source}, entry_points=points)


def make(name="Local"):
    return type(name, (Module,), {"__module__": "__main__"})


def test_registered_class_wins_over_strangers_but_not_over_first_party(site):
    install(site, "strange-a", "Twice")
    install(site, "strange-b", "Twice")
    cls = layers.register(make("Twice"))
    assert layers["Twice"] is layers["local:Twice"] is cls
    other = layers.register(make("Sequential"))
    assert layers["Sequential"] is Sequential
    assert layers["local:Sequential"] is other
    assert {"Twice", "local:Sequential"} <= set(layers)
    assert layers.declaration_of(cls).qualified == "local:Twice"


def test_registering_is_a_decorator_takes_a_name_and_replaces():
    @layers.register
    class Mine(Module):
        pass

    assert layers["Mine"] is Mine
    again = make("Mine")
    layers.register(again)
    assert layers["Mine"] is again
    assert layers.register(again, "Other") is layers["Other"]
    layers.refresh()
    assert layers["Mine"] is again


@pytest.mark.parametrize("value", [3, int, Module(), "Sequential", None])
def test_only_classes_of_the_kind_can_be_registered(value):
    with pytest.raises(TypeError, match="expected a subclass of Module for layers, received "):
        layers.register(value, "Bad")
    with (
        pytest.raises(TypeError, match="expected a subclass of Module for layers, received "),
        layers.override("X", value),
    ):
        pass
    assert "Bad" not in layers


def test_override_lasts_as_long_as_its_context_and_nests():
    first, second = make(), make()
    with layers.override("Sequential", first):
        with layers.override("Sequential", second), layers.override("Fresh", second):
            assert layers["Sequential"] is layers["Fresh"] is second
            assert "Fresh" in layers
        assert layers["Sequential"] is first
        assert "Fresh" not in layers
        assert layers["minnet-core:Sequential"] is Sequential
    assert layers["Sequential"] is Sequential


def test_override_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), layers.override("Sequential", make()):
        1 / 0  # noqa: B018
    assert layers["Sequential"] is Sequential


def test_overrides_end_one_by_one_in_any_order():
    class A(Module): ...

    class B(Module): ...

    first, second = layers.override("One", A), layers.override("Two", B)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert "One" not in layers
    assert layers["Two"] is B
    second.__exit__(None, None, None)
    assert "Two" not in layers


def test_overrides_of_one_name_end_in_any_order():
    first, second = make(), make()
    one, other = layers.override("Sequential", first), layers.override("Sequential", second)
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert layers["Sequential"] is second
    other.__exit__(None, None, None)
    assert layers["Sequential"] is Sequential


def test_registering_a_class_does_not_try_a_broken_one_again(site):
    install(site, "strange-b", "Broken", source="import sys\nsys.tried = getattr(sys, 'tried', 0) + 1\n1 / 0")
    for number in range(3):
        with pytest.raises(PluginLoadError):
            layers["Broken"]
        layers.register(make(f"Mine{number}"))
    assert sys.__dict__.pop("tried") == 1


def test_a_cell_that_is_run_twice_registers_its_new_class():
    layers.register(make("Mine"))
    assert layers["Mine"] is not None
    again = layers.register(make("Mine"))
    assert layers["Mine"] is layers["local:Mine"] is again


@pytest.fixture
def together():
    """Run functions in threads that are switched as often as Python can; raise what any of them raises."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield lambda *functions: _together(functions)
    sys.setswitchinterval(interval)


def _together(functions):
    with ThreadPoolExecutor(len(functions)) as pool:
        for future in [pool.submit(function) for function in functions]:
            future.result()


def test_threads_may_override_a_name_while_others_look_it_up(together):
    mine = make("Mine")

    def override():
        for _ in range(2000):
            with layers.override("Sequential", mine):
                assert layers["Sequential"] is mine

    def look_up():
        for _ in range(4000):
            assert layers["Sequential"] in (mine, Sequential)
            assert "Sequential" in layers

    together(override, override, look_up, look_up)
    assert layers["Sequential"] is Sequential


def test_threads_may_register_classes_while_others_look_them_up(together):
    classes = [[make(f"Mine{thread}x{index}") for index in range(200)] for thread in range(3)]

    def register(own):
        for cls in own:
            layers.register(cls)
            assert layers[cls.__name__] is cls, "what a thread has registered it finds, whatever others do"
            layers.register(cls)

    together(*(partial(register, own) for own in classes))
    assert {cls.__name__ for own in classes for cls in own} <= set(layers)
