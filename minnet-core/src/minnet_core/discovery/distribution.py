"""`InstalledDistribution`: what a distribution's metadata say about minnet and requirements; it is not imported."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from .declaration import LOCAL, Declaration, canonical, is_distribution_name
from .protocol_version import PROTOCOL_GROUP

if TYPE_CHECKING:
    from importlib.metadata import Distribution


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


@frozen(slots=False)
class InstalledDistribution:
    """A distribution with entry points for minnet.

    Attributes:
        name: canonical.
        version: from its metadata.
        path: where its metadata are.
        points: its entry points: group, name, target.
        distribution: as ``importlib.metadata`` has it.
    """

    name: str = field(converter=canonical)
    version: str
    path: Path = field(converter=Path)
    points: tuple[tuple[str, str, str], ...]
    distribution: Distribution | None = field(default=None, eq=False, repr=False)

    @classmethod
    def read(cls, distribution: Distribution) -> Self | None:
        """Read a distribution; None if it has no entry point for minnet. Whatever reading files may raise is raised."""
        if not mentions_minnet(distribution):
            return None
        _expect_sections(distribution.read_text("entry_points.txt") or "")
        points = [(point.group, point.name, point.value) for point in distribution.entry_points]
        if not any(_is_ours(group) for group, _, _ in points):
            return None
        metadata = distribution.metadata
        for field_name in ("Name", "Version"):
            if field_name not in metadata or not metadata[field_name]:  # Python 3.12 warns of what is missing
                raise ValueError(f"expected metadata with a {field_name}, received none")
        if not is_distribution_name(metadata["Name"]):
            raise ValueError(f"expected a name of letters, digits and '-', '_', '.', received {metadata['Name']!r}")
        if metadata["Version"].split() != [metadata["Version"]] or not metadata["Version"].isprintable():
            raise ValueError(f"expected a version that is a word, received {metadata['Version']!r}")
        if canonical(metadata["Name"]) == LOCAL:
            raise ValueError(f"expected another name than {LOCAL!r}, which stands for what a program registers")
        return cls(metadata["Name"], metadata["Version"], metadata_path(distribution), tuple(points), distribution)

    @property
    def provider(self) -> str:
        """Name and version, for a message."""
        return f"{self.name} {self.version}"

    @property
    def requires(self) -> tuple[str, ...]:
        """What it depends on; read only when it is needed, since that takes as long as reading all the rest."""
        return tuple(self.distribution.requires or ()) if self.distribution else ()

    @cached_property
    def protocols(self) -> tuple[str, ...]:
        """The versions of the protocol that it declares to be written to; none if it declares nothing."""
        return tuple(name for group, name, _ in self.points if group == PROTOCOL_GROUP)

    def declarations(self, group: str) -> Iterator[Declaration]:
        """Yield what it declares in a group; if a name is there twice, the first."""
        seen = set()
        for declared, name, target in self.points:
            if declared == group and name not in seen:
                seen.add(name)
                yield Declaration(name, self.name, self.version, target)

    def requirements(self) -> Iterator[Requirement]:
        """Yield what it depends on, on this platform and without extras."""
        from packaging import requirements as packaging

        for text in self.requires:
            try:
                required = packaging.Requirement(text)
                if required.marker is not None and not required.marker.evaluate({"extra": ""}):
                    continue
            except ValueError:  # older than the rules, or comparing what cannot be: nobody can say whether it is met
                continue
            version = _installed_version(required.name)
            is_met = version is not None and required.specifier.contains(version, prereleases=True)
            yield Requirement(shlex.quote(f"{required.name}{required.specifier}"), version, is_met)

    def missing_requirements(self) -> list[str]:
        """List what it depends on and is not installed, quoted for a shell."""
        return [each.text for each in self.requirements() if each.version is None]

    def repeated(self) -> list[str]:
        """List the names that it has twice in one group, as ``minnet.layers: Swish``."""
        counts = Counter(f"{group}: {name}" for group, name, _ in self.points if _is_ours(group))
        return sorted(key for key, count in counts.items() if count > 1)

    def editable_source(self) -> Path | None:
        """The folder of an editable installation, which may be gone; None if it is none."""
        import json
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        try:
            record = json.loads((self.path / "direct_url.json").read_text("utf-8"))
            url = urlsplit(record["url"])
            return Path(url2pathname(url.path)) if record["dir_info"]["editable"] and url.scheme == "file" else None
        except (OSError, ValueError, KeyError, TypeError):  # absent, or not what PEP 610 describes
            return None


def _is_ours(group: str) -> bool:
    """Whether a group of entry points is meant for minnet, perhaps mistyped."""
    return re.split("[._-]", group)[0] == "minnet"


def _expect_sections(text: str) -> None:
    """Refuse what importlib.metadata silently skips: lines before the first section."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "[]")
    if not (first.startswith("[") and first.endswith("]")):
        raise ValueError(f"expected entry_points.txt to begin with a [group], received {first!r}")


def metadata_path(distribution: Distribution) -> Path:
    """Where the metadata of a distribution are; where it cannot say, the folder that it is installed in."""
    return Path(str(getattr(distribution, "_path", None) or distribution.locate_file("")))


def mentions_minnet(distribution: Distribution) -> bool:
    """Whether a distribution has something to do with minnet, even if its entry points cannot be read.

    Only of those are the metadata read: of a few rather than of everything that is installed.
    """
    try:
        return "minnet" in (distribution.read_text("entry_points.txt") or "")
    except UnicodeDecodeError as error:
        return b"minnet" in error.object


def _installed_version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except Exception:  # absent, or with metadata that cannot be read
        return None
