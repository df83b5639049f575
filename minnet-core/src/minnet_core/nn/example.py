"""`Example`: one way to construct and call a component, declared in its ``EXAMPLES``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import field, fields, frozen, validators

from .arrays import Tensor
from .filled_shapes import draw_filled, filled_like, fills, first_array, read_shapes
from .short_targets import ShortTarget, read_target
from .traits import known_traits


def frozen_mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A copy of a mapping that cannot be written: what a frozen class holds."""
    return MappingProxyType(dict(value))


@frozen
class Reference:
    """The counterpart of a component in another framework.

    The core imports none: a plugin that knows the framework adds checks that compare (``minnet-torch`` for PyTorch).

    Attributes:
        name: dotted, with the framework first: ``torch.nn.SiLU``.
        arguments: keyword arguments of its constructor.
        parameters: parameter or buffer of the component -> dotted name of the counterpart's, which is set to it.
        call: of a metric, what computes its value, ``call(outputs, targets, **arguments)``; the function of this name,
            which gets the targets first, as those of scikit-learn do, if not given.

    >>> Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}).framework
    'torch'
    """

    name: str = field(validator=validators.matches_re(r"\w+(\.\w+)+", func=re.fullmatch))
    arguments: Mapping[str, Any] = field(factory=dict, converter=frozen_mapping)
    parameters: Mapping[str, str] = field(factory=dict, converter=frozen_mapping)
    call: Callable[..., Any] | None = field(default=None, validator=validators.optional(validators.is_callable()))

    @property
    def framework(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]


Shape: TypeAlias = tuple[Any, ...]
"""The shape of an array, ``(4, 3)``, or a tuple of shapes, for an input that is a table: ``((4, 3), (4, 2))``."""

Draw: TypeAlias = Callable[[np.random.Generator, Any, npt.DTypeLike], Tensor]
"""Draws an input or a target: ``draw(rng, shape, dtype)``, with the shape of the input."""


