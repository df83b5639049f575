"""What a failure says is to be done, and where it happened."""

from __future__ import annotations

import pytest

from minnet_core import PluginLoadError, layers
from minnet_core.discovery.scan import installed
from minnet_core.support.tracebacks import where_raised
from minnet_core.testing import install_distribution

LAYER = "from minnet_core import Module\nclass Snake(Module): ...\n"


def failure(site, source, target, name="Snake", **modules):
    sources = {"strange_a": source, **{f"strange_a.{module}": text for module, text in modules.items()}}
    install_distribution(site, "strange-a", sources, entry_points={"minnet.layers": {name: target}})
    layers.refresh()
    with pytest.raises(PluginLoadError) as caught:
        layers[name]
    return caught.value


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("strange_a:Sanke", "did you mean 'strange_a:Snake'?"),
        ("strange_a:Other", "did you mean 'strange_a:Snake'?"),
        ("strange_a", "did you mean 'strange_a:Snake'?"),
    ],
)
def test_an_entry_point_that_misses_its_class_is_to_be_corrected(site, target, hint):
    remedy = failure(site, LAYER, target).remedy
    assert remedy.startswith(hint)
    assert remedy.endswith("correct the entry point in its pyproject.toml, and install it again")


def test_an_entry_point_that_names_the_module_of_its_class_is_to_be_corrected(site):
    error = failure(site, "from . import mish", "strange_a:mish", mish=LAYER)
    assert error.remedy.startswith("did you mean 'strange_a.mish:Snake'?; correct the entry point")


def test_a_remedy_that_fails_hides_nothing(site):
    install_distribution(
        site, "strange-a", {"strange_a": "import absent_thing"}, entry_points={"minnet.layers": {"X": "strange_a:X"}}
    )
    (site / "strange_a-0.1.0.dist-info" / "direct_url.json").write_text('{"url": 5, "dir_info": {"editable": true}}')
    layers.refresh()
    assert installed("strange-a") is not None
    with pytest.raises(PluginLoadError, match="No module named 'absent_thing'"):
        layers["X"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import numpy as np\n\nnp.zeros(-1)", 3),
        ("def f():\n    raise ValueError\n\n\nf()", 2),
        ("import json\njson.loads('{')", 2),
    ],
)
def test_the_place_is_the_innermost_line_of_the_plugins_own_code(site, source, line):
    assert str(failure(site, source, "strange_a:Snake")).endswith(f", at {site / 'strange_a.py'}:{line}")


def test_the_place_of_a_syntax_error_is_the_line_that_is_wrong(site):
    error = failure(site, "from . import wrong", "strange_a:Snake", wrong="x = 1\ndef broken(:\n")
    assert str(error).endswith(f", at {site / 'strange_a' / 'wrong.py'}:2")


def test_what_was_raised_nowhere_has_no_place():
    assert where_raised(ValueError("never raised")) == ""
