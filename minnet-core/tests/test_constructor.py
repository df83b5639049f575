from __future__ import annotations

import pytest

from minnet_core import ConfigError, Module
from minnet_core.nn import construct, given_arguments


class Layer(Module):
    def __init__(self, a, /, b=2, *rest, c, **more):
        super().__init__()
        self.received = (a, b, rest, c, more)


class Refuses(Module):
    def __init__(self, error):
        raise error


def test_given_arguments_are_those_that_were_given():
    assert given_arguments(Layer(1, c=3)) == {"a": 1, "c": 3}
    assert given_arguments(Layer(1, 2, 5, 6, c=3, x=4)) == {"a": 1, "b": 2, "rest": (5, 6), "c": 3, "x": 4}


def test_construct_takes_what_given_arguments_returns():
    arguments = given_arguments(Layer(1, 2, 5, 6, c=3, x=4))
    assert construct(Layer, (), arguments).received == (1, 2, (5, 6), 3, {"x": 4})
    assert construct(Layer, (1,), {"c": 3}).received == (1, 2, (), 3, {})


@pytest.mark.parametrize("error", [TypeError("bad"), ValueError("bad")])
def test_refusal_of_a_constructor_is_a_config_error_with_its_cause(error):
    with pytest.raises(ConfigError, match=r"^here: bad$") as caught:
        construct(Refuses, (error,), {}, "here: ")
    assert caught.value.__cause__ is error


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError):
        construct(Refuses, (ZeroDivisionError(),), {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"a": 1}, "missing a required .*argument: 'c'"), ({"c": 1}, "missing a required .*argument: 'a'")],
)
def test_missing_argument_is_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        construct(Layer, (), arguments)


@pytest.mark.parametrize(("name", "hint"), [("eror", "did you mean 'error'[?]"), ("xyz", "it takes error")])
def test_unknown_argument_is_named_with_a_hint(name, hint):
    with pytest.raises(ConfigError, match=f"^here: unknown argument '{name}'; {hint}$"):
        construct(Refuses, (), {name: 1}, "here: ")
