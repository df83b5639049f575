"""What is wrong with what is installed: everything is loaded, made and asked, so that no surprise comes later."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from attrs import field, frozen, validators

from ..compilation import EXECUTORS, OPERATIONS
from ..discovery import (
    ALLOWED,
    DISABLED,
    FIRST_PARTY,
    LOCAL,
    PROTOCOL_GROUP,
    Declaration,
    InstalledDistribution,
    all_distributions,
    canonical,
    is_distribution_name,
    scan,
    switches,
    without_strict_plugins,
)
from ..errors import PluginLoadError, ProtocolError
from ..plugins import GROUP, SPECS_GROUP, output_of, plugin_host
from ..registry import Registry, all_registries
from ..support import did_you_mean, nearest, printable, spelled
from ..testing import all_checks, construct_examples, kind_of_class

KINDS = ("broken", "outdated", "mistyped", "ambiguous", "shadowed", "noisy")
"""What can be wrong, the worst first."""


@frozen
class Finding:
    """Something that is wrong with a distribution.

    Attributes:
        kind: ``broken``: it cannot be used; ``outdated``: it, what it needs, or what is installed of it is of a version
            that does not do; ``mistyped``: a name in its metadata, or in a switch, is one that nobody knows;
            ``ambiguous``: a bare name of it means nothing, since another has it too; ``shadowed``: something of it is
            hidden by something else; ``noisy``: it prints where it should not.
        distribution: its name, or the file or switch that should have told it.
        cause: what is wrong.
        remedy: what to do, often a command; empty if that cannot be said.
    """

    kind: str = field(validator=validators.in_(KINDS))
    distribution: str
    cause: str
    remedy: str = ""

    @classmethod
    def of_failure(cls, declaration: Declaration, failure: PluginLoadError) -> Self:
        """Make the finding that something declared cannot be loaded, or fails when it is used."""
        kind = "outdated" if isinstance(failure.__cause__, ProtocolError) else "broken"
        if declaration.distribution in FIRST_PARTY:
            whom_to_tell = "this is a bug of minnet"
        else:  # of a bug nothing else can be said, and how to do without what has it
            whom_to_tell = (
                f"tell the authors of {declaration.distribution}; until then, {DISABLED}={declaration.distribution}"
            )
        return cls(kind, declaration.distribution, failure.cause, failure.remedy or whom_to_tell)


def inspect_installation(commands: Iterable[Finding] = ()) -> list[Finding]:
    """Load every component, plugin and hook that is enabled, make every component, and say what is wrong.

    ``MINNET_STRICT_PLUGINS`` does not count here: it would have nothing found but the first failure.

    Args:
        commands: what is wrong with commands, which the command line knows; found while this runs.
    """
    with without_strict_plugins():
        found = list(commands)
        all_checks()  # whose hook may fail
        found += _components()
        found += [Finding.of_failure(plugin, failure) for plugin, failure in list(plugin_host().failures.items())]
        found += _metadata()
    return sorted(found, key=lambda each: (KINDS.index(each.kind), each.distribution, each.cause))


def _components() -> Iterator[Finding]:
    for registry in all_registries():
        for declaration in registry.declarations():
            if declaration.distribution != LOCAL:
                yield from _names(registry, declaration)
                try:
                    cls = registry.load(declaration)
                    if kind_of_class(cls) is not None:  # what the kit does not know may want anything
                        construct_examples(declaration, cls)
                except PluginLoadError as failure:
                    yield Finding.of_failure(declaration, failure)


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
    if not name.isascii():
        plain = unicodedata.normalize("NFKC", name)  # of wide letters and ligatures
        alike = re.compile("".join(re.escape(each) if each.isascii() else ".?" for each in plain))
        for other in registry.declarations():
            if any(map(str.isascii, plain)) and other.name.isascii() and alike.fullmatch(other.name):
                cause = f"{name} among the {registry.kind} looks like {other.qualified}{spelled(name)}"
                yield Finding("mistyped", declaration.distribution, cause, f"use {other.qualified} if that is meant")


_MISTAKEN = {
    "minnet.hooks": GROUP,
    "minnet.plugins": GROUP,
    "minnet.commands": GROUP,
    "minnet.modules": "minnet.layers",
    "minnet.losses": "minnet.criterions",
    "layers": "minnet.layers",
    "criterions": "minnet.criterions",
    "optimizers": "minnet.optimizers",
    "initializers": "minnet.initializers",
}
"""What other frameworks would call the groups."""


def _metadata() -> Iterator[Finding]:
    """Yield what is wrong with metadata, copies and switches: what can be said without loading anything."""
    kinds = [f"minnet.{registry.kind}" for registry in all_registries()]
    known = frozenset(
        {GROUP, SPECS_GROUP, PROTOCOL_GROUP, OPERATIONS, EXECUTORS, *kinds}
    )  # entry-point groups; plugins may have others
    for installed in scan().distributions.values():
        if switches().allows(installed.name):
            yield from _requirements(installed)
            yield from _groups(installed, known)
            yield from _source(installed, known)
            for repeated in installed.repeated():
                remedy = "its authors must give one of them another name"
                yield Finding("shadowed", installed.name, f"declares {repeated} twice; the first counts", remedy)
            if said := output_of(installed.name):
                first = next(filter(None, map(str.strip, said.splitlines())), said)
                yield Finding(
                    "noisy",
                    installed.name,
                    f"prints when it is loaded: {printable(repr(first))}",
                    "its authors should take the print out",
                )
    yield from _copies()
    for path, why in scan().unreadable:
        yield Finding("broken", path.name, f"{path}: {why}", "install it again, or delete it")
    yield from _switches()


def _requirements(installed: InstalledDistribution) -> Iterator[Finding]:
    for each in installed.requirements():
        if each.version is None:
            cause = f"needs {each.text}, which is not installed"
            yield Finding("broken", installed.name, cause, f"pip install {each.text}")
        elif not each.is_met:
            cause = f"needs {each.text}, and {each.version} is installed"
            yield Finding("outdated", installed.name, cause, f"pip install {each.text}, or --upgrade {installed.name}")


def _groups(installed: InstalledDistribution, known: frozenset[str]) -> Iterator[Finding]:
    for group in sorted({group for group, _, _ in installed.points} - known):
        meant = nearest(group, sorted(known), cutoff=0.85)
        meant = did_you_mean([_MISTAKEN[group]]) if group in _MISTAKEN else meant
        if meant:
            cause = f"declares something in {group}, which nobody reads"
            yield Finding(
                "mistyped", installed.name, cause, f"{meant}; correct its pyproject.toml, and install it again"
            )


def _source(installed: InstalledDistribution, known: frozenset[str]) -> Iterator[Finding]:
    """Compare what an editable installation declares now with what it did when it was installed."""
    source = installed.editable_source()
    try:
        project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"] if source else {}
        groups = project.get("entry-points", {})
        now = {(group, name, target) for group, points in groups.items() for name, target in points.items()}
    except (OSError, ValueError, KeyError, AttributeError):  # it may be gone, or anything
        return
    if now and {point for point in now if point[0] in known} != {p for p in installed.points if p[0] in known}:
        cause = f"{source}/pyproject.toml declares other entry points than those that were installed"
        yield Finding("outdated", installed.name, cause, f"pip install -e {shlex.quote(str(source))}")


def _copies() -> Iterator[Finding]:
    for copy in scan().hidden:
        first = scan().distributions[copy.name]
        if (copy.version, sorted(copy.points)) != (first.version, sorted(first.points)) or _have_code(copy, first):
            here, there = (f"{each.version} in {each.path.parent}" for each in (copy, first))
            remedy = f"delete {copy.path}, or the other"
            for each in (copy, first):
                if carrier := _carrier(each):
                    remedy = f"pip uninstall {carrier}, which brought {each.path} that is not its own"
            yield Finding("shadowed", copy.name, f"{here} is hidden by {there}", remedy)


def _carrier(copy: InstalledDistribution) -> str:
    """Which other distribution says that it installed the metadata of a copy, as no honest one does; empty if none."""
    for other in all_distributions():
        with suppress(Exception):  # whatever may stand in a file
            name, files = other.metadata["Name"], other.files or ()
            installed = {Path(str(file.locate())).parent for file in files}
            if canonical(name) != copy.name and is_distribution_name(name) and copy.path in installed:
                return canonical(name)
    return ""


def _have_code(*copies: InstalledDistribution) -> bool:
    """Whether each copy has modules beside its metadata, rather than being another description of the same ones."""
    for copy in copies:
        roots = {target.partition(":")[0].partition(".")[0] for _, _, target in copy.points}
        folder = copy.path.parent
        if not any((folder / root).is_dir() or (folder / f"{root}.py").is_file() for root in roots):
            return False
    return len({copy.path.parent for copy in copies}) > 1


def _switches() -> Iterator[Finding]:
    """Names in a switch that mean nothing; to disable what is not there may be meant, unless it is nearly there."""
    known = list(scan().distributions)
    for variable in (ALLOWED, DISABLED):
        for name in map(canonical, filter(None, map(str.strip, os.environ.get(variable, "").split(",")))):
            if name in known or name in FIRST_PARTY:
                continue
            hint = nearest(name, known, cutoff=0.8)
            if hint or variable == ALLOWED:
                remedy = hint or f"there are {', '.join(known)}"
                yield Finding("mistyped", variable, f"names {name}, which is not installed or has no plugin", remedy)
