"""What a distribution depends on, and whether that is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .installed import Installed

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def missing_requirements(distribution: Installed) -> list[str]:
    """List the requirements of a distribution that are not installed, quoted for a shell."""
    return [_quoted(requirement) for requirement, version in _requirements(distribution) if version is None]


def outdated_requirements(distribution: Installed) -> list[tuple[str, str]]:
    """List the requirements that are installed in a version that does not do, and that version."""
    return [
        (_quoted(requirement), version)
        for requirement, version in _requirements(distribution)
        if version is not None and not requirement.specifier.contains(version, prereleases=True)
    ]


def _quoted(requirement: Requirement) -> str:
    return shlex.quote(f"{requirement.name}{requirement.specifier}")


def _requirements(distribution: Installed) -> Iterator[tuple[Requirement, str | None]]:
    """Yield what a distribution requires here, without extras, and the installed version."""
    from importlib.metadata import PackageNotFoundError, version

    from packaging.requirements import InvalidRequirement, Requirement

    for text in distribution.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # written by something older than the rules
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            try:
                yield requirement, version(requirement.name)
            except PackageNotFoundError:
                yield requirement, None
