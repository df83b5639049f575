"""What is wrong with what is installed: everything is loaded, made and asked, so that no surprise comes later."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import field, frozen, validators

from .contributions import contributions
from .declaration import LOCAL, Declaration
from .discovery import scan
from .egg_links import stale_egg_links
from .errors import PluginLoadError, ProtocolError
from .hints import nearest
from .installed import Installed
from .overhearing import prints
from .plugins import GROUP, SPECS_GROUP, plugin_host
from .protocol_version import PROTOCOL_GROUP
from .registries import REGISTRIES
from .registry import Registry
from .requirements import requirements
from .switches import switches

GROUPS = frozenset({GROUP, SPECS_GROUP, PROTOCOL_GROUP, *(f"minnet.{registry.kind}" for registry in REGISTRIES)})
"""The entry-point groups of the core; plugins may have others."""

KINDS = ("broken", "outdated", "ambiguous", "shadowed", "noisy")
"""What can be wrong, the worst first."""


@frozen
class Finding:
    """Something that is wrong with a distribution.

    Attributes:
        kind: ``broken``: it cannot be used; ``outdated``: it, or what it needs, is of a version that does not do;
            ``ambiguous``: a bare name of it means nothing, since another has it too; ``shadowed``: something of it is
            hidden by something else; ``noisy``: it prints where it should not.
        distribution: its name, or the file that should have told it.
        cause: what is wrong.
        remedy: what to do, often a command; empty if that cannot be said.
    """

    kind: str = field(validator=validators.in_(KINDS))
    distribution: str
    cause: str
    remedy: str = ""


def inspect_installation(own_commands: Collection[str] = ()) -> list[Finding]:
    """Load every component, plugin and hook that is enabled, make every component, and say what is wrong.

    Args:
        own_commands: names of commands that no plugin's can have.

    Raises:
        PluginLoadError: if ``MINNET_STRICT_PLUGINS`` is set and something fails.
    """
    from .testing import all_checks

    shadowed = list(_commands(own_commands))
    all_checks()  # whose hook may fail
    found = [*_components(), *shadowed]
    found += [_failed(plugin, failure) for plugin, failure in plugin_host().failures.items()]
    for installed in scan().distributions.values():
        if switches().allows(installed.name):
            found += _metadata(installed)
    found += _copies()
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.distribution, each.cause))


def _failed(declaration: Declaration, failure: PluginLoadError) -> Finding:
    kind = "outdated" if isinstance(failure.__cause__, ProtocolError) else "broken"
    return Finding(kind, declaration.distribution, failure.cause, failure.remedy)


def _components() -> Iterator[Finding]:
    from .testing.construction import construct_examples

    for registry in REGISTRIES:
        for declaration in registry.declarations():
            if declaration.distribution != LOCAL:
                yield from _names(registry, declaration)
                try:
                    construct_examples(declaration, registry.load(declaration))
                except PluginLoadError as failure:
                    yield _failed(declaration, failure)


def _names(registry: Registry, declaration: Declaration) -> Iterator[Finding]:
    name = declaration.name
    meant = [each.qualified for each in registry.candidates(name)]
    remedy = f"use {declaration.qualified}"
    if len(meant) > 1:
        cause = f"{name} means several {registry.kind}: {', '.join(meant)}"
        yield Finding("ambiguous", declaration.distribution, cause, f"{remedy}, or disable one distribution")
    elif not meant:
        cause = f"{name} among the {registry.kind} belongs to a first-party distribution, which is disabled"
        yield Finding("shadowed", declaration.distribution, cause, remedy)
    elif meant != [declaration.qualified]:
        cause = f"{name} among the {registry.kind} means {meant[0]}"
        yield Finding("shadowed", declaration.distribution, cause, remedy)


def _commands(own: Collection[str]) -> Iterator[Finding]:
    taken = dict.fromkeys(own, "the core")
    for each in contributions():
        name = str(each.command.name)
        if name in taken:
            yield Finding("shadowed", each.plugin.distribution, f"minnet {name} is the command of {taken[name]}")
        taken.setdefault(name, each.plugin.distribution)


def _metadata(installed: Installed) -> Iterator[Finding]:
    for each in requirements(installed):
        if each.version is None:
            cause = f"needs {each.text}, which is not installed"
            yield Finding("broken", installed.name, cause, f"pip install {each.text}")
        elif not each.is_met:
            cause = f"needs {each.text}, and {each.version} is installed"
            yield Finding("outdated", installed.name, cause, f"pip install {each.text}, or --upgrade {installed.name}")
    for group in sorted({group for group, _, _ in installed.points} - GROUPS):
        if meant := nearest(group, {known: known for known in GROUPS}, cutoff=0.85):
            yield Finding("broken", installed.name, f"declares something in {group}, which nobody reads", meant)
    for repeated in installed.repeated():
        yield Finding("shadowed", installed.name, f"declares {repeated} twice; the first counts")
    if said := prints(installed.name):
        first = next(filter(None, map(str.strip, said.splitlines())), said)
        yield Finding("noisy", installed.name, f"prints when it is loaded: {first!r}")


def _copies() -> Iterator[Finding]:
    for copy in scan().hidden:
        first = scan().distributions[copy.name]
        if (copy.version, sorted(copy.points)) != (first.version, sorted(first.points)):
            cause = f"{copy.version} in {copy.path.parent} is hidden by {first.version} in {first.path.parent}"
            yield Finding("shadowed", copy.name, cause, "remove one of them")
    for path, why in scan().unreadable:
        yield Finding("broken", path.name, f"{path}: {why}", "install it again, or delete it")
    for link, folder in stale_egg_links():
        yield Finding(
            "broken", link.name, f"{link} points to {folder}, which is gone", "delete it, or install it again"
        )
