"""``minnet plugins``."""

from __future__ import annotations

import click
from attrs import asdict

from ...discovery import Declaration, InstalledDistribution, scan, switches
from ...plugins import plugin_host
from ...registry import all_registries
from ...support import echo_table
from ..contributions import contributions
from ..listing import as_json, echo_json, records
from .doctor import STYLES, findings

_COLUMNS = ("distribution", "version", "state", "provides")


@click.command()
@as_json
@click.pass_context
def plugins(context: click.Context, as_json: bool) -> None:
    """List what each distribution provides, and what is broken and why.

    Imports and constructs every component; exits with 1 if any cannot be used. `minnet doctor` says what to do about
    it.
    """
    found = findings(context)
    worst: dict[str, str] = {}
    for finding in found:
        worst.setdefault(finding.distribution, finding.kind)
    behaviour = [(each.plugin.distribution, f"minnet {each.command.name}") for each in contributions()]
    behaviour += [(plugin.distribution, hook) for plugin in plugin_host().loaded for hook in _hooks(plugin)]
    rows = []
    for each in scan().distributions.values():
        provided = [*_components(each), *(what for distribution, what in behaviour if distribution == each.name)]
        rows.append((each.name, each.version, _state(each, worst), ", ".join(provided) or "-"))
    if as_json:
        problems = [asdict(finding) for finding in found]
        echo_json({"distributions": records(_COLUMNS, rows), "problems": problems})
    else:
        echo_table(_COLUMNS, rows, wrap=["provides"], styles=STYLES)
        if found:
            click.echo()
            causes = [(finding.kind, finding.distribution, finding.cause) for finding in found]
            echo_table(("kind", "distribution", "cause"), causes, wrap=["cause"], styles=STYLES)
    if any(finding.kind in ("broken", "outdated") for finding in found):
        raise click.exceptions.Exit(1)


def _state(installed: InstalledDistribution, worst: dict[str, str]) -> str:
    return worst.get(installed.name, "ok") if switches().allows(installed.name) else "disabled"


def _hooks(plugin: Declaration) -> list[str]:
    """The hooks of a plugin, apart from those whose outcome is listed."""
    listed = {"minnet_commands", "minnet_register_components", "minnet_registries"}
    return sorted(plugin_host().hooks(plugin) - listed)


def _components(installed: InstalledDistribution) -> list[str]:
    """The names of the components of a distribution; of a disabled one, those that its metadata say."""
    names: set[str] = set()
    for registry in all_registries():
        declared = [*registry.declarations(), *registry.disabled()]
        names |= {each.name for each in declared if each.distribution == installed.name}
    return sorted(names, key=lambda name: (name.lower(), name))
