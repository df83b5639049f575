"""Tuples in configs, which JSON does not have."""

from __future__ import annotations

import json

import pytest

from minnet_core import ConfigError, Module, build, layers, to_config


class Holder(Module):
    def __init__(self, value):
        super().__init__()
        self.value = value


@pytest.fixture(autouse=True)
def _registered():
    layers.register(Holder)


def round_trip(component):
    config = to_config(component)
    assert json.loads(json.dumps(config, allow_nan=False)) == config
    again = build(config)
    assert to_config(again) == config
    return again


@pytest.mark.parametrize("value", [(2, 3), (), [(1, 0), (0, 2)], ((1, (2,)), [3]), {"pad": (1, 2)}, [2, 3]])
def test_a_tuple_comes_back_as_one_and_a_list_as_a_list(value):
    again = round_trip(Holder(value))
    assert again.value == value
    assert type(again.value) is type(value)


class Window(Module):
    """Takes only tuples, as many a convolution does."""

    def __init__(self, size=(3, 3)):
        super().__init__()
        assert isinstance(size, tuple)
        self.size = size


def test_a_list_is_a_tuple_for_an_argument_whose_default_is_one():
    with layers.override("local:Window", Window):
        assert to_config(Window((2, 1))) == {"class": "local:Window", "size": [2, 1]}
        assert round_trip(Window((2, 1))).size == (2, 1)
        assert build({"class": "local:Window", "size": [4, 4]}).size == (4, 4)


@pytest.mark.parametrize(
    "value", [{"class": "tuple"}, {"class": "tuple", "items": 3}, {"class": "tuple", "items": [], "n": 1}]
)
def test_a_tuple_of_another_form_is_refused(value):
    with pytest.raises(ConfigError, match="expected a tuple such as"):
        build({"class": "local:Holder", "value": value})
