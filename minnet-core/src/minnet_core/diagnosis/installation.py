"""What is wrong with what is installed: everything is loaded, made and asked, so that no surprise comes later."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..cli import contributions
from ..discovery import DISABLED, FIRST_PARTY, LOCAL, Declaration, lenient
from ..errors import PluginLoadError, ProtocolError
from ..plugins import plugin_host
from ..registry import REGISTRIES, Registry, all_registries
from .finding import KINDS, Finding
from .metadata import inspect_metadata


def inspect_installation(own_commands: Collection[str] = ()) -> list[Finding]:
    """Load every component, plugin and hook that is enabled, make every component, and say what is wrong.

    ``MINNET_STRICT_PLUGINS`` does not count here: it would have nothing found but the first failure.

    Args:
        own_commands: names of commands that no plugin's can have.
    """
    from ..testing import all_checks

    with lenient():
        shadowed = list(_commands(own_commands))
        all_checks()  # whose hook may fail
        found = [*_components(), *shadowed]
        found += [_failed(plugin, failure) for plugin, failure in plugin_host().failures.items()]
        found += inspect_metadata()
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.distribution, each.cause))


def _failed(declaration: Declaration, failure: PluginLoadError) -> Finding:
    kind = "outdated" if isinstance(failure.__cause__, ProtocolError) else "broken"
    return Finding(kind, declaration.distribution, failure.cause, failure.remedy or _whom_to_tell(declaration))


def _whom_to_tell(declaration: Declaration) -> str:
    """Of a bug nothing else can be said, and how to do without what has it."""
    if declaration.distribution in FIRST_PARTY:
        return "this is a bug of minnet"
    return f"tell the authors of {declaration.distribution}; until then, {DISABLED}={declaration.distribution}"


def _components() -> Iterator[Finding]:
    from ..testing import construct_examples

    for registry in all_registries():
        for declaration in registry.declarations():
            if declaration.distribution != LOCAL:
                yield from _names(registry, declaration)
                try:
                    cls = registry.load(declaration)
                    if registry in REGISTRIES:  # those of plugins may want anything
                        construct_examples(declaration, cls)
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
            cause = f"minnet {name} is the command of {taken[name]}"
            yield Finding("shadowed", each.plugin.distribution, cause, "its authors must give it another name")
        taken.setdefault(name, each.plugin.distribution)
