"""`Kind`: a kind of component that the kit can prove; those of the core, and those that plugins add."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from attrs import field, frozen, validators

from ..nn import Component, Criterion, Module, Optimizer, construct
from ..plugins import plugin_host
from ..registry import Registry, criterions, layers, optimizers

if TYPE_CHECKING:
    from .cases import Case


def _constructed(case: Case, arguments: dict[str, Any]) -> Any:
    return construct(case.factory, (), arguments)


@frozen(eq=False)
class Kind:
    """A kind of component that the kit can prove; a plugin adds some by the hook ``minnet_kinds``.

    Attributes:
        name: what checks and reports call one, ``metric``.
        registry: where they are registered.
        includes: whether a class is of this kind.
        input: the shape of the input that a class without ``EXAMPLES`` is tried with; ``()`` if the kind needs none,
            and None if there is no usual one, so that a class must say.
        is_formula: whether it computes a formula, which a reference can prove.
        make: makes the component of a case with some arguments; by its constructor if not given.

    >>> kind_of_class(Module).name
    'layer'
    """

    name: str = field(validator=validators.instance_of(str))
    registry: Registry = field(validator=validators.instance_of(Registry))
    includes: Callable[[type], bool] = field(validator=validators.is_callable())
    input: tuple[Any, ...] | None = ()
    is_formula: bool = False
    make: Callable[[Case, dict[str, Any]], Any] = field(default=_constructed, validator=validators.is_callable())

    @property
    def takes_input(self) -> bool:
        """Whether an example must say what shape an input has."""
        return self.input != ()


class Weights(Module):
    """A module of nothing but two parameters, of a shape and of half its first length, drawn from a seed.

    Args:
        shape: of the first.
        rng: draws both.

    >>> [array.shape for array in Weights((4, 3)).getParameters()]
    [(4, 3), (2, 3)]
    """

    PARAMETERS: ClassVar = {"x": "gradX", "y": "gradY"}

    def __init__(self, shape: tuple[Any, ...], rng: int = 0) -> None:
        super().__init__()
        generator = np.random.default_rng(rng)
        self.x = generator.standard_normal(shape).astype(np.float32)
        self.y = generator.standard_normal((shape[0] // 2 or 1, *shape[1:])).astype(np.float32)
        self.gradX, self.gradY = np.zeros_like(self.x), np.zeros_like(self.y)


def _with_weights(case: Case, arguments: dict[str, Any]) -> Any:
    return construct(case.factory, (Weights(case.shapes[0], case.seed),), arguments)


LAYER = Kind("layer", layers, lambda cls: issubclass(cls, Module), None, True)
CRITERION = Kind("criterion", criterions, lambda cls: issubclass(cls, Criterion), None, True)
OPTIMIZER = Kind("optimizer", optimizers, lambda cls: issubclass(cls, Optimizer), (4, 3), True, _with_weights)

OWN_KINDS = (LAYER, CRITERION, OPTIMIZER)
"""Those of the core."""

OWN_NAMES = tuple(kind.name for kind in OWN_KINDS)
"""What checks call them."""


def all_kinds() -> tuple[Kind, ...]:
    """The kinds of the core and, after them, those that the hook ``minnet_kinds`` of plugins adds."""
    return (*OWN_KINDS, *_contributed())


def kind_of_class(cls: type) -> Kind | None:
    """Find the kind of a class; None if it is of none that the kit knows."""
    own = next((kind for kind in OWN_KINDS if kind.includes(cls)), None)  # plugins are asked for strangers alone
    return own or next((kind for kind in _contributed() if kind.includes(cls)), None)


def _contributed() -> Iterator[Kind]:
    host = plugin_host()
    names = list(OWN_NAMES)

    def accept(returned: Iterable[Kind]) -> list[Kind]:
        kinds = list(returned)
        for kind in kinds:
            if not isinstance(kind, Kind):
                raise TypeError(f"expected kinds, minnet_core.testing.Kind, received {kind!r}")
            if kind.name in names:
                raise ValueError(f"expected a kind of a name of its own, received another {kind.name!r}")
        return kinds

    for plugin in list(host.loaded):
        for kind in host.call(plugin, "minnet_kinds", accept, True) or ():
            names.append(kind.name)
            yield kind


def component_kind(component: Any) -> Kind | None:
    """Find the kind of a component; None if it is none, or of no kind that the kit knows."""
    return kind_of_class(type(component)) if isinstance(component, Component) else None
