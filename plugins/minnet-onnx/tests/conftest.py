from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from minnet_core import hookimpl
from minnet_core.plugins import plugin_host

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[type, Any]], None]]:
    """Have one more plugin say by the hook what classes are in ONNX, while the test lasts."""
    host = plugin_host()
    (own,) = [plugin for plugin in host.loaded if plugin.distribution == "minnet-onnx"]
    plugins: list[ModuleType] = []

    def say(said: Mapping[type, Any]) -> None:
        plugin = ModuleType("stranger")
        plugin.minnet_export = hookimpl(lambda: said)  # type: ignore[attr-defined]
        plugins.append(plugin)
        from attrs import evolve

        declared = evolve(own, name="stranger", distribution="stranger", target="stranger")
        host.manager.register(plugin, declared.qualified)
        host.loaded.append(declared)
        undo.append(declared)

    undo: list[Any] = []
    yield say
    for declared in undo:
        host.loaded.remove(declared)
        host.manager.unregister(name=declared.qualified)
