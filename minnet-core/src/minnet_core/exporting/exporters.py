"""Which exporters there are: the core's own, and those of plugins, by the hook ``minnet_exporters``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..discovery import EXPORT_HOMES, FIRST_PARTY, installed, switches
from ..errors import ExportError
from ..plugins import plugin_host
from ..support import printable
from .exporter import Exporter
from .numpy_code import SUFFIX, write_numpy

HOOK = "minnet_exporters"

NUMPY = Exporter(".py", "a NumPy program, with its weights in .npz", write_numpy, beside=(SUFFIX,))
"""The core's own exporter."""


def installed_exporters() -> dict[str, Exporter]:
    """Return the exporter of each suffix; of two, a first-party one wins, then the first in alphabetical order."""
    host = plugin_host()
    found = {NUMPY.suffix: NUMPY}
    for plugin in sorted(host.loaded, key=lambda plugin: (plugin.distribution not in FIRST_PARTY, plugin.qualified)):
        for exporter in host.call(plugin, HOOK, _accept, True) or ():
            found.setdefault(exporter.suffix, exporter)
    return found


def exporter_for(path: str | os.PathLike[str]) -> Exporter:
    """Return the exporter that the suffix of a file asks for.

    Raises:
        ExportError: if there is none; says what to install, or which suffixes are known.
    """
    suffix = Path(path).suffix.lower()
    exporters = installed_exporters()
    if suffix in exporters:
        return exporters[suffix]
    home = EXPORT_HOMES.get(suffix)
    if home is not None:
        if installed(home) is None:
            state = f"not installed; pip install {home}"
        else:
            state = "disabled" if not switches().allows(home) else "broken; see: minnet plugins"
        raise ExportError(f"{suffix} files are written by {home}, which is {state}")
    known = [*sorted(exporters), *(f"{each} (by {home})" for each, home in sorted(EXPORT_HOMES.items()))]
    raise ExportError(
        f"expected a file whose suffix says its format, {', '.join(dict.fromkeys(known))}, "
        f"received {printable(repr(os.fspath(path)))}"
    )


def _accept(returned: Iterable[Exporter]) -> list[Exporter]:
    if isinstance(returned, Exporter):
        raise TypeError(f"expected a list of exporters, received one: return [{returned!r}]")
    exporters = list(returned)
    for exporter in exporters:
        if not isinstance(exporter, Exporter):
            raise TypeError(f"expected exporters, minnet_core.exporting.Exporter, received {exporter!r}")
    return exporters
