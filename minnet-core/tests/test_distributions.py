from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import distribution, entry_points, version

import pytest

from minnet_core.testing import install_distribution


def test_single_module_is_a_real_distribution(site):
    install_distribution(
        site, "Strange.Thing", {"strange_thing": "x = 'ü'\n"}, entry_points={"a.group": {"n": "strange_thing:x"}}
    )
    assert version("strange-thing") == "0.1.0"
    (point,) = entry_points(group="a.group")
    assert (point.name, point.dist.name, point.load()) == ("n", "Strange.Thing", "ü")
    assert {str(file) for file in distribution("strange-thing").files} >= {"strange_thing.py"}


def test_modules_below_one_name_are_a_package(site):
    modules = {"strange_thing": "y = 1", "strange_thing.a.b": "z = 2", "strange_thing.c": "w = 3"}
    install_distribution(site, "strange-thing", modules)
    assert [import_module(name).__file__ is not None for name in modules] == [True] * 3
    assert (site / "strange_thing" / "a" / "__init__.py").read_text() == ""


def test_another_version_replaces_the_one_that_is_there(site):
    install_distribution(site, "strange-other", {"strange_other": "v = 0"})
    for number in ("2.0", "1.9", "10.0"):
        install_distribution(site, "strange_thing", {"strange_thing": f"v = {number!r}"}, version=number)
        sys.modules.pop("strange_thing", None)
        assert version("strange-thing") == number == import_module("strange_thing").v
        assert len(list(site.glob("*.dist-info"))) == 2


@pytest.mark.parametrize("modules", [{}, {"a": "", "b": ""}])
def test_modules_must_have_one_top_level_name(site, modules):
    with pytest.raises(ValueError, match="strange: expected modules below one top-level name, received"):
        install_distribution(site, "strange", modules)


def test_site_is_made(tmp_path):
    install_distribution(tmp_path / "a" / "b", "strange-thing", {"strange_thing": ""})
    assert (tmp_path / "a" / "b" / "strange_thing.py").exists()


def test_without_flit_core_it_says_what_to_install(site, monkeypatch):
    monkeypatch.setitem(sys.modules, "flit_core.wheel", None)
    with pytest.raises(ImportError, match=r"pip install 'minnet-core\[test\]'"):
        install_distribution(site, "strange-thing", {"strange_thing": ""})
