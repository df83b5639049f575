"""`Template`: a kind of component that can be generated; those of this package, and those that plugins offer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from attrs import Factory, field, frozen, validators

from minnet_core.plugins import plugin_host

ROOT = Path(__file__).with_name("template")

FILES = ("component.py.jinja", "formula.md.jinja", "test_component.py.jinja", "use.md.jinja")
"""What the folder of a kind holds: the module, a sentence on it, its tests, and how it is used."""

_WORD = re.compile(r"[a-z]+(-[a-z]+)*", re.ASCII)


def _has_files(_: Any, __: Any, folder: Path) -> None:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"expected a folder with {', '.join(FILES)}, received {folder}, without {', '.join(missing)}")


@frozen
class Template:
    """What ``--kind`` takes.

    Attributes:
        kind: what one is called, a word: ``metric``.
        folder: of the files that the kind has of its own, ``FILES``.
        registry: the kind of the registry that lists it, ``metrics``: that is its entry-point group too, and the
            command that lists all. None for a class that is used and not registered.
        requires: the distributions that it imports, besides minnet-core.
    """

    kind: str = field(validator=validators.matches_re(_WORD, func=re.fullmatch))
    folder: Path = field(converter=Path, validator=_has_files)
    registry: str | None = field(default=None, validator=validators.optional(validators.matches_re(r"\w+")))
    requires: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    @property
    def article(self) -> str:
        """``a`` or ``an``."""
        return "an" if self.kind[0] in "aeiou" else "a"


OWN = tuple(Template(kind, ROOT / "kinds" / kind, registry=f"{kind}s") for kind in ("layer", "criterion", "optimizer"))
"""Those of this package."""


@frozen
class TemplateRegistrar:
    """What the hook ``minnet_new_templates`` gets."""

    _found: dict[str, Template] = Factory(dict)

    def add(
        self, kind: str, folder: str | Path, *, registry: str | None = None, requires: tuple[str, ...] = ()
    ) -> None:
        """Offer a template; see `Template` for the arguments.

        Raises:
            ValueError: if somebody has offered one of this kind, or its folder lacks a file.
        """
        template = Template(kind, folder, registry, requires)
        if kind in self._found:
            raise ValueError(f"expected a kind that nobody has a template of, received {kind!r}")
        self._found[kind] = template

    def templates(self) -> dict[str, Template]:
        """All that have been offered, by kind."""
        return dict(self._found)


def templates() -> dict[str, Template]:
    """Return all templates by kind: those of this package and, after them, those of plugins, first-party ones first."""
    found = {template.kind: template for template in OWN}
    host = plugin_host()
    for plugin in list(host.loaded):
        registrar = TemplateRegistrar(dict(found))
        if host.call(plugin, "minnet_new_templates", _expect_none, registrar=registrar) is None:
            found = registrar.templates()
    return found


def template_of(kind: str) -> Template:
    """Find the template of a kind.

    Raises:
        ValueError: if there is none.
    """
    found = templates()
    if kind not in found:
        raise ValueError(f"expected a kind among {', '.join(found)}, received {kind!r}")
    return found[kind]


def _expect_none(returned: object) -> None:
    raise TypeError(f"expected templates to be offered by registrar.add, received {returned!r}")
