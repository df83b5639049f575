"""What a distribution depends on, and whether that is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from attrs import frozen

from .distribution import InstalledDistribution


@frozen
class Requirement:
    """Something that a distribution depends on here, leaving extras aside.

    Attributes:
        text: what it needs, quoted for a shell: ``'numpy>=1.26'``.
        version: what is installed of it; None if nothing is.
        is_met: whether that will do.
    """

    text: str
    version: str | None = None
    is_met: bool = False


def requirements(distribution: InstalledDistribution) -> Iterator[Requirement]:
    """Yield what a distribution depends on, on this platform and without extras."""
    from packaging import requirements as packaging

    for text in distribution.requires:
        try:
            required = packaging.Requirement(text)
            if required.marker is not None and not required.marker.evaluate({"extra": ""}):
                continue
        except ValueError:  # older than the rules, or comparing what cannot be: nobody can say whether it is met
            continue
        version = _installed_version(required.name)
        is_met = version is not None and required.specifier.contains(version, prereleases=True)
        yield Requirement(shlex.quote(f"{required.name}{required.specifier}"), version, is_met)


def missing_requirements(distribution: InstalledDistribution) -> list[str]:
    """List the requirements of a distribution that are not installed, quoted for a shell."""
    return [each.text for each in requirements(distribution) if each.version is None]


def _installed_version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except Exception:  # absent, or with metadata that cannot be read
        return None
