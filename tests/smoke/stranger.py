"""`Stranger`: a distribution that somebody might publish, generated for these tests and really installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from attrs import field, frozen

from minnet_core.testing import install_distribution

JOURNAL = "SMOKE_JOURNAL"
"""An environment variable: the file into which every generated module writes its name when it is imported."""

# Opened by the system rather than by open(), so that nothing that a test might replace is in the way.
_WRITE_JOURNAL = f"""\
import os as _os
if "{JOURNAL}" in _os.environ:
    _journal = _os.open(_os.environ["{JOURNAL}"], _os.O_WRONLY | _os.O_APPEND | _os.O_CREAT)
    _os.write(_journal, (__name__ + "\\n").encode())
    _os.close(_journal)
"""


def intact(site: Path) -> None:
    """Leave an installed distribution as it is."""


def _dedented(modules: Mapping[str, str]) -> dict[str, str]:
    return {module: dedent(source) for module, source in modules.items()}


@frozen(kw_only=True)
class Stranger:
    """A distribution, and what is to be expected of it.

    Attributes:
        name: of the distribution.
        modules: dotted name -> source.
        entry_points: group -> name -> target.
        version: of the distribution.
        requires: what it says that it depends on.
        tamper: what happens to its installed files afterwards, given the site folder that they are in.
        components: kind -> names of the components that it provides, or means to.
        cause: what ``minnet plugins`` says of it; empty if nothing is wrong with it.
        remedy: what it says can be done about it, or part of that; empty if nothing in particular.
        subject: by what ``minnet plugins`` names it: a part of the path where it has no name that can be read.
        kind: of the problem, as ``minnet plugins --json`` has it.
        error: what is raised when the components are used; empty if they work for all that.
        is_importable: whether its modules begin to run when everything is loaded that can be.
    """

    name: str
    modules: Mapping[str, str] = field(converter=_dedented)
    entry_points: Mapping[str, Mapping[str, str]]
    version: str = "0.1.0"
    requires: Sequence[str] = ()
    tamper: Callable[[Path], None] = intact
    components: Mapping[str, Sequence[str]] = field(factory=dict)
    cause: str = ""
    remedy: str = ""
    subject: str = field()
    kind: str = "broken"
    error: str = ""
    is_importable: bool = True

    @subject.default
    def _its_name(self) -> str:
        return self.name

    @property
    def module(self) -> str:
        """Its top-level module."""
        return next(iter(self.modules)).partition(".")[0]

    @property
    def metadata(self) -> str:
        """The name of the folder with its metadata, as the wheel has it."""
        return f"{self.name.replace('-', '_')}-{self.version}.dist-info"

    @property
    def plugins(self) -> set[str]:
        """The modules that have hooks: these may be imported by a listing, others not."""
        return set(self.entry_points.get("minnet", {}).values())

    def install(self, site: Path) -> None:
        """Build its wheel and unpack it."""
        sources = {module: _WRITE_JOURNAL + source for module, source in self.modules.items()}
        install_distribution(
            site,
            self.name,
            sources,
            entry_points=self.entry_points,
            version=self.version,
            requires=self.requires,
        )


def install_all(strangers: Sequence[Stranger], site: Path) -> None:
    """Install distributions into one folder; only then does anything happen to their files."""
    for stranger in strangers:
        stranger.install(site)
    for stranger in strangers:
        stranger.tamper(site)
