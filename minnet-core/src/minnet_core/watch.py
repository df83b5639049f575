"""`Watch`: whether a module still holds the parameters and gradients that it held."""

from __future__ import annotations

from operator import is_
from typing import Any

from attrs import frozen

from .arrays import Array, leaves
from .container import Container
from .module import Module


@frozen(eq=False)
class Watch:
    """The arrays of a module, and where they were found.

    It is asked twice in every step of training, so it does not collect the arrays again: a declared parameter is an
    attribute, and the modules of a `Container` are a list, of which identity tells whether they have changed.
    Only a class with parameter methods of its own is asked for its arrays.

    Attributes:
        held: attributes: the ``vars()`` of a module, the name, and what it was.
        listed: the ``vars()`` of a container, and the modules that it held.
        asked: a module that must be asked, with its arrays.
    """

    held: tuple[tuple[dict[str, Any], str, Array | None], ...]
    listed: tuple[tuple[dict[str, Any], tuple[Module, ...]], ...]
    asked: tuple[tuple[Module, tuple[Array, ...]], ...]

    @classmethod
    def of(cls, root: Module) -> Watch:
        """Note what a module holds now."""
        held: list[tuple[dict[str, Any], str, Array | None]] = []
        listed: list[tuple[dict[str, Any], tuple[Module, ...]]] = []
        asked: list[tuple[Module, tuple[Array, ...]]] = []
        pending = [root]
        while pending:
            module = pending.pop()
            own = vars(module)
            names = [name for pair in module.PARAMETERS.items() for name in pair]
            if not _inherits(module) or not own.keys() >= set(names):
                asked.append((module, _arrays(module)))
                continue
            held.extend((own, name, own[name]) for name in names)
            if isinstance(module, Container):
                listed.append((own, tuple(module.modules)))
                pending.extend(module.modules)
        return cls(tuple(held), tuple(listed), tuple(asked))

    def is_current(self) -> bool:
        """Whether nothing has been rebound, added or taken away since."""
        for own, name, array in self.held:
            if own.get(name) is not array:
                return False
        for own, modules in self.listed:
            if not _same(own["modules"], modules):
                return False
        return all(_same(_arrays(module), arrays) for module, arrays in self.asked)


def _inherits(module: Module) -> bool:
    """Whether the methods that list the arrays are the core's, which list what is declared."""
    base = Container if isinstance(module, Container) else Module
    return all(
        getattr(type(module), name) is getattr(base, name) and name not in vars(module)
        for name in ("getParameters", "getGradParameters")
    )


def _arrays(module: Module) -> tuple[Array, ...]:
    return tuple(leaves([module.getParameters(), module.getGradParameters()]))


def _same(these: Any, those: tuple[Any, ...]) -> bool:
    return len(these) == len(those) and all(map(is_, these, those))
