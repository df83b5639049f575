"""What to say when a name is not found: what it may have meant, or what to install."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..discovery import HOMES, LOCAL, canonical, installed, is_distribution_name, scan
from ..plugins import plugin_host
from ..support import did_you_mean, nearest, spelled

if TYPE_CHECKING:
    from .registry import Registry

DISABLED_BY = "disabled, by -p no:NAME, MINNET_PLUGINS or MINNET_DISABLE_PLUGINS"


def unknown_component(name: str, registries: Sequence[Registry], others: Sequence[Registry] = ()) -> str:
    """Say that registries have no component of a name, and what to do; it may have been meant for one of ``others``."""
    distribution, colon, bare = name.partition(":") if ":" in name else ("", "", name)
    distribution = canonical(distribution)
    kinds = " or ".join(registry.kind for registry in registries)
    message = f"no distribution registers {name!r}{spelled(name)} in {kinds}"
    if distribution == LOCAL:
        cls = bare if bare.isidentifier() else f"cls, {bare!r}"
        return f"{message}; define its class and register it: minnet_core.{registries[0].kind}.register({cls})"
    off = [each for registry in registries for each in registry.disabled() if each.name == bare]
    disabled = sorted({each.provider for each in off if distribution in ("", each.distribution)})
    if disabled:
        return f"{message}: {', '.join(disabled)} is {DISABLED_BY}"
    declared = [(registry, each) for registry in registries for each in registry.declarations()]
    if colon and distribution not in {each.distribution for _, each in declared}:
        having = {each.distribution: each.qualified for _, each in declared if each.name == bare}
        return f"{message}: {_absent(name, distribution, nearest(distribution, having))}"
    components = sorted(each.name for _, each in declared if each.distribution == canonical(bare))
    if components:
        return f"{message}: that is a distribution, which has {', '.join(components)}"
    known = {each.name: registry.shortest(each) for registry, each in declared}
    last = bare.rpartition(".")[2]  # of torch.nn.ReLU
    return f"{message}; {nearest(last, known) or _beginning(last, known) or _elsewhere(last, registries, others)}"


def _absent(name: str, distribution: str, near: str) -> str:
    """Say what is known of a distribution that registers nothing of a kind."""
    for path, why in scan().unreadable:
        if canonical(path.name.partition("-")[0]) == distribution:
            return f"{path}: {why}"
    for plugin, failure in list(plugin_host().failures.items()):
        if plugin.distribution == distribution:
            return failure.cause
    if installed(distribution):
        return f"{distribution} is installed, and registers none; see: minnet plugins"
    if name.partition(":")[0].endswith(".py"):
        file = name.partition(":")[0]
        return (
            f"a class in a file is found when that is imported, if you trust it: --import {shlex.quote(file)}, "
            f"or minnet_core.import_components({file!r})"
        )
    # Only of names like ours: whoever mistypes another must not be told to install whatever has it.
    is_like_ours = distribution.startswith("minnet-") and is_distribution_name(distribution)
    advice = near or (f"pip install {distribution}" if is_like_ours else "")
    return "; ".join(filter(None, [f"{distribution} is not installed", advice]))


def _beginning(bare: str, known: dict[str, str]) -> str:
    """Say which known names begin with what was written."""
    if len(bare) < 2:
        return ""
    return did_you_mean(sorted(written for name, written in known.items() if name.lower().startswith(bare.lower())))


def _elsewhere(bare: str, registries: Sequence[Registry], others: Sequence[Registry]) -> str:
    """Say where else a bare name may be found."""
    for other in others:
        if all(other is not registry for registry in registries) and other.candidates(bare):
            return f"it is among the {other.kind}: minnet_core.{other.kind}[{bare!r}]"
    kinds = [registry.kind for registry in registries]
    absent = [home for home in map(HOMES.get, kinds) if home and installed(home) is None]
    if absent:
        return f"{' and '.join(absent)} is not installed; pip install {' '.join(absent)}"
    return f"see: {', '.join(f'minnet {kind}' for kind in kinds)}"
