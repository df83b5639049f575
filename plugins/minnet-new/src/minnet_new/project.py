"""`Project`: all that a generated distribution depends on."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from .names import class_name, derived_class_name, module_name, package_name, project_name
from .templates import Template, template_of

LONGEST = 100
"""Characters of the longest description: it is the first line of a docstring."""


def _has_template(_: Any, __: Any, kind: str) -> None:
    """An attrs validator: a kind that there is a template of."""
    template_of(kind)


def _one_line(_: Any, attribute: Any, text: str) -> None:
    """An attrs validator: a text that can stand in a docstring, in TOML and in a licence, without being escaped."""
    if not text.isprintable() or not text.strip() or set(text) & set('\\"'):
        raise ValueError(f'expected {attribute.name} to be a line of text without " and \\, received {text!r}')


def _short(_: Any, attribute: Any, text: str) -> None:
    if len(text) > LONGEST:
        raise ValueError(f"expected {attribute.name} to have at most {LONGEST} characters, received {len(text)}")


@frozen
class Project:
    """What to generate.

    Attributes:
        name: of the distribution and its folder, ``minnet-smish``.
        kind: what its class is, one of `templates`.
        class_name: of its component, ``Smish``.
        author: who holds the copyright.
        description: one sentence.
        hints: whether comments say where the author's own work goes.

    >>> Project("minnet-soft-shrink").class_name
    'SoftShrink'
    """

    name: str = field(converter=project_name)
    kind: str = field(default="layer", validator=_has_template)
    class_name: str = field(converter=class_name)
    author: str = field(validator=_one_line)
    description: str = field(validator=[_one_line, _short])
    hints: bool = True

    @class_name.default
    def _derived(self) -> str:
        return derived_class_name(self.name)

    @author.default
    def _authors(self) -> str:
        return f"The {self.name} authors"

    @description.default
    def _sentence(self) -> str:
        return f"{self.class_name} for minnet: {self.template.article} {self.kind} in a package of its own."

    @property
    def template(self) -> Template:
        """What its kind is generated from."""
        return template_of(self.kind)

    @property
    def package(self) -> str:
        """What it imports as."""
        return package_name(self.name)

    @property
    def module(self) -> str:
        """The module of the package that holds the class."""
        return module_name(self.class_name)

    @property
    def qualified(self) -> str:
        """The name of its component that always works."""
        return f"{self.name}:{self.class_name}"
