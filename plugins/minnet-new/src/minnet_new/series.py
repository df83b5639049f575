"""`series`: which versions of a distribution go together."""

from __future__ import annotations

from packaging.version import Version


def series(version: str) -> str:
    """Return a requirement that one version and its compatible successors meet.

    Before 1.0 a minor version may break what was; after it, a major one.

    >>> series("0.1.0"), series("1.4.2"), series("0.2.0rc1")
    ('>=0.1,<0.2', '>=1.4,<2', '>=0.2.0rc1,<0.3')
    """
    parsed = Version(version)
    first = parsed.public if parsed.is_prerelease else f"{parsed.major}.{parsed.minor}"
    last = str(parsed.major + 1) if parsed.major else f"0.{parsed.minor + 1}"
    return f">={first},<{last}"
