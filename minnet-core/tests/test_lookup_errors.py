"""What is said of a name that is not found: what it may have meant, or what to install."""

from __future__ import annotations

import pytest

from minnet_core import Module, UnknownComponentError, criterions, layers
from minnet_core.discovery.scan import discovering
from minnet_core.registry import Registry
from minnet_core.testing import install_distribution


@pytest.fixture(autouse=True)
def _stranger(site):
    """A distribution with one layer."""
    source = "from minnet_core import Module\nclass StrangeA(Module): ...\n"
    points = {"minnet.layers": {"StrangeA": "strange_a:StrangeA"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points)
    layers.refresh()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("StrangeAA", r"did you mean 'StrangeA'\?$"),
        ("strangea", r"did you mean 'StrangeA'\?$"),
        ("strange-a:Strange", r"did you mean 'StrangeA'"),  # or others that are installed
        ("Zzzzzz", r"; (see: minnet layers|minnet-layers is not installed; pip install minnet-layers)$"),
        ("Absent_Package:Layer", r": absent-package is not installed$"),
        ("minnet-absent:Layer", r": minnet-absent is not installed; pip install minnet-absent$"),
        (
            "homework.py:Layer",
            r": a class in a file is found when that is imported, if you trust it: --import homework.py",
        ),
        ("torch.nn.StrangeA", r"did you mean 'StrangeA'\?$"),
        ("Str", r"did you mean 'StrangeA'\?$"),
        ("strange-a", r": that is a distribution, which has StrangeA$"),
        ("local:Mine", r"; define its class and register it: minnet_core.layers.register\(Mine\)$"),
    ],
)
def test_unknown_name_says_what_to_do(site, name, hint):
    with pytest.raises(UnknownComponentError, match=rf"^no distribution registers '{name}' in layers.*{hint}"):
        layers[name]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Loss", r"; it is among the criterions: minnet_core.criterions\['Loss'\]$"),
        ("strange-c:Loss", r": strange-c is installed, and registers none; see: minnet plugins$"),
        ("strange-b:StrangeA", r": strange-b is not installed; did you mean 'strange-a:StrangeA'\?$"),
        ("pip-install:StrangeA", r": pip-install is not installed$"),
    ],
)
def test_what_is_unknown_here_may_be_known_elsewhere(site, name, hint):
    source = "from minnet_core import Criterion\nclass Loss(Criterion): ...\n"
    points = {"minnet.criterions": {"Loss": "strange_c:Loss"}}
    install_distribution(site, "strange-c", {"strange_c": source}, entry_points=points)
    with pytest.raises(UnknownComponentError, match=hint):
        layers[name]


@pytest.mark.parametrize(("registry", "home"), [(layers, "minnet-layers"), (criterions, "minnet-criterions")])
def test_where_our_own_package_is_missing_it_is_named(registry, home):
    with (
        discovering(tuple),
        pytest.raises(UnknownComponentError, match=f"{home} is not installed; pip install {home}$"),
    ):
        registry["Linear"]


def test_looking_a_name_up_in_a_registry_of_a_strangers_kind_has_no_home_to_name():
    with pytest.raises(UnknownComponentError, match="see: minnet recipes$"):
        Registry("recipes", lambda: Module)["Soup"]


def test_what_is_unknown_in_a_registry_of_a_strangers_kind_may_be_known_in_one_of_ours():
    with pytest.raises(UnknownComponentError, match=r"; it is among the layers: minnet_core.layers\['StrangeA'\]$"):
        Registry("recipes", lambda: Module)["StrangeA"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [(b"[minnet.layers\nX = a:X", "its metadata cannot be read"), (None, "ZeroDivisionError: division")],
)
def test_what_is_known_of_a_distribution_that_registers_nothing_is_told(site, damage, told):
    source = "from minnet_core import hookimpl\n@hookimpl\ndef minnet_register_components(registrar): 1 / 0\n"
    install_distribution(site, "strange-b", {"strange_b": source}, entry_points={"minnet": {"b": "strange_b"}})
    if damage:
        (site / "strange_b-0.1.0.dist-info" / "entry_points.txt").write_bytes(damage)
    with pytest.raises(UnknownComponentError, match=told):
        layers["strange-b:X"]
