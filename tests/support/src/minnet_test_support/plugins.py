"""Plugins that tests write and install."""

from __future__ import annotations

from minnet_core import layers
from minnet_core.plugins import plugin_host
from minnet_core.testing import install_distribution

HEAD = "from minnet_core import hookimpl, hookspec\n"
"""What the modules of plugins begin with."""


def install(site, name, source, **points):
    """Install a distribution of one module, with an entry point in each group: ``minnet_hookspecs=":SPECS"``."""
    module = name.replace("-", "_")
    points = {
        group.replace("_", "."): {"it": f"{module}{suffix}"} for group, suffix in (points or {"minnet": ""}).items()
    }
    install_distribution(site, name, {module: HEAD + source}, entry_points=points)
    layers.refresh()


def plugin_of(distribution):
    """The one plugin of a distribution that is loaded."""
    (found,) = [plugin for plugin in plugin_host().loaded if plugin.distribution == distribution]
    return found
