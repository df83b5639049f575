"""`Check`: one property that every component must have, as a function that is named for it, and how it ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from unittest import SkipTest

from attrs import field, frozen, validators

from .kinds import OWN_NAMES, Kind

if TYPE_CHECKING:
    from .trial import Trial

Level = Literal["wrong result", "weakness"]
"""What a failure means: a number or a state is wrong, or all are right and the component is weak in some use."""

LEVELS: tuple[Level, ...] = ("wrong result", "weakness")
"""Both, what matters first."""


@frozen(eq=False, repr=False)
class Check:
    """A named property of components; ``Examination`` runs it on a case.

    Attributes:
        function: takes a `Trial`; calls `fail` or `skip`, or returns. An exception out of the component fails it too.
        family: the group that it belongs to in reports and documentation.
        of: the names of the kinds of component that it is about, such as ``layer``, or of an `Adapter`; none if it is
            about every kind.
        needs: names of checks without which this one would mean nothing; where one fails that is not expected to, this
            one is skipped. Only where it is about wrong results, and less was found, is this one run.
        level: what failing it means. A ``wrong result`` is a gradient, a loss or an output that is wrong, a state that
            is lost, an array written to that is another's, and whatever leaves nothing to prove. A ``weakness`` is
            anything else, such as a dtype that grows: it is told, and fails nothing that is not strict.
    """

    function: Callable[[Trial], None] = field(validator=validators.is_callable())
    family: str
    of: tuple[str, ...] = field(
        default=("layer", "criterion"),
        converter=tuple[str, ...],
        validator=validators.deep_iterable(validators.instance_of(str)),
    )
    needs: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    level: Level = field(default="wrong result", validator=validators.in_(LEVELS))

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

    @property
    def about(self) -> str:
        """The kinds of component that it is about, in words."""
        return ", ".join(self.of) or "every kind"

    def is_about(self, kind: str) -> bool:
        """Whether it is about a kind of component."""
        return not self.of or kind in self.of

    @property
    def proves(self) -> str:
        """What passing proves: the first paragraph of the function's docstring, in one line of plain text."""
        summary = (inspect.getdoc(self.function) or "").partition("\n\n")[0]
        return " ".join(summary.replace("`", "").split())

    def __repr__(self) -> str:
        return f"<check {self.name}>"


def check(
    family: str,
    *,
    level: Level = "wrong result",
    of: Iterable[str | Kind] = ("layer", "criterion"),
    needs: Iterable[str] = (),
) -> Callable[[Callable[[Any], None]], Check]:
    """Make a decorator that turns a function of a trial into a `Check`.

    Args:
        family: the group that it belongs to.
        level: what failing it means.
        of: the kinds of component that it is about: the core's by name, a plugin's as the `Kind` itself; empty for all.
            What is about classes that an `Adapter` adapts is made by `Check`, with the name of that.
        needs: names of checks without which it would mean nothing.

    Raises:
        ValueError: if a name is that of no kind of the core.

    >>> @check("protocol", level="wrong result", of=["layer"])
    ... def output_is_there(trial):
    ...     '''A forward pass returns something.'''
    >>> output_is_there.name, output_is_there.proves
    ('output_is_there', 'A forward pass returns something.')
    """
    kinds = tuple(each.name if isinstance(each, Kind) else _own_name(each) for each in of)
    return lambda function: Check(function, family, kinds, needs, level)


def _own_name(kind: str) -> str:
    if kind not in OWN_NAMES:
        raise ValueError(f"of: {kind!r} must be in {OWN_NAMES}, or the Kind of a plugin")
    return kind


class ConformanceError(AssertionError):
    """A component fails a check; the message says what, where, and how to see it again.

    Attributes:
        level: of what was found, if it is less than failing the check means in general.
    """

    level: Level | None = None


class WeaknessWarning(UserWarning):
    """A component is weak in some use, and right; the message is that of a `ConformanceError`."""


class NotApplicable(SkipTest):  # an outcome rather than an error, named as unittest names its own
    """A check has nothing to prove of a component; the message says why."""


def fail(detail: str, *, level: Level | None = None) -> NoReturn:
    """End a check: the component fails it.

    Args:
        detail: what was found, and where.
        level: of what was found, where that is less than the check's.
    """
    error = ConformanceError(detail)
    error.level = level
    raise error


def skip(reason: str) -> NoReturn:
    """End a check: it has nothing to prove of this component."""
    raise NotApplicable(reason)