def _mappings(values: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(map(frozen_mapping, values))


def _read_target(value: Any) -> Any:
    return read_target(value) if isinstance(value, str) else value


def _tuple(value: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(value)


def _trait_set(value: Iterable[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)


def is_shape(value: Any) -> bool:
    """Whether a value is a shape, or a tuple of shapes.

    >>> is_shape((4, 3)), is_shape(((4, 3), (4, 2))), is_shape((4, 0)), is_shape(())
    (True, True, False, False)
    """
    if not isinstance(value, tuple) or not value:
        return False
    return all(type(length) is int and length > 0 for length in value) or all(map(is_shape, value))


def _check_input(_: Any, __: Any, value: Any) -> None:
    if value == ():  # what is not said
        return
    if not value or not all(map(is_shape, value if isinstance(value, list) else [value])):
        raise TypeError(
            f"expected input to be a shape, a tuple of shapes (a table) or a list of such, received {value!r}"
        )


def _check_draw(example: Example, _: Any, draw: Any) -> None:
    if draw is not None and any(any(fills(shape)) for shape in example.shapes):
        raise ValueError(f"expected draw, or an input that says what fills it, received both: {example.input!r}")


def _check_target(example: Example, _: Any, target: Any) -> None:
    counts = {first_array(shape)[0] for shape in example.shapes}
    for shape, _fill in target.parts if isinstance(target, ShortTarget) else ():
        if shape is not None and shape[0] not in counts:
            raise ValueError(
                f"expected a target of as many samples as the input, {' or '.join(map(str, sorted(counts)))}, "
                f"received {target!r}"
            )


def _check_rejects(_: Any, __: Any, rejects: tuple[Any, ...]) -> None:
    for call in rejects:
        if not (is_shape(call) or callable(call)):
            raise TypeError(f"expected rejects to hold input shapes and functions of a component, received {call!r}")


@frozen(kw_only=True, repr=False)
class Example:
    """One way to construct and call a component: what its author knows, and a checker cannot guess.

    Attributes:
        arguments: keyword arguments of the constructor.
        input: the shape of an input; a tuple of shapes if the input is a table; a list of either for several inputs.
            What is a layer, criterion or optimizer needs one.
            The first axis of every array is the batch. A shape may be a text that says what fills the array as well,
            ``"4,7:mask"`` or ``"4,7,3;4:lengths<=7"``, one of ``KINDS``.
        draw: ``draw(rng, shape, dtype)`` that returns an input of that shape; without it, numbers from the domain that
            the traits name, standard normal ones by default.
        target: for criterions, ``target(rng, shape, dtype)`` that returns a target for an input of that shape, or a
            text: ``"signs"``, ``"4:signs"``, ``"classes;4:positive"`` for a table, or ``"none"``.
        traits: what a checker must know, of ``TRAITS``.
        rejects: calls that must raise and change nothing: the shape of an input that ``forward`` must refuse, or a
            function of the component.
        rejected_arguments: constructor arguments that must be refused, each a change to ``arguments``.
        expected_failures: name of a conformance check -> why this component may fail it.
        reference: the counterpart in another framework.

    >>> Example(arguments={"n_in": 3, "n_out": 2}, input=(4, 3)).draw_input(0).shape
    (4, 3)
    """

    arguments: Mapping[str, Any] = field(factory=dict, converter=frozen_mapping)
    input: Shape | list[Shape] = field(default=(), converter=read_shapes, validator=_check_input)
    draw: Draw | None = field(default=None, validator=[validators.optional(validators.is_callable()), _check_draw])
    target: Draw | None = field(
        default=None, converter=_read_target, validator=[validators.optional(validators.is_callable()), _check_target]
    )
    traits: frozenset[str] = field(default=frozenset(), converter=_trait_set, validator=known_traits)
    rejects: tuple[Shape | Callable[[Any], object], ...] = field(default=(), converter=_tuple, validator=_check_rejects)
    rejected_arguments: tuple[Mapping[str, Any], ...] = field(default=(), converter=_mappings)
    expected_failures: Mapping[str, str] = field(factory=dict, converter=frozen_mapping)
    reference: Reference | None = field(default=None, validator=validators.optional(validators.instance_of(Reference)))

    def __repr__(self) -> str:
        """What was said, without what is as by default: it is the id of many a test."""
        default = Example()
        values = {each.name: getattr(self, each.name) for each in fields(Example)}
        said = {name: value for name, value in values.items() if value != getattr(default, name)}
        plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in said.items()}
        return f"Example({', '.join(f'{name}={value!r}' for name, value in plain.items())})"

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all inputs."""
        if self.input == ():
            return ()
        return tuple(self.input) if isinstance(self.input, list) else (self.input,)

    def draw_input(
        self,
        rng: int | Sequence[int] | np.random.Generator,
        dtype: npt.DTypeLike = np.float64,
        shape: Shape | None = None,
    ) -> Tensor:
        """Draw an input, of the first shape if none is given; the same seed draws the same one."""
        rng = np.random.default_rng(rng)
        if self.draw:
            return self.draw(rng, shape or self.shapes[0], dtype)
        return draw_filled(self.traits, rng, self.filled(shape or self.shapes[0]), dtype)

    def filled(self, shape: Shape) -> Shape:
        """The shape of another input, filled as the one of the same structure among the example's own."""
        alike = (filled_like(shape, known) for known in self.shapes)
        return next((found for found in alike if found is not None), shape)

    def draw_target(
        self, rng: int | np.random.Generator, dtype: npt.DTypeLike = np.float64, shape: Shape | None = None
    ) -> Tensor:
        """Draw a target for an input of a shape, the first one if none is given.

        Raises:
            TypeError: if the example declares none.
        """
        if self.target is None:
            raise TypeError("expected an example with a target (criterions have one), received one without")
        return self.target(np.random.default_rng(rng), shape or self.shapes[0], dtype)
