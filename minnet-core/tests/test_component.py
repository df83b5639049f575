from __future__ import annotations

import copy
import functools
import inspect
import pickle
from dataclasses import dataclass

import pytest

from minnet_core import Criterion, Module, to_config
from minnet_core.nn.component import Component


class Base(Component):
    def __init__(self, a, *rest, b=2, **more):
        pass


class Inherits(Base):
    pass


@pytest.mark.parametrize("cls", [Base, Inherits])
def test_arguments_are_remembered_as_they_were_given(cls):
    component = cls(1, 2, b=3, c=[4])
    assert component._arguments == ((1, 2), {"b": 3, "c": [4]})


def test_plain_containers_are_copied_and_all_else_is_kept():
    class MyList(list):
        pass

    inner, mine, module = [1], MyList([2]), Module()
    component = Base((inner, {"k": inner}), mine, b=module)
    (first, second), keywords = component._arguments
    inner.append(9)
    assert first == ([1], {"k": [1]})
    assert second is mine
    assert keywords["b"] is module


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_remember_too(duplicate):
    assert duplicate(Module())._arguments == ((), {})
    assert duplicate(Base(1, c=[2]))._arguments == ((1,), {"c": [2]})


def test_signature_is_that_of_init_even_if_it_is_replaced():
    def logged(cls):
        init = cls.__init__

        @functools.wraps(init)
        def wrapper(self, *args, **kwargs):
            init(self, *args, **kwargs)

        cls.__init__ = wrapper
        return cls

    @logged
    class Decorated(Component):
        def __init__(self, n, *, p=0.5):
            pass

    assert str(inspect.signature(Decorated)) == "(n, *, p=0.5)"
    assert str(inspect.signature(Inherits)) == "(a, *rest, b=2, **more)"
    assert str(inspect.signature(Criterion)) == "()"


def test_representation_is_the_name_of_the_class():
    assert repr(Inherits(1)) == "Inherits"


def test_dataclass_layer_knows_its_arguments():
    @dataclass(repr=False, eq=False)
    class Scale(Module):
        factor: float = 1.0

    assert to_config(Scale(2.0)) == {"class": "local:Scale", "factor": 2.0}
