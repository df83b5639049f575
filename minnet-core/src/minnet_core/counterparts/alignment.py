"""`Alignment`: what the examples of a class tell of the arguments of its counterpart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from attrs import frozen

from ..errors import CounterpartError
from ..nn import Component, Example, Reference, construct, represented
from ..state import global_state_kept

ABSENT = object()
"""The value of an argument that a reference does not name: the default of the other framework."""

IGNORED = frozenset({"rng", "dtype", "modules"})
"""Arguments that say how arrays are drawn and stored, not what is computed, and the children of a container."""


@frozen(eq=False)
class Known:
    """An example that names a counterpart.

    Attributes:
        values: argument of the component -> its value, those by default included.
        reference: the counterpart.
        shapes: of the inputs.
    """

    values: Mapping[str, Any]
    reference: Reference
    shapes: tuple[Any, ...]

    def theirs(self, name: str) -> Any:
        """The value of an argument of the counterpart, or `ABSENT`."""
        return self.reference.arguments.get(name, ABSENT)


@frozen(eq=False)
class Alignment:
    """The examples of a class that have counterparts of one framework, and what follows from all of them.

    Attributes:
        known: the examples.
        attributes: arguments that the component has as an attribute of the same name and value, which may be changed.
    """

    known: tuple[Known, ...]
    attributes: frozenset[str]

    def named(self, name: str) -> list[Known]:
        """The examples whose counterpart has a name."""
        return [each for each in self.known if each.reference.name == name]

    def source_of(self, name: str, argument: str) -> str | None:
        """The argument of the component that an argument of the counterpart called ``name`` takes its value from.

        It has the same value in each example that says the argument, and one value in all that do not, where the
        argument has its default. Of several like that it is the one of the same name. None if none is certain.
        """
        saying = [each for each in self.named(name) if argument in each.reference.arguments]
        silent = [each for each in self.named(name) if argument not in each.reference.arguments]
        found = [
            own
            for own in (saying[0].values if saying else ())
            if all(is_same(each.values.get(own, ABSENT), each.theirs(argument)) for each in saying)
            and is_one_value(each.values.get(own, ABSENT) for each in silent)
        ]
        return argument if argument in found else found[0] if len(found) == 1 else None

    def arguments(self, name: str) -> list[str]:
        """All arguments of the counterpart called ``name`` that any example says."""
        return list(dict.fromkeys(each for known in self.named(name) for each in known.reference.arguments))


@lru_cache(maxsize=256)
def alignment_of(cls: Any, framework: str) -> Alignment:
    """Read the examples of a class.

    Those that it inherits tell nothing of it, as a subclass may compute anything.

    Raises:
        CounterpartError: if no example of its own names a counterpart in the framework.
    """
    cls = represented(cls)
    examples = [
        each
        for each in vars(cls).get("EXAMPLES", ())
        if isinstance(each, Example) and each.reference is not None and each.reference.framework == framework
    ]
    if not examples:
        inherited = (
            "; those of a base class are not of what a subclass computes"
            if cls.EXAMPLES and "EXAMPLES" not in vars(cls)
            else ""
        )
        raise CounterpartError(
            f"{cls.__name__}: expected an Example of its own with a Reference to {framework}, found none{inherited}"
        )
    known = tuple(
        Known(with_defaults(cls, each.arguments), each.reference, each.shapes)
        for each in examples
        if each.reference is not None
    )
    return Alignment(known, _attributes(cls, examples, known))


def with_defaults(cls: type[Component], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a constructor, with its defaults for the others, without those that are `IGNORED`."""
    parameters = cls.__signature__.parameters.values()
    values = {each.name: each.default for each in parameters if each.default is not each.empty}
    return {name: value for name, value in {**values, **arguments}.items() if name not in IGNORED}


def is_same(one: Any, other: Any) -> bool:
    """Whether two arguments mean the same: True is no 1, while 1 is 1.0, a list a tuple, and ``"inf"`` a number.

    >>> is_same((1, 2), [1.0, 2]), is_same(True, 1), is_same("inf", float("inf")), is_same(None, 0)
    (True, False, True, False)
    """
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.shape(one) == np.shape(other) and bool(np.all(np.asarray(one) == np.asarray(other)))
    if isinstance(one, str) != isinstance(other, str) and is_number(other if isinstance(one, str) else one):
        try:
            return float(one) == float(other)
        except ValueError:
            return False
    return isinstance(one, bool) == isinstance(other, bool) and bool(one is other or one == other)


def is_number(value: Any) -> bool:
    """Whether a value is a number; True is none."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))


def is_one_value(values: Iterable[Any]) -> bool:
    """Whether all values are the same; there may be none."""
    first, *others = [*values] or [None]
    return all(is_same(first, each) for each in others)


def _attributes(cls: Any, examples: list[Example], known: tuple[Known, ...]) -> frozenset[str]:
    """Arguments that each example, when it is made, has as an attribute of the same value."""
    names = set(known[0].values)
    for example, its in zip(examples, known, strict=True):
        try:
            with global_state_kept():
                made = construct(cls, (), example.arguments)
        except Exception:  # the kit tells of an example that cannot be made; here its arguments have to do
            return frozenset()
        names &= {name for name, value in its.values.items() if is_same(getattr(made, name, ABSENT), value)}
    return frozenset(names)
