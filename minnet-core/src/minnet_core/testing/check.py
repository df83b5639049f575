"""`Check`: one property that every component must have, as a function that is named for it, and how it ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn
from unittest import SkipTest

from attrs import field, frozen, validators

if TYPE_CHECKING:
    from .trial import Trial


@frozen(eq=False, repr=False)
class Check:
    """A named property of components; ``Examination`` runs it on a case.

    Attributes:
        function: takes a `Trial`; calls `fail` or `skip`, or returns. An exception out of the component fails it too.
        family: the group that it belongs to in reports and documentation.
        of: the kinds of component that it is about, of ``layer``, ``criterion`` and ``optimizer``.
        needs: names of checks without which this one would mean nothing; where one fails that is not expected to, this
            one is skipped.
        is_weakness: a component that fails it is right, and weak in some use: it is told, and nothing fails.
    """

    function: Callable[[Trial], None] = field(validator=validators.is_callable())
    family: str
    of: tuple[str, ...] = field(
        default=("layer", "criterion"),
        converter=tuple[str, ...],
        validator=validators.deep_iterable(validators.in_(("layer", "criterion", "optimizer"))),
    )
    needs: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    is_weakness: bool = False

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

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
    of: Iterable[str] = ("layer", "criterion"),
    needs: Iterable[str] = (),
    is_weakness: bool = False,
) -> Callable[[Callable[[Any], None]], Check]:
    """Make a decorator that turns a function of a trial into a `Check`.

    >>> @check("protocol", of=["layer"])
    ... def output_is_there(trial):
    ...     '''A forward pass returns something.'''
    >>> output_is_there.name, output_is_there.proves
    ('output_is_there', 'A forward pass returns something.')
    """
    return lambda function: Check(function, family, of, needs, is_weakness)


class ConformanceError(AssertionError):
    """A component fails a check; the message says what, where, and how to see it again."""


class NotApplicable(SkipTest):  # an outcome rather than an error, named as unittest names its own
    """A check has nothing to prove of a component; the message says why."""


def fail(detail: str) -> NoReturn:
    """End a check: the component fails it."""
    raise ConformanceError(detail)


def skip(reason: str) -> NoReturn:
    """End a check: it has nothing to prove of this component."""
    raise NotApplicable(reason)
