"""`RegistryChoice`: every installed component of a kind, as the options of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from minnet_core import MinnetError
from minnet_core.registry import Registry, all_registries
from minnet_core.support import nearest
from minnet_train.errors import ExperimentError, KeyPath, Problem

from .activations import is_activation
from .parameters import Choice, Conditions, Option, Parameter, path_of

KINDS = {"activation": is_activation}
"""A kind of layers -> whether a class is one."""


@frozen
class Listed:
    """What a registry has for a choice.

    Attributes:
        choice: of the components that were taken.
        left_out: the name of each that was asked for, or is of the kind, and cannot be taken -> the reason.
    """

    choice: Choice
    left_out: Mapping[str, str]


@frozen
class RegistryChoice:
    """A choice of all components of a registry that can stand in a place; which these are is found when a sweep begins.

    Attributes:
        name: of the parameter.
        keys: of the experiment, each of which is given the component.
        registry: its kind: ``layers``, ``optimizers``.
        arguments: of each component.
        only: names of the components that are meant; None for all.
        without: names of components that are not meant.
        kind: ``activation``, of layers; None for all.
        when: as of `Choice`.
    """

    name: str
    keys: tuple[str, ...]
    registry: str
    arguments: Mapping[str, Any] = field(factory=dict)
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    kind: str | None = None
    when: Conditions = field(factory=dict)

    def listed(self) -> Listed:
        """Find the components; each is imported if there is a kind to be found out.

        Raises:
            ExperimentError: if there is no such registry, or no component that a name means.
        """
        registry = self._registry()
        declared = {registry.shortest(each): each for each in registry.components()}
        self._expect_known(declared)
        taken, left_out = [], {}
        for name, declaration in declared.items():
            if name in self.without or (self.only is not None and name not in self.only):
                continue
            if self.kind is not None:
                try:
                    if not KINDS[self.kind](registry.load(declaration)):
                        if self.only is not None:
                            left_out[name] = f"it is no {self.kind}"
                        continue
                except MinnetError as error:  # one that fails to import never breaks another
                    left_out[name] = str(error)
                    continue
            taken.append(name)
        options = tuple(
            Option(name, {key: {"class": name, **self.arguments} for key in self.keys})
            for name in sorted(taken, key=lambda name: (name.lower(), name))
        )
        return Listed(Choice(self.name, options, self.when), left_out)

    def _registry(self) -> Registry:
        known = {each.kind: each for each in all_registries()}
        if self.registry not in known:
            hint = nearest(self.registry, [*known], most=1)
            message = f"expected one of {', '.join(sorted(known))}, received {self.registry!r}; {hint}"
            raise ExperimentError(Problem(("space", self.name, "registry"), message.removesuffix("; ")))
        return known[self.registry]

    def _expect_known(self, declared: Mapping[str, Any]) -> None:
        problems = [
            Problem(
                ("space", self.name, key),
                f"expected names of {self.registry}, received {name!r}; {nearest(name, [*declared])}".removesuffix(
                    "; "
                ),
            )
            for key, names in (("only", self.only or ()), ("except", self.without))
            for name in names
            if name not in declared
        ]
        if problems:
            raise ExperimentError(*problems)


def paths_of(parameter: Parameter | RegistryChoice) -> dict[str, KeyPath]:
    """Return every key of the experiment that a parameter sets -> its path."""
    if isinstance(parameter, Choice):
        return {key: path_of(key) for option in parameter.options for key in option.settings}
    return {key: path_of(key) for key in parameter.keys}
