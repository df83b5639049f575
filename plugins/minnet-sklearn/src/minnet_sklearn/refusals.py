"""A `fit` that is refused leaves what was fitted before as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def unchanged_if_refused(estimator: object, has_learned: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Give an estimator its attributes back if an error ends what is done within.

    Which attributes there are is restored, and what they are bound to; none is copied, so what is done within binds new
    objects rather than change those that there are.

    Args:
        estimator: whose attributes these are.
        has_learned: says at an error whether something was learned until then, which is kept.

    >>> class Fitted:
    ...     coef_ = 1
    >>> fitted = Fitted()
    >>> with unchanged_if_refused(fitted):
    ...     fitted.coef_ = 2
    ...     raise ValueError("expected 3")
    Traceback (most recent call last):
    ...
    ValueError: expected 3
    >>> fitted.coef_
    1
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        if not has_learned():
            vars(estimator).clear()
            vars(estimator).update(before)
        raise
