"""The counterpart of a component, derived from those that the examples of its class name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import CounterpartError
from ..nn import Component, Module, Reference, find_buffers, given_arguments
from ..support import printable
from .alignment import ABSENT, Alignment, Known, alignment_of, is_number, is_one_value, is_same, with_defaults


def derive(component: Component, framework: str) -> Reference:
    """Derive the counterpart of a component: that of an example, but for the arguments that differ.

    An argument of the component that differs from the example's must be one that an argument of the counterpart takes
    its value from, in every example. The others must not depend on it, as far as the examples show: a number must be
    the same while the argument varies, and not be the length of an axis of the input.

    Raises:
        CounterpartError: if the examples do not make it certain; says what is not.
    """
    cls: Any = type(component)
    alignment = alignment_of(cls, framework)
    values = _values(component, alignment)
    where = type(component).__name__
    found: list[tuple[int, Reference]] = []
    reasons: list[str] = []
    for base in alignment.known:
        different = [name for name in values if not is_same(values[name], base.values.get(name, ABSENT))]
        try:
            arguments = _arguments(alignment, base, values, different)
        except CounterpartError as error:
            reasons.append(str(error))
        else:
            mapping = _mapping(component, alignment, base, where)
            found.append((len(different), Reference(base.reference.name, arguments, mapping, base.reference.call)))
    if not found:
        raise CounterpartError(f"{where}: {reasons[0]}")
    fewest, nearest = min(found, key=lambda each: each[0])
    # An example of just these arguments is certain, unless there is another of the same: it depends on the data.
    names = dict.fromkeys(reference.name for count, reference in found if fewest or not count)
    if len(names) > 1:
        raise CounterpartError(f"{where}: its examples do not tell which it is of {', '.join(names)}")
    return nearest


def _values(component: Component, alignment: Alignment) -> dict[str, Any]:
    """The arguments of a component, as they are now where they are attributes too."""
    values = with_defaults(type(component), given_arguments(component))
    return {
        name: getattr(component, name, value) if name in alignment.attributes else value
        for name, value in values.items()
    }


def _arguments(alignment: Alignment, base: Known, values: Mapping[str, Any], different: list[str]) -> dict[str, Any]:
    """The arguments of the counterpart: the example's, with the values of those that are different."""
    name = base.reference.name
    sources = {each: alignment.source_of(name, each) for each in alignment.arguments(name)}
    for own in different:
        if own not in sources.values():
            raise CounterpartError(
                f"expected examples that tell which argument of {name} follows from {printable(own)}, found none"
            )
    arguments = dict(base.reference.arguments)
    for theirs, source in sources.items():
        if source is None:
            _expect_independent(alignment, base, theirs, different)
        elif source in different:
            arguments[theirs] = values[source]
    return arguments


def _expect_independent(alignment: Alignment, base: Known, theirs: str, different: list[str]) -> None:
    """Raise if an argument of the counterpart that is none of the component's may depend on what differs."""
    known, value = alignment.named(base.reference.name), base.theirs(theirs)
    what = (
        f"{theirs}={value!r} of {base.reference.name}" if value is not ABSENT else f"{theirs} of {base.reference.name}"
    )
    if is_number(value) and value != 1 and _may_be_a_length(value, base):
        raise CounterpartError(f"{what} is no argument of it, and may be the length of an axis of its input")
    is_constant = is_one_value(each.theirs(theirs) for each in known)
    has_numbers = any(
        not isinstance(each.theirs(theirs), (bool, str, type(None))) and each.theirs(theirs) is not ABSENT
        for each in known
    )
    for own in different:
        if has_numbers:
            is_shown = is_constant and not is_one_value(each.values.get(own, ABSENT) for each in known)
        else:
            is_shown = is_constant or any(
                _explains(known, other, theirs) for other in base.values if other not in different
            )
        if not is_shown:
            raise CounterpartError(f"expected examples that show that {what} does not follow from {printable(own)}")


def _explains(known: list[Known], own: str, theirs: str) -> bool:
    """Whether an argument of the component always has another value where one of the counterpart has."""
    return all(
        is_same(one.theirs(theirs), other.theirs(theirs))
        for one in known
        for other in known
        if is_same(one.values.get(own, ABSENT), other.values.get(own, ABSENT))
    )


def _may_be_a_length(value: Any, base: Known) -> bool:
    """Whether a number is the length of an axis of every input of an example, and in none of its arguments."""
    given = [part for each in base.values.values() if isinstance(each, (list, tuple)) for part in each]
    return all(value in _lengths(shape) for shape in base.shapes) and not any(is_same(value, each) for each in given)


def _lengths(shape: Any) -> set[int]:
    """The lengths of all axes of an input, single or in tables."""
    if isinstance(shape, tuple):
        return {length for part in shape for length in ({part} if isinstance(part, int) else _lengths(part))}
    return set()


def _mapping(component: Component, alignment: Alignment, base: Known, where: str) -> dict[str, str]:
    """The names of the arrays that the component really has, here and there.

    Raises:
        CounterpartError: if no example names one of its parameters, or two disagree.
    """
    names: dict[str, str] = {}
    for each in (base, *alignment.named(base.reference.name)):
        for own, theirs in each.reference.parameters.items():
            if names.setdefault(own, theirs) != theirs:
                raise CounterpartError(
                    f"{where}: {printable(own)} is {names[own]} in one example and {theirs} in another"
                )
    if not isinstance(component, Module):
        return names
    trained = component.namedParameters().keys()
    present = {*trained, *(place.name for place in find_buffers(component, empty=True))}
    for own in trained:
        if own not in names:
            raise CounterpartError(f"{where}: no example names what {printable(own)} is in {base.reference.name}")
    return {own: theirs for own, theirs in names.items() if own in present}
