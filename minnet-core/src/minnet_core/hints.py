"""What to say when a name is not found: what it may have meant, or what to install."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .declaration import LOCAL, canonical
from .discovery import installed
from .first_party import HOMES

if TYPE_CHECKING:
    from .registry import Registry


def nearest(name: str, known: dict[str, str], cutoff: float = 0.6) -> str:
    """Say which known names are near.

    Args:
        name: what was written.
        known: what may have been meant -> how to write it.
        cutoff: how near, from 0 to 1.

    Returns:
        ``did you mean 'ReLU' or 'ELU'?``, or nothing.

    >>> nearest("relu", {"ReLU": "ReLU", "Linear": "Linear"})
    "did you mean 'ReLU'?"
    """
    folded = {each.lower(): written for each, written in known.items()}
    close = [folded[match] for match in get_close_matches(name.lower(), folded, n=3, cutoff=cutoff)]
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""


def unknown_component(name: str, *registries: Registry) -> str:
    """Say that registries have no component of a name, and what to do."""
    distribution, _, bare = name.rpartition(":")
    distribution = canonical(distribution)
    kinds = " or ".join(registry.kind for registry in registries)
    message = f"no distribution registers {name!r} in {kinds}"
    if distribution == LOCAL:
        return f"{message}; define its class and register it: minnet_core.{registries[0].kind}.register({bare})"
    off = [each for registry in registries for each in registry.disabled() if each.name == bare]
    disabled = sorted({each.provider for each in off if distribution in ("", each.distribution)})
    if disabled:
        return f"{message}: {', '.join(disabled)} is disabled by MINNET_PLUGINS or MINNET_DISABLE_PLUGINS"
    declared = [(registry, each) for registry in registries for each in registry.declarations()]
    if distribution and distribution not in {each.distribution for _, each in declared}:
        if installed(distribution):
            return f"{message}: {distribution} is installed, and registers none; see: minnet plugins"
        having = {each.distribution: each.qualified for _, each in declared if each.name == bare}
        return f"{message}: {distribution} is not installed; {nearest(distribution, having) or _install(distribution)}"
    known = {each.name: registry.shortest(each) for registry, each in declared}
    return f"{message}; {nearest(bare, known) or _elsewhere(bare, registries)}"


def _install(distribution: str) -> str:
    return f"pip install {distribution}"


def _elsewhere(bare: str, registries: Sequence[Registry]) -> str:
    """Say where else a bare name may be found."""
    from .registries import REGISTRIES

    for other in REGISTRIES:
        if all(other is not registry for registry in registries) and other.candidates(bare):
            return f"it is among the {other.kind}: minnet_core.{other.kind}[{bare!r}]"
    kinds = [registry.kind for registry in registries]
    absent = [home for home in map(HOMES.get, kinds) if home and installed(home) is None]
    if absent:
        return f"{' and '.join(absent)} is not installed; {_install(' '.join(absent))}"
    return f"see: {', '.join(f'minnet {kind}' for kind in kinds)}"
