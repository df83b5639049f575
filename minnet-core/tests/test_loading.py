"""Whatever a plugin does while it is loaded, it harms no other, and it is told who did what."""

from __future__ import annotations

import signal
import sys

import pytest

from minnet_core import PluginLoadError, layers
from minnet_core.discovery.declaration import Declaration
from minnet_core.discovery.scan import installed
from minnet_core.errors import ProtocolError
from minnet_core.plugins.loading import guarded
from minnet_core.testing import install_distribution

LAYER = "from minnet_core import Module\nclass Strange(Module): ...\n"
STRANGER = Declaration("X", "strange-a", "1.0", "strange_a:X")


def install(site, source=LAYER, name="strange-a", **more):
    module = name.replace("-", "_")
    points = {"minnet.layers": {"Strange": f"{module}:Strange"}, **more.pop("points", {})}
    install_distribution(site, name, {module: source}, entry_points=points, **more)
    layers.refresh()


def failure():
    with pytest.raises(PluginLoadError) as caught:
        layers["Strange"]
    return caught.value


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no"), "ValueError: no"),
        (SystemExit(3), "SystemExit: 3"),
        (AssertionError(), "AssertionError"),
        (ValueError("two\n  lines"), "ValueError: two lines"),
        (ValueError("\udcff"), r"ValueError: \udcff"),
        (type("Mute", (Exception,), {"__str__": lambda self: 1 / 0})(), "Mute"),
        (type("Own", (BaseException,), {})("mine"), "Own: mine"),
    ],
)
def test_whatever_a_plugin_raises_says_who_did_it(error, told):
    with pytest.raises(PluginLoadError) as caught, guarded(STRANGER, "cannot be loaded"):
        raise error
    assert str(caught.value).startswith(
        f"strange-a:X (strange-a 1.0, strange_a:X) cannot be loaded: {told}, at {__file__}:"
    )
    assert caught.value.__cause__ is error
    assert caught.value.remedy == ""


def test_an_interrupt_is_the_users(site):
    with pytest.raises(KeyboardInterrupt) as caught, guarded(STRANGER, "cannot be loaded"):
        signal.raise_signal(signal.SIGINT)
    assert caught.value.__notes__ == ["while strange-a:X (strange-a 1.0, strange_a:X) was at work"]


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (["1"], None),
        (["99", "1"], None),
        (["99"], "written to version 99 of minnet's protocol, and this minnet-core speaks 1"),
        (["0"], "written to version 0 of minnet's protocol, and this minnet-core speaks 1"),
        (["3", "2"], "written to version 2 or 3 of minnet's protocol"),
        (["new"], "written to version new of minnet's protocol"),
    ],
)
def test_a_distribution_is_used_if_it_is_written_to_a_protocol_that_is_spoken(site, versions, told):
    points = {"minnet.protocol": dict.fromkeys(versions, "strange_a")}
    install(site, LAYER if told is None else "raise KeyboardInterrupt", points=points)
    if told is None:
        assert layers["Strange"].__name__ == "Strange"
        return
    error = failure()
    assert f"(strange-a 0.1.0, strange_a:Strange) cannot be loaded: strange-a 0.1.0 is {told}" in str(error)
    assert isinstance(error.__cause__, ProtocolError)
    assert "strange_a" not in sys.modules
    old = "minnet-core" if versions != ["0"] and versions != ["new"] else "strange-a"
    assert error.remedy == f"pip install --upgrade {old}"


def test_the_window_of_protocols_reaches_from_the_floor_to_the_current_one(site, monkeypatch):
    monkeypatch.setattr("minnet_core.discovery.protocol_version.PROTOCOL", 5)
    monkeypatch.setattr("minnet_core.discovery.protocol_version.PROTOCOL_FLOOR", 3)
    for version in range(1, 8):
        install(site, points={"minnet.protocol": {str(version): "strange_a"}})
        assert ("Strange" in layers) is True
        if 3 <= version <= 5:
            assert layers["Strange"]
        else:
            assert "speaks 3 to 5" in str(failure())


def test_a_missing_dependency_is_named_with_the_command_that_installs_it(site):
    requires = ["minnet-core", "absent-thing >=2", "other-thing; extra == 'test'"]
    install(site, "import absent_thing", requires=requires)
    assert failure().remedy == "pip install 'absent-thing>=2'"
    assert f"No module named 'absent_thing', at {site / 'strange_a.py'}:1; pip install 'absent-thing>=2'" in str(
        failure()
    )


def test_a_module_that_is_missing_though_nothing_is_required_has_no_remedy(site):
    install(site, "import absent_thing")
    assert failure().remedy == ""
    assert installed("strange-a").requires == ()


def test_an_editable_source_that_is_gone_is_said_to_be_gone(site):
    install(site)
    path = installed("strange-a").path
    (path / "direct_url.json").write_text('{"url": "file:///gone/away", "dir_info": {"editable": true}}')
    (site / "strange_a.py").unlink()
    layers.refresh()
    assert "its source /gone/away is gone: pip uninstall strange-a, or install it again" in failure().remedy


def test_an_error_that_is_no_import_error_has_no_remedy(site):
    install(site, "1 / 0", requires=["absent-thing"])
    assert failure().remedy == ""


def test_refresh_tries_again_what_failed(site):
    install(site, "1 / 0")
    assert "ZeroDivisionError" in str(failure())
    (site / "strange_a.py").write_text(LAYER)
    assert "ZeroDivisionError" in str(failure())
    layers.refresh()
    assert layers["Strange"].__name__ == "Strange"
